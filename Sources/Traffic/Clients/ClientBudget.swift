import Settings
import Vocabulary

/// A bucket from which a client library pays its retries: what keeps retries from feeding an outage.
///
/// It begins full. A retry takes `cost` (after the client's own timeout `timeoutCost`), and is not made
/// if that is not there; a success gives back what the call's last retry had taken, or `refund` if it had
/// needed none. The rule and the numbers are those of the AWS libraries' standard retry mode, which callers
/// of Bedrock have: capacity 500, cost 5, 10 after a timeout, refund 1 (botocore `retries/quota.py` and
/// `retries/standard.py`; its newer mode 2.1 takes 14, and 5 if throttled). One bucket serves a stream:
/// one process with one client.
/// - Complexity: O(1).
struct ClientBudget: BitwiseCopyable, Sendable {
  /// The numbers of a bucket.
  struct Plan: BitwiseCopyable, Sendable, Hashable {
    var capacity: Int
    var cost: Int
    var timeoutCost: Int
    var refund: Int

    init(reading s: inout SettingsReader) throws(SettingError) {
      capacity = try s.integer(
        "capacity", default: 500, in: 1...1_000_000_000, "what the bucket holds; it begins full")
      cost = try s.integer("cost", default: 5, in: 0...1_000_000_000, "what a retry takes")
      timeoutCost = try s.integer(
        "timeoutCost", default: 10, in: 0...1_000_000_000,
        "what a retry takes after the client's own timeout")
      refund = try s.integer(
        "refund", default: 1, in: 0...1_000_000_000,
        "what a call gives back that succeeds without a retry")
      try s.require(
        max(cost, timeoutCost) <= capacity, "capacity", expected: "room for one retry at least")
    }
  }

  private let plan: Plan
  private(set) var left: Int

  init(_ plan: Plan) {
    self.plan = plan
    left = plan.capacity
  }

  /// Takes what a retry costs, if it is there.
  mutating func pay(afterTimeout: Bool) -> Bool {
    let cost = cost(afterTimeout)
    guard left >= cost else { return false }
    left -= cost
    return true
  }

  /// A call has succeeded.
  /// - Parameter timeout: Whether its last retry followed a timeout; `nil` if it had none.
  mutating func succeeded(afterRetryOf timeout: Bool?) {
    left = min(plan.capacity, left + (timeout.map(cost) ?? plan.refund))
  }

  private func cost(_ afterTimeout: Bool) -> Int {
    afterTimeout ? plan.timeoutCost : plan.cost
  }
}
