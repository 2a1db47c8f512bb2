import Settings
import Vocabulary

/// Bounds how many retries a policy, or a node of its routes, may make over all requests together.
///
/// Without one, n layers of m tries multiply load by mⁿ when all fails. A budget hands out permits:
/// one is taken before a retry, and given back if nothing was left to retry. Hedges may be bounded
/// by one as well.
///
/// With `state: "gossiped"` or `"central"` replicas tell each other what they count; who hears it
/// counts it too and decides nothing. With a lag of 0 the budget of N replicas is that of one with
/// all the traffic; with more, replicas may together take what each believes to be left. The default
/// is `local`, N times the budget: so it is in all products that have one (Finagle's, gRPC's and the
/// AWS SDKs' are of one client in one process).
public protocol RetryBudget: Sendable {
  /// Whose attempts and retries it counts.
  var scope: StateScope { get set }
  /// Whether `ended` shall be told.
  var observes: Bool { get }
  /// Whether it counts first attempts.
  var countsFirstAttempts: Bool { get }
  /// Counts a first attempt.
  mutating func firstAttempt(at now: Instant)
  /// Takes a permit for a retry after `outcome`; `nil` if the budget refuses.
  mutating func takeRetry(after outcome: Outcome, at now: Instant) -> Int64?
  /// Another replica has taken a permit: counts it, whatever is left.
  mutating func heardRetry(_ permit: Int64, at now: Instant)
  /// Takes back the permit of a retry that was not made; another replica's, too.
  mutating func giveBack(_ permit: Int64, at now: Instant)
  /// An attempt has ended; `permit` is that of the request's latest retry, if it made one.
  mutating func ended(_ outcome: Outcome, permit: Int64?, at now: Instant)
}

extension RetryBudget {
  /// Does not observe by default.
  public var observes: Bool { false }
  /// Counts none by default.
  public var countsFirstAttempts: Bool { false }
  /// Ignored by default.
  public mutating func firstAttempt(at now: Instant) {}
  /// Ignored by default.
  public mutating func ended(_ outcome: Outcome, permit: Int64?, at now: Instant) {}

  /// Takes over what another of its kind has counted.
  mutating func takeOver(_ other: any RetryBudget) {
    if let other = other as? Self { self = other }
  }
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
      var budget: any RetryBudget =
        if let rule, !r.isDescribing { rule } else { try ShareRetryBudget(reading: &r) }
      budget.scope = try StateScope(
        reading: &r, "whose attempts and retries it counts, where there are several replicas")
      return budget
    }
  }
}
