import Vocabulary

/// A bucket of permits that fills at a steady rate, in exact integer arithmetic.
///
/// It holds at most `burst` permits, starts full and gains `rate` continuously. The level is kept
/// in units of 1/period permit, where the rate is the reduced fraction count/period, so a refill is
/// level + elapsed × count without rounding, and any window of length t admits at most
/// burst + rate × t permits. With Poisson arrivals, integer burst and cost 1 it is exactly
/// M/D/1/K with K = burst.
/// - Complexity: O(1).
public struct TokenBucket: Limiter, BitwiseCopyable, Equatable {
  private var level: Int64
  private var stamp: Instant

  /// The rule that many buckets share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    let count: Int64
    let period: Int64
    let full: Int64
    /// The permits of a full bucket.
    public let burst: Int64
    /// The refill.
    public let rate: Rate

    /// A rule; `nil` if burst × period does not fit 62 bits, or if either is not positive.
    public init?(rate: Rate, burst: Int64) {
      guard burst > 0, rate.count > 0 else { return nil }
      let (full, overflow) = burst.multipliedReportingOverflow(by: rate.periodNanoseconds)
      guard !overflow, full < 1 << 62 else { return nil }
      count = rate.count
      period = rate.periodNanoseconds
      self.full = full
      self.burst = burst
      self.rate = rate
    }
  }

  /// A full bucket.
  public init(_ rule: Rule) {
    level = rule.full
    stamp = .start
  }

  /// Lets the bucket fill up to `now`.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) {
    let elapsed = stamp.nanoseconds(to: now)
    guard elapsed > 0 else { return }
    stamp = now
    let missing = rule.full &- level
    let (gained, overflow) = elapsed.multipliedReportingOverflow(by: rule.count)
    level = overflow || gained >= missing ? rule.full : level &+ gained
  }

  /// Whether it holds `permits`, after a refill.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool {
    let (needed, overflow) = permits.multipliedReportingOverflow(by: rule.period)
    return !overflow && level >= needed
  }

  /// The instant at which it will hold `permits`; `distantFuture` for more than a full bucket.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    guard permits <= rule.burst else { return .distantFuture }
    let missing = permits * rule.period - level
    guard missing > 0 else { return stamp }
    return stamp.advanced(byNanoseconds: (missing - 1) / rule.count + 1)
  }

  /// Gives permits back, up to a full bucket.
  @inline(__always)
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    charge(-permits, rule)
  }

  /// Takes permits; the level may become negative (charging after the fact).
  ///
  /// A negative number gives permits back, up to a full bucket.
  @inline(__always)
  public mutating func charge(_ permits: Int64, _ rule: Rule) {
    let (amount, o1) = permits.multipliedReportingOverflow(by: rule.period)
    let (rest, o2) = level.subtractingReportingOverflow(amount)
    level =
      o1 || o2
      ? (permits > 0 ? TokenBucket.deepest : rule.full)
      : max(TokenBucket.deepest, min(rule.full, rest))
  }

  /// The deepest debt: with it and a full bucket no difference leaves 64 bits.
  @inline(__always) private static var deepest: Int64 { -(1 << 62) }

  /// Whole permits that it holds; negative while it owes.
  public func permits(_ rule: Rule) -> Int64 { level / rule.period }
}
