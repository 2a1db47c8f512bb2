import Settings
import Vocabulary

/// Retries only while successes have kept a counter above its half.
///
/// The counter starts at `maxTokens`; every failed attempt takes one, every success adds
/// `tokenRatio`; retries and hedges are made only while it is above maxTokens / 2. So when the share
/// of failures stays above tokenRatio / (1 + tokenRatio), retries stop. Thousandths, as in the
/// source. Source: gRPC retry design, gRFC A6, "Throttling Retry Attempts and Hedged RPCs".
/// - Complexity: O(1).
struct ThrottleRetryBudget: RetryBudget {
  var scope = StateScope.local
  private let most: Int64
  private let ratio: Int64
  private let on: OutcomeSet
  /// Thousandths of a token.
  private(set) var tokens: Int64

  /// Reads maximum and ratio.
  init(reading s: inout SettingsReader) throws(SettingError) {
    most = Int64(
      try s.number("maxTokens", default: 10, in: 0.001...1000, "the counter at its fullest") * 1000)
    ratio = Int64(
      try s.number("tokenRatio", default: 0.1, in: 0.001...1000, "what a success adds") * 1000 + 0.5
    )
    on = try OutcomeSet(
      reading: &s, "on", default: .transient, "429, 5xx, timeout, connection, broken, malformed",
      "outcomes that count as failed.")
    tokens = most
  }

  static let entry = Registry<any RetryBudget>.Entry(
    "throttle", "retries only while successes outweigh failures", source: "gRPC, gRFC A6",
    make: { s throws(SettingError) in try ThrottleRetryBudget(reading: &s) })

  var observes: Bool { true }

  mutating func takeRetry(after outcome: Outcome, at now: Instant) -> Int64? {
    tokens > most / 2 ? 0 : nil
  }

  mutating func heardRetry(_ permit: Int64, at now: Instant) {}

  mutating func giveBack(_ permit: Int64, at now: Instant) {}

  mutating func ended(_ outcome: Outcome, permit: Int64?, at now: Instant) {
    if outcome.isSuccess {
      tokens = min(most, tokens + ratio)
    } else if on.contains(outcome) {
      tokens = max(0, tokens - 1000)
    }
  }
}
