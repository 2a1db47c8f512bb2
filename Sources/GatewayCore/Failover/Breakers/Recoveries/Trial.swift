import Settings
import Vocabulary

/// Lets `calls` pass and no more; when all have ended, the breaker opens again if failures ÷ calls
/// is `share` or more, and closes otherwise.
///
/// Source: resilience4j, `permittedNumberOfCallsInHalfOpenState` (10) against
/// `failureRateThreshold` (50 %). A call that is withdrawn makes room for another.
/// - Complexity: O(1).
public struct Trial: Recovery {
  private let calls: Int
  private let share: Double
  private var started = 0
  private var ended = 0
  private var failures = 0

  /// Reads `calls` and `share`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    calls = try s.integer("calls", default: 10, in: 1...10_000, "calls that pass while half open")
    share = try s.share(
      "share", default: Probability(clamping: 0.5), "share of failures that opens it again"
    ).value
  }

  /// A probe until all calls have been let pass.
  public func verdict(
    since: Instant, at now: Instant, draw: () -> Double
  ) -> CircuitBreaker.Verdict { started < calls ? .probe : .refuse }

  /// Begins anew.
  public mutating func begin() {
    started = 0
    ended = 0
    failures = 0
  }

  /// Counts a call that has been let pass.
  public mutating func probeStarted() { started += 1 }

  /// Judges when all have ended.
  public mutating func probeEnded(_ end: ProbeEnd) -> RecoveryTurn {
    if case .withdrawn = end {
      started = max(0, started - 1)
      return .stays
    }
    ended += 1
    if case .badly = end { failures += 1 }
    guard ended >= calls else { return .stays }
    return failures > 0 && Double(failures) / Double(ended) >= share ? .opens : .closes
  }
}
