import Vocabulary

/// An envelope in the form in which it is checked.
struct EnvelopeRule: BitwiseCopyable {
  enum Form: UInt8, BitwiseCopyable {
    case none, bucket, window, windows, calendar, firstUse, estimate, inFlight
  }

  var form: Form
  var perReplica: Bool
  var reserves: Bool
  var chargesAfter: Bool
  var forgives: Bool
  /// Scaled permits in one permit: the rate's period for a bucket.
  var unit: Int128 = 1
  /// The most that is allowed, scaled.
  var most: Int128
  /// The most that all replicas together may bring it to, scaled, if each is told of the others;
  /// -1 if nothing is promised of that.
  var fleetMost: Int128 = -1
  /// The rate's count for a bucket, the length of a window.
  private var step: Int64 = 1
  private var origin = Instant.start
  private var period = CalendarPeriod.day
  private var calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)

  init(_ envelope: LimitEnvelope) {
    perReplica = envelope.perReplica
    reserves = envelope.reserves
    chargesAfter = envelope.chargesAfter
    forgives = envelope.forgives
    switch envelope.shape {
    case .none:
      form = .none
      most = 0
    case .bucket(let rate, let burst):
      form = .bucket
      unit = Int128(rate.periodNanoseconds)
      step = rate.count
      most = Int128(burst)
    case .window(let start, let length, let permits):
      form = .window
      origin = start
      step = max(1, length.nanoseconds)
      most = Int128(permits)
    case .windows(_, let permits):
      form = .windows
      most = Int128(permits)
    case .calendar(let span, let dates, let permits):
      form = .calendar
      period = span
      calendar = dates
      most = Int128(permits)
    case .firstUse(let length, let permits):
      form = .firstUse
      step = max(1, length.nanoseconds)
      most = Int128(permits)
    case .estimate(let start, let length, let permits):
      form = .estimate
      origin = start
      step = max(1, length.nanoseconds)
      most = Int128(permits)
    case .inFlight(let permits):
      form = .inFlight
      most = Int128(permits)
    }
    most = (most + Int128(envelope.slack)) * unit
    if let more = envelope.fleetSlack { fleetMost = most + Int128(more) * unit }
  }

  /// Whether it is a bucket that is charged when it judges, and by nobody else.
  var isPlainBucket: Bool {
    form == .bucket && !reserves && !chargesAfter && !forgives && fleetMost < 0
  }

  /// Permits, scaled; a bucket's unit fits 64 bits.
  @inline(__always)
  func scaled(_ permits: Int64) -> Int128 {
    let product = Int64(truncatingIfNeeded: unit).multipliedFullWidth(by: permits)
    return (Int128(product.high) << 64) | Int128(product.low)
  }

  /// What drains in `elapsed` nanoseconds, scaled.
  @inline(__always)
  func drained(_ elapsed: Int64) -> Int128 {
    let product = step.multipliedFullWidth(by: elapsed)
    return (Int128(product.high) << 64) | Int128(product.low)
  }

  /// Lets time pass: a bucket drains, a window that is over begins anew.
  ///
  /// A window from first use begins only with a charge: what is given back, and an admission that
  /// is charged later, do not begin it.
  func advance(
    _ level: inout LimiterWatch.Level, to now: Instant, begins: Bool,
    _ shape: @autoclosure () -> LimitEnvelope.Shape
  ) {
    if form == .bucket {
      if level.at != .distantPast {
        level.backlog = max(0, level.backlog - drained(level.at.nanoseconds(to: now)))
      }
      return
    }
    guard form != .none, form != .inFlight, now >= level.until else { return }
    let before = level
    level.backlog = 0
    level.last = 0
    if form == .firstUse, !begins { return }
    (level.start, level.until) = window(at: now, shape())
    guard form == .estimate else { return }
    level.lastStart = level.start.advanced(byNanoseconds: -step)
    if before.until == level.start { level.last = before.backlog }
  }

  /// Whether a level is above what is promised.
  func exceeds(_ level: LimiterWatch.Level, at now: Instant) -> Bool {
    guard form == .estimate else { return level.backlog > most }
    let rest = Int128(now.nanoseconds(to: level.until))
    return level.backlog * Int128(step) + level.last * rest > most * Int128(step)
  }

  private func window(
    at now: Instant, _ shape: LimitEnvelope.Shape
  ) -> (start: Instant, end: Instant) {
    switch form {
    case .none, .bucket, .inFlight: return (.distantPast, .distantFuture)
    case .firstUse: return (now, now.advanced(byNanoseconds: step))
    case .calendar: return period.interval(at: now, calendar)
    case .window, .estimate:
      let elapsed = origin.nanoseconds(to: now)
      let index = elapsed >= 0 ? elapsed / step : -1 - (-1 - elapsed) / step
      let start = origin.advanced(byNanoseconds: index * step)
      return (start, start.advanced(byNanoseconds: step))
    case .windows:
      guard case .windows(let starts, _) = shape else { return (.distantPast, .distantFuture) }
      let next = starts.firstIndex { $0 > now } ?? starts.count
      return (
        next > 0 ? starts[next - 1] : .distantPast,
        next < starts.count ? starts[next] : .distantFuture
      )
    }
  }
}
