import Vocabulary

/// Checks that no limit charges more than its envelope, and that reservations are reconciled.
///
/// Idea: virtual scheduling. For a bucket, the most that any stretch ending now has charged beyond
/// rate × t is the backlog of a queue that every charge joins and the rate drains:
///     L ← max(0, L − rate × Δt) + permits,   and the promise is L ≤ burst + slack.
/// L is kept in permits × period, so it is exact. For windows, L is the sum in the window. Every
/// change of a bucket is a `limiterCharged` note; a negative one gives back. A `reconciled` note
/// closes a reservation, and the charge that follows it for the same request is its correction: it
/// moves L but is no admission, so it is not judged. A correction after its window is forgotten.
/// - Source: ITU-T I.371 (GCRA, the continuous-state leaky bucket), here as the checker.
/// - Complexity: O(1) a charge; one state for each (limit, replica, bucket) that was charged.
struct LimiterWatch: ~Copyable {
  struct Level: BitwiseCopyable {
    var backlog: Int128 = 0
    var at = Instant.distantPast
    var window = Int64.min
  }
  struct Reservation: BitwiseCopyable {
    var permits: Int64 = 0
    var request: UInt64 = 0
    var at = Instant.distantPast
  }

  private let limits: [LimitEnvelope]
  private let replicas: UInt64
  private var rules: Rows<EnvelopeRule>
  private var levels = OpenTable(blank: Level())
  private var reservations = OpenTable(blank: Reservation())
  /// The reservation that was closed by the last note but for charges, and when it was made.
  private var correcting = UInt64.max
  private var reservedAt = Instant.distantPast

  init(_ plan: MeasuresPlan) {
    limits = plan.limits
    replicas = UInt64(max(1, plan.replicas))
    rules = Rows(repeating: EnvelopeRule(LimitEnvelope(.none)), count: plan.limits.count)
    for index in plan.limits.indices { rules[index] = EnvelopeRule(plan.limits[index]) }
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    let limit = Int(note.subject)
    guard limit < rules.count else { return }
    switch note.kind {
    case .reconciled: reconciled(limit, note)
    case .limiterJudged:
      if note.value == 0, note.other < note.at.nanoseconds {
        breaches.add(
          .limiterEnvelope, request: note.request, at: note.at,
          "limit \(limit) refused until an instant that had passed (\(note.other) ns)")
      }
    default: break
    }
  }

  /// At the end: whose reservations are still open although they have ended.
  func close(ended requests: borrowing OpenRequests, _ breaches: inout Breaches) {
    for (key, reservation) in reservations.sorted {
      guard requests.hasEnded(reservation.request) else { continue }
      breaches.add(
        .reservationsReconciled, request: reservation.request, at: reservation.at,
        "limit \(key % UInt64(limits.count)) still holds its \(reservation.permits) permits")
    }
  }

  /// A limit has been charged.
  @inline(__always)
  mutating func charged(_ note: UnsafePointer<Note>, _ breaches: inout Breaches) {
    let limit = Int(note.pointee.subject)
    guard limit < rules.count else { return }
    if rules[limit].isPlainBucket {
      drain(limit, note, &breaches)
    } else {
      judge(limit, note.pointee, &breaches)
    }
  }

  /// A charge of any form, in full.
  @inline(never)
  private mutating func judge(_ limit: Int, _ note: Note, _ breaches: inout Breaches) {
    let rule = rules[limit]
    let key = reservationKey(limit, note.request)
    let corrects = rule.reserves && key == correcting
    correcting = .max
    if rule.reserves, !corrects, note.value > 0, let slot = reservations.slot(of: key) {
      reservations[slot].permits += note.value
      reservations[slot].request = note.request
      reservations[slot].at = note.at
    }
    guard rule.form != .none, note.other >= 0, note.other < 1 << 32 else { return }
    let replica = rule.perReplica ? min(UInt64(note.replica.index), replicas - 1) : 0
    let place = (UInt64(note.other) * replicas + replica) * UInt64(rules.count) + UInt64(limit)
    guard let slot = levels.slot(of: place) else { return }
    var level = levels[slot]
    let window = rule.window(at: note.at, limits[limit].shape)
    if window != level.window { level.backlog = 0 }
    if rule.form == .bucket, level.at != .distantPast {
      level.backlog = max(0, level.backlog - rule.drained(level.at.nanoseconds(to: note.at)))
    }
    level.window = window
    level.at = note.at
    if !corrects || rule.window(at: reservedAt, limits[limit].shape) == window {
      level.backlog = max(0, level.backlog + Int128(note.value) * rule.unit)
    }
    levels[slot] = level
    if !corrects, note.value > 0, level.backlog > rule.most {
      exceeded(limit, note, level.backlog, &breaches)
    }
  }

