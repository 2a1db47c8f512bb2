import Vocabulary

/// Every request passes as a probe; the first success closes, the first failure opens again.
///
/// Source: Kong AI Gateway 3.13: after `fail_timeout` the target is used again, and one more failure
/// puts it out.
/// - Complexity: O(1).
public struct EveryRequest: Recovery {
  /// A probe.
  public func verdict(
    since: Instant, at now: Instant, draw: () -> Double
  ) -> CircuitBreaker.Verdict { .probe }

  /// Nothing to begin.
  public mutating func begin() {}
  /// Nothing to count.
  public mutating func probeStarted() {}
  /// The first outcome decides.
  public mutating func probeEnded(_ end: ProbeEnd) -> RecoveryTurn {
    switch end {
    case .well: .closes
    case .badly: .opens
    case .withdrawn: .stays
    }
  }
}
