import Vocabulary

/// No half-open state: when its time is over the breaker is closed and has counted nothing.
///
/// Source: Portkey 2.0 `circuitBreaker.ts` (the path's data are deleted).
/// - Complexity: O(1).
public struct NoRecovery: Recovery {
  /// By the clock alone.
  public var isImmediate: Bool { true }
  /// Passes.
  public func verdict(
    since: Instant, at now: Instant, draw: () -> Double
  ) -> CircuitBreaker.Verdict { .pass }

  /// Never half open.
  public mutating func begin() {}
  /// Never half open.
  public mutating func probeStarted() {}
  /// Never half open.
  public mutating func probeEnded(_ end: ProbeEnd) -> RecoveryTurn { .stays }
}
