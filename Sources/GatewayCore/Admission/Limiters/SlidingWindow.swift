import Vocabulary

/// A sliding window, estimated from two fixed ones.
///
/// The estimate is this window's count + the last one's × (1 − elapsed / length), as if the last one
/// had come evenly; a request is admitted if with it the estimate is at most `most`. In integers:
/// (count + permits) × length + last × (length − elapsed) ≤ most × length.
/// - Source: Kong `ai-rate-limiting-advanced` with `window_type: sliding`; Cloudflare, "How we built
///   rate limiting capable of scaling to millions of domains" (2017).
/// - Envelope: the estimate is at most `most` at every charge, so a true window of one length may
///   hold nearly twice that if the last one came at its end.
/// - Complexity: O(1).
public struct SlidingWindow: Limiter, BitwiseCopyable, Equatable {
  private var count: Int64 = 0
  private var last: Int64 = 0
  private var start: Instant
  private var now: Instant = .start

  /// The rule that many states share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    /// Permits of a window.
    public let most: Int64
    /// Nanoseconds of a window.
    public let length: Int64
    /// Windows begin at multiples of their length, moved back by this.
    public let phase: Int64

    /// A rule; `nil` if `most` or the length are not positive.
    public init?(
      most: Int64, length: Duration,
      calendar: Calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
    ) {
      guard most > 0, length.nanoseconds > 0 else { return nil }
      self.most = most
      self.length = length.nanoseconds
      phase = calendar.phase(of: length.nanoseconds)
    }

    /// The window that begins last before the run does.
    public var origin: Instant { Instant(nanoseconds: -phase) }

    /// The first nanosecond of a window at which it holds `permits` beside `count`, given the last
    /// window's sum; `length` if none does.
    fileprivate func elapsed(last: Int64, holding needed: Int128) -> Int64 {
      let room = (Int128(most) - needed) * Int128(length)
      guard room >= 0 else { return length }
      guard last > 0 else { return 0 }
      return Int64(max(0, Int128(length) - room / Int128(last)))
    }
  }

  /// A state that has seen nothing.
  public init(_ rule: Rule) { start = rule.origin }

  /// Moves to the window of `now`.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) {
    guard now > self.now else { return }
    self.now = now
    let elapsed = start.nanoseconds(to: now)
    if elapsed >= rule.length { turn(elapsed, rule) }
  }

  @inline(never)
  private mutating func turn(_ elapsed: Int64, _ rule: Rule) {
    let windows = elapsed / rule.length
    last = windows == 1 ? count : 0
    count = 0
    start = start.advanced(byNanoseconds: windows * rule.length)
  }

  /// Whether the estimate leaves room.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool {
    let rest = rule.length &- start.nanoseconds(to: now)
    let needed = (Int128(count) + Int128(permits)) * Int128(rule.length)
    return needed + Int128(last) * Int128(rest) <= Int128(rule.most) * Int128(rule.length)
  }

  /// When the estimate will leave room.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    if holds(permits, rule) { return now }
    guard permits <= rule.most else { return .distantFuture }
    let here = rule.elapsed(last: last, holding: Int128(count) + Int128(permits))
    if here < rule.length { return max(now, start.advanced(byNanoseconds: here)) }
    let next = rule.elapsed(last: count, holding: Int128(permits))
    return start.advanced(byNanoseconds: rule.length).advanced(byNanoseconds: next)
  }

  /// Counts permits.
  @inline(__always)
  public mutating func charge(_ permits: Int64, _ rule: Rule) {
    let (sum, overflow) = count.addingReportingOverflow(permits)
    count = overflow ? .max / 2 : sum
  }

  /// Gives back what was charged in this window or the last.
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    if charged >= start {
      count = max(0, count - permits)
    } else if charged >= start.advanced(byNanoseconds: -rule.length) {
      last = max(0, last - permits)
    }
  }

  /// Only what was charged in this window; what is told of the last comes too late for it.
  public func counts(chargedAt charged: Instant, _ rule: Rule) -> Bool { charged >= start }

  /// Whole permits that the estimate leaves.
  public func permits(_ rule: Rule) -> Int64 {
    let rest = Int128(rule.length - start.nanoseconds(to: now))
    let used = Int128(count) * Int128(rule.length) + Int128(last) * rest
    return Int64(
      clamping: (Int128(rule.most) * Int128(rule.length) - used) / Int128(rule.length))
  }
}
