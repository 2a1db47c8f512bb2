import Settings
import Vocabulary

/// Bounds how many retries a policy, or a node of its routes, may make over all requests together.
///
/// Without one, n layers of m tries multiply load by mⁿ when all fails. A budget hands out permits:
/// one is taken before a retry, and given back if nothing was left to retry. Hedges may be bounded
/// by one as well.
public protocol RetryBudget: Sendable {
  /// Whether `ended` shall be told.
  var observes: Bool { get }
  /// Counts a first attempt.
  mutating func firstAttempt(at now: Instant)
  /// Takes a permit for a retry after `outcome`; `nil` if the budget refuses.
  mutating func takeRetry(after outcome: Outcome, at now: Instant) -> Int64?
  /// Takes back the permit of a retry that was not made.
  mutating func giveBack(_ permit: Int64, at now: Instant)
  /// An attempt has ended; `permit` is that of the request's latest retry, if it made one.
  mutating func ended(_ outcome: Outcome, permit: Int64?, at now: Instant)
}

extension RetryBudget {
  /// Does not observe by default.
  public var observes: Bool { false }
  /// Ignored by default.
  public mutating func firstAttempt(at now: Instant) {}
  /// Ignored by default.
  public mutating func ended(_ outcome: Outcome, permit: Int64?, at now: Instant) {}
}

/// The retry budgets, by name.
public enum RetryBudgets {
  /// The registry.
  public static let registry = Registry<any RetryBudget>(
    "retry budget", [ShareRetryBudget.entry, TokenRetryBudget.entry, ThrottleRetryBudget.entry])

  /// Reads a budget: `{share, floor, window}`, or `{rule: …}` for any of the registry.
  public static func read(
    _ s: inout SettingsReader, _ key: String, _ doc: String
  ) throws(SettingError) -> (any RetryBudget)? {
    try s.object(key, doc) { r throws(SettingError) -> any RetryBudget in
      let rule = try r.optionalChoice(
        "rule", from: registry, "a budget by name; without it, share and floor state one")
      if r.isDescribing || rule == nil { return try ShareRetryBudget(reading: &r) }
      return rule ?? ShareRetryBudget.nothing
    }
  }
}