  /// The usual case, a bucket that nobody reserves from: the same rule, without windows.
  @inline(__always)
  private mutating func drain(
    _ limit: Int, _ note: UnsafePointer<Note>, _ breaches: inout Breaches
  ) {
    correcting = .max
    let bucket = UInt64(bitPattern: note.pointee.other)
    guard bucket < 1 << 32 else { return }
    let rule = rules.address(of: limit)
    let replica =
      rule.pointee.perReplica ? min(UInt64(note.pointee.replica.index), replicas &- 1) : 0
    let place = (bucket &* replicas &+ replica) &* UInt64(rules.count) &+ UInt64(limit)
    guard let slot = levels.slot(of: place) else { return }
    let level = levels.address(of: slot)
    let now = note.pointee.at
    let elapsed =
      level.pointee.value.at == .distantPast
      ? 0 : now.nanoseconds &- level.pointee.value.at.nanoseconds
    let rest = max(0, level.pointee.value.backlog &- rule.pointee.drained(elapsed))
    let backlog = max(0, rest &+ rule.pointee.scaled(note.pointee.value))
    level.pointee.value.backlog = backlog
    level.pointee.value.at = now
    if note.pointee.value > 0, backlog > rule.pointee.most {
      exceeded(limit, note.pointee, backlog, &breaches)
    }
  }

  @inline(never)
  private func exceeded(
    _ limit: Int, _ note: Note, _ backlog: Int128, _ breaches: inout Breaches
  ) {
    let unit = rules[limit].unit
    breaches.add(
      .limiterEnvelope, request: note.request, at: note.at,
      "limit \(limit), bucket \(note.other): \(note.value) permits bring it to "
        + "\((backlog + unit - 1) / unit) of \(rules[limit].most / unit)")
  }

  private mutating func reconciled(_ limit: Int, _ note: Note) {
    let key = reservationKey(limit, note.request)
    correcting = note.value == note.other ? .max : key
    reservedAt = note.at
    guard let slot = reservations.find(key) else { return }
    reservedAt = reservations[slot].at
    reservations.remove(at: slot)
  }

  private func reservationKey(_ limit: Int, _ request: UInt64) -> UInt64 {
    request &* UInt64(rules.count) &+ UInt64(limit)
  }
}

/// An envelope in the form in which it is checked.
struct EnvelopeRule: BitwiseCopyable {
  enum Form: UInt8, BitwiseCopyable { case none, bucket, window, windows, inFlight }

  var form: Form
  var perReplica: Bool
  var reserves: Bool
  /// Scaled permits in one permit: the rate's period for a bucket.
  var unit: Int128 = 1
  /// The most that is allowed, scaled.
  var most: Int128
  /// The rate's count for a bucket, the length of a window.
  private var step: Int64 = 1
  private var origin = Instant.start

  init(_ envelope: LimitEnvelope) {
    perReplica = envelope.perReplica
    reserves = envelope.reserves
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
    case .inFlight(let permits):
      form = .inFlight
      most = Int128(permits)
    }
    most = (most + Int128(envelope.slack)) * unit
  }

  /// Permits, scaled; a bucket's unit fits 64 bits.
  @inline(__always)
  func scaled(_ permits: Int64) -> Int128 {
    let product = Int64(truncatingIfNeeded: unit).multipliedFullWidth(by: permits)
    return (Int128(product.high) << 64) | Int128(product.low)
  }

  /// Whether it is the usual form: a bucket whose charges are no reservations.
  @inline(__always) var isPlainBucket: Bool { form == .bucket && !reserves }

  /// What drains in `elapsed` nanoseconds, scaled.
  @inline(__always)
  func drained(_ elapsed: Int64) -> Int128 {
    let product = step.multipliedFullWidth(by: elapsed)
    return (Int128(product.high) << 64) | Int128(product.low)
  }

  /// The number of the window that holds `now`; always 0 if there are none.
  func window(at now: Instant, _ shape: @autoclosure () -> LimitEnvelope.Shape) -> Int64 {
    switch form {
    case .none, .bucket, .inFlight: return 0
    case .window:
      let elapsed = origin.nanoseconds(to: now)
      return elapsed >= 0 ? elapsed / step : -1 - (-1 - elapsed) / step
    case .windows:
      guard case .windows(let starts, _) = shape() else { return 0 }
      var low = 0
      var high = starts.count
      while low < high {
        let middle = (low + high) / 2
        if starts[middle] <= now { low = middle + 1 } else { high = middle }
      }
      return Int64(low)
    }
  }
}
