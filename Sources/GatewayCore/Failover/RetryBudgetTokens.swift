import Settings
import Vocabulary

/// A bucket of permits that retries empty and successes fill: no time in it.
///
/// A retry costs `cost`, after a timeout `timeoutCost`; one that the bucket cannot pay is not made.
/// A success gives back what the request's latest retry has cost, or `refund` if it made none,
/// never beyond `capacity`. So a provider that fails persistently gets capacity / cost retries, and
/// then one for every `cost` successes. Source: AWS SDKs, retry modes *standard* and *adaptive*
/// (capacity 500, retry 5, timeout 10, success 1).
/// - Complexity: O(1).
struct TokenRetryBudget: RetryBudget {
  var scope = StateScope.local
  private let capacity: Int64
  private let cost: Int64
  private let timeoutCost: Int64
  private let refund: Int64
  /// Permits left; below zero where replicas have together taken more than there was.
  private(set) var permits: Int64

  /// Reads capacity and costs.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let most = 1_000_000_000
    capacity = Int64(
      try s.integer("capacity", default: 500, in: 1...most, "permits of a full bucket"))
    cost = Int64(try s.integer("cost", default: 5, in: 1...most, "permits a retry costs"))
    timeoutCost = Int64(
      try s.integer(
        "timeoutCost", default: 10, in: 1...most, "permits a retry after a timeout costs")
    )
    refund = Int64(
      try s.integer(
        "refund", default: 1, in: 0...most, "permits that a success without a retry adds"))
    permits = capacity
  }

  static let entry = Registry<any RetryBudget>.Entry(
    "tokenBucket", "retries empty a bucket that successes fill",
    source: "AWS SDK standard retry mode",
    make: { s throws(SettingError) in try TokenRetryBudget(reading: &s) })

  var observes: Bool { true }

  mutating func takeRetry(after outcome: Outcome, at now: Instant) -> Int64? {
    let price = outcome.isTimeout ? timeoutCost : cost
    guard permits >= price else { return nil }
    permits -= price
    return price
  }

  mutating func heardRetry(_ permit: Int64, at now: Instant) {
    permits = max(-1_000 * capacity, permits - min(max(0, permit), max(cost, timeoutCost)))
  }

  mutating func giveBack(_ permit: Int64, at now: Instant) {
    permits = min(capacity, permits + min(max(0, permit), max(cost, timeoutCost)))
  }

  mutating func ended(_ outcome: Outcome, permit: Int64?, at now: Instant) {
    guard outcome.isSuccess else { return }
    permits = min(
      capacity, permits + (permit.map { min(max(0, $0), max(cost, timeoutCost)) } ?? refund))
  }
}
