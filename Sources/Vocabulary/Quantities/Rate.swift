/// A number of things per stretch of time, exact: `count` every `period`.
///
/// `Rate(count: 90_000, per: .seconds(60))` is 90,000 a minute. Kept as a reduced fraction of
/// integers so that limiters can refill without rounding.
/// - Bounds: `count` ≥ 0, `period` ≥ 1 ns.
@frozen
public struct Rate: BitwiseCopyable, Sendable, Hashable {
  /// Things per period, after reduction.
  public let count: Int64
  /// The period in nanoseconds, after reduction.
  public let periodNanoseconds: Int64

  /// Makes a rate; traps on a negative count or a period below one nanosecond.
  public init(count: Int64, per period: Duration) {
    let nanoseconds = period.nanoseconds
    precondition(count >= 0 && nanoseconds >= 1, "a rate counts up, over at least a nanosecond")
    let divisor = count == 0 ? nanoseconds : Rate.gcd(count, nanoseconds)
    self.count = count / divisor
    self.periodNanoseconds = nanoseconds / divisor
  }

  /// `count` per second.
  public static func perSecond(_ count: Int64) -> Rate { Rate(count: count, per: .seconds(1)) }
  /// `count` per minute.
  public static func perMinute(_ count: Int64) -> Rate { Rate(count: count, per: .seconds(60)) }

  /// The rate in things per second, for statistics and generators.
  @inlinable
  public var perSecond: Double { Double(count) * 1e9 / Double(periodNanoseconds) }

  private static func gcd(_ a: Int64, _ b: Int64) -> Int64 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
