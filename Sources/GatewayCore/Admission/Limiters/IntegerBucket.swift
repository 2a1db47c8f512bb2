import Vocabulary

/// A bucket that counts whole permits: a refill is ⌊elapsed × rate⌋.
///
/// As Portkey's script does it, all of it parameters:
/// - `keepsFraction` false: every look sets the clock, and the fraction of a permit that had
///   gathered is lost (a bucket that is looked at more often than it gains a permit never fills);
/// - `empties`: any denied call, also one that only checks, leaves the bucket empty;
/// - `forgives`: the level never falls below zero, so what is charged beyond it is forgotten.
///
/// It never holds more than the continuous bucket of the same rate and capacity, so it keeps that
/// one's envelope: capacity + rate × t in any stretch of t.
/// - Source: Portkey gateway 2.0.0, Redis script of the token bucket.
/// - Complexity: O(1).
public struct IntegerBucket: Limiter, BitwiseCopyable, Equatable {
  private var level: Int64
  private var stamp: Instant

  /// The rule that many buckets share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    /// The refill.
    public let rate: Rate
    /// The permits of a full bucket.
    public let capacity: Int64
    /// Whether the fraction of a permit is kept between two looks.
    public let keepsFraction: Bool
    /// Whether a refusal empties the bucket.
    public let empties: Bool
    /// Whether the level never falls below zero.
    public let forgives: Bool

    /// A rule; `nil` if rate or capacity are not positive.
    public init?(
      rate: Rate, capacity: Int64, keepsFraction: Bool = false, empties: Bool = true,
      forgives: Bool = true
    ) {
      guard capacity > 0, capacity < 1 << 62, rate.count > 0 else { return nil }
      self.rate = rate
      self.capacity = capacity
      self.keepsFraction = keepsFraction
      self.empties = empties
      self.forgives = forgives
    }
  }

  /// A full bucket.
  public init(_ rule: Rule) {
    level = rule.capacity
    stamp = .start
  }

  /// Gains whole permits.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) {
    let elapsed = stamp.nanoseconds(to: now)
    guard elapsed > 0 else { return }
    let gained = Int128(elapsed) * Int128(rule.rate.count) / Int128(rule.rate.periodNanoseconds)
    let missing = Int128(rule.capacity) - Int128(level)
    if gained >= missing {
      level = rule.capacity
      stamp = now
    } else {
      level &+= Int64(gained)
      stamp =
        rule.keepsFraction ? stamp.advanced(byNanoseconds: rule.time(for: Int64(gained))) : now
    }
  }

  /// Whether it holds so many.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool { level >= permits }

  /// When it will hold so many.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    guard permits <= rule.capacity else { return .distantFuture }
    let missing = permits - level
    return missing <= 0 ? stamp : stamp.advanced(byNanoseconds: rule.time(for: missing))
  }

  /// Takes permits.
  @inline(__always)
  public mutating func charge(_ permits: Int64, _ rule: Rule) {
    let (rest, overflow) = level.subtractingReportingOverflow(permits)
    level = max(overflow ? .min / 2 : rest, rule.forgives ? 0 : .min / 2)
  }

  /// Gives permits back, up to a full bucket.
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    let (sum, overflow) = level.addingReportingOverflow(permits)
    level = overflow ? rule.capacity : min(rule.capacity, sum)
  }

  /// A refusal empties it, if the rule says so.
  @inline(__always)
  public mutating func refused(_ rule: Rule) { if rule.empties { level = min(level, 0) } }

  /// What it holds.
  public func permits(_ rule: Rule) -> Int64 { level }
}

extension IntegerBucket.Rule {
  /// The shortest time in which so many permits are gained.
  fileprivate func time(for permits: Int64) -> Int64 {
    let needed = Int128(permits) * Int128(rate.periodNanoseconds)
    let time = (needed + Int128(rate.count) - 1) / Int128(rate.count)
    return Int64(clamping: time)
  }
}
