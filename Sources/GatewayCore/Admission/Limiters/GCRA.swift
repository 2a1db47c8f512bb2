import Vocabulary

/// The generic cell rate algorithm: permits are cells that are due one `cell` apart.
///
/// The state is the theoretical arrival time TAT of the next cell. n permits are admitted if
/// max(TAT, now) + n × cell − now ≤ burst × cell, and move TAT to max(TAT, now) + n × cell. It is the
/// continuous bucket of rate 1/cell in another dress: one subtraction, one comparison. The cell is
/// period / count rounded *down* to whole nanoseconds, as the Rust crate governor does (Helicone):
/// 500 per second is 2 ms exactly, 3 per second a third of a nanosecond too fast.
/// - Source: ITU-T I.371, annex A (virtual scheduling); Helicone ai-gateway (governor: cell =
///   refill frequency / capacity, burst = capacity).
/// - Envelope: burst + t / cell in any stretch of t.
/// - Complexity: O(1).
public struct GCRA: Limiter, BitwiseCopyable, Equatable {
  private var due: Instant
  private var now: Instant

  /// The rule that many states share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    /// Nanoseconds from one permit to the next.
    public let cell: Int64
    /// How many permits may come at once.
    public let burst: Int64

    /// A rule; `nil` if rate or burst are not positive, the rate is above a permit a nanosecond, or
    /// the burst lasts longer than 146 years.
    public init?(rate: Rate, burst: Int64) {
      guard rate.count > 0, burst > 0 else { return nil }
      let cell = rate.periodNanoseconds / rate.count
      guard cell > 0 else { return nil }
      let (whole, overflow) = cell.multipliedReportingOverflow(by: burst)
      guard !overflow, whole < 1 << 62 else { return nil }
      self.cell = cell
      self.burst = burst
    }

    @inline(__always)
    fileprivate func time(_ permits: Int64) -> Int64 {
      let (time, overflow) = permits.multipliedReportingOverflow(by: cell)
      return overflow ? .max : time
    }
  }

  /// A state that has seen nothing.
  public init(_ rule: Rule) {
    due = .start
    now = .start
  }

  /// Moves on.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) {
    guard now > self.now else { return }
    self.now = now
    if due < now { due = now }
  }

  /// Whether so many cells conform.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool {
    permits <= rule.burst
      && due.advanced(byNanoseconds: rule.time(permits))
        <= now.advanced(byNanoseconds: rule.cell &* rule.burst)
  }

  /// When so many cells will conform.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    guard permits <= rule.burst else { return .distantFuture }
    return max(now, due.advanced(byNanoseconds: rule.time(permits) - rule.cell * rule.burst))
  }

  /// Takes permits: the next cell is due later.
  @inline(__always)
  public mutating func charge(_ permits: Int64, _ rule: Rule) {
    due = due.advanced(byNanoseconds: rule.time(permits))
  }

  /// Gives permits back.
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    due = max(now, due.advanced(byNanoseconds: -rule.time(permits)))
  }

  /// Whole cells that conform now; negative while it owes.
  public func permits(_ rule: Rule) -> Int64 {
    (rule.cell * rule.burst - now.nanoseconds(to: due)) / rule.cell
  }
}
