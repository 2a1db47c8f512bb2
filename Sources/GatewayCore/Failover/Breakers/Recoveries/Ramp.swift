import Settings
import Vocabulary

/// A share of the calls passes, growing evenly from `from` to all over `over`; a failure opens the
/// breaker again, the end of the time closes it.
///
/// share(t) = from + (1 − from) × t ÷ over. Whether a call passes is a keyed draw of the call at
/// this deployment: one that passed at a small share passes at every larger one. Sources: Google
/// SRE book, chapter 22 (slow start and cold caching); Envoy `slow_start_config`.
/// - Complexity: O(1), one draw a candidate.
public struct Ramp: Recovery {
  private let over: Int64
  private let from: Double

  /// Reads `over` and `from`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    over = try s.duration(
      "over", in: .milliseconds(1) ... .seconds(86_400), "until all calls pass again"
    ).nanoseconds
    from = try s.share(
      "from", default: Probability(clamping: 0.1), "the share of calls that passes at first"
    ).value
  }

  /// A probe if the call's draw lies below the share; any call when the time is over.
  public func verdict(
    since: Instant, at now: Instant, draw: () -> Double
  ) -> CircuitBreaker.Verdict {
    let passed = since.nanoseconds(to: now)
    if passed >= over { return .pass }
    let share = from + (1 - from) * Double(passed) / Double(over)
    return draw() < share ? .probe : .refuse
  }

  /// Nothing to begin.
  public mutating func begin() {}
  /// Nothing to count.
  public mutating func probeStarted() {}
  /// A failure opens; nothing but time closes.
  public mutating func probeEnded(_ end: ProbeEnd) -> RecoveryTurn {
    if case .badly = end { .opens } else { .stays }
  }
}
