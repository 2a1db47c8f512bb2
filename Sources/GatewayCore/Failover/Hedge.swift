import Settings
import Vocabulary

/// When a second attempt is made although the first has not ended.
///
/// Idea: an attempt that has not begun to answer after a while is probably one of the slow few; a
/// second one races it, whoever begins first (streams: shows its first token; else: ends with
/// success) serves, and the other is withdrawn. With S(t) = P(T > t) of independent attempts and a
/// delay d, P(answer later than t) = S(t) for t < d and S(t)·S(t − d) after; extra load S(d).
/// At a node the second attempt is chosen anew below it, by default among deployments that were not
/// tried; at a deployment's own node it goes to the same. Two attempts live at most at a time. A
/// failure while the other lives is only written down: what the client gets, and whether a retry
/// follows, is decided when both are gone; the walk then goes on from the later of the two.
/// Sources: J. Dean, L. A. Barroso, "The tail at scale", CACM 56(2), 2013; gRPC hedging, gRFC A6.
/// - Complexity: O(depth of the walk) to arm; a choice as for any attempt to hedge.
public struct HedgeRule: BitwiseCopyable, Sendable {
  /// Nanoseconds before the hedge; -1 if only the observed quantile says.
  var after: Int64
  /// The observed quantile that stands in for `after` once it is known; -1 if none.
  var observed: Int16 = -1
  /// Hedges that a request may make in all.
  var max: UInt8
  var exclude: Bool
  /// The budget that bounds it; -1 if none.
  var budget: Int16 = -1
  /// Whether failures are told apart: one of `nonFatal` starts the next hedge at once, any other
  /// withdraws what else lives (gRPC).
  var judges = false
  var nonFatal = OutcomeSet()
}

/// A hedge rule as a file states it.
public struct StatedHedge {
  var rule: HedgeRule
  var observed: ObservedRule?
  var budget: (any RetryBudget)?

  /// Reads a rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let after = try s.optionalDuration(
      "after", in: .zero ... .seconds(3_600),
      "how long to wait for the answer to begin; until the quantile is known, if one is observed")
    observed = try s.object(
      "observed",
      "hedge after an observed quantile of the deployment's own times, as this replica has seen them"
        + " (local by design)",
      { r throws(SettingError) -> ObservedRule in
        try ObservedRule(reading: &r, quantile: 0.95, of: .firstToken)
      })
    guard after != nil || observed != nil || s.isDescribing else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path, found: "no delay",
        expected: "after: \"1s\", or observed: { quantile: \"95%\" }, or both")
    }
    rule = HedgeRule(
      after: after?.nanoseconds ?? -1,
      max: UInt8(try s.integer("max", default: 1, in: 1...15, "hedges a request may make in all")),
      exclude: try s.flag(
        "exclude", default: true, "leave out the deployments already tried"))
    let isStated = s.has("nonFatal")
    rule.nonFatal = try OutcomeSet(
      reading: &s, "nonFatal", default: OutcomeSet(), "failures are not told apart",
      "outcomes that start the next hedge at once; any other withdraws what else lives.")
    rule.judges = isStated
    budget = try RetryBudgets.read(
      &s, "budget", "bounds hedges: a share of 5% adds at most 5% load")
  }
}

extension RouteTree {
  /// Takes over a hedge rule; returns its place.
  mutating func add(_ stated: StatedHedge) -> Int16 {
    var rule = stated.rule
    if let observed = stated.observed { rule.observed = add(observed) }
    if let budget = stated.budget {
      rule.budget = Int16(budgets.count)
      budgets.append(budget)
    }
    hedges.append(rule)
    return Int16(hedges.count - 1)
  }

  /// Gives a rule to the roots that have none of their own.
  mutating func hedge(roots: [UInt16], by rule: Int16) {
    for root in roots where nodes[Int(root)].hedge < 0 { nodes[Int(root)].hedge = rule }
  }

  /// Takes over what is observed of each deployment; returns its place.
  mutating func add(_ rule: ObservedRule) -> Int16 {
    if let same = observed.firstIndex(of: rule) { return Int16(same) }
    observed.append(rule)
    return Int16(observed.count - 1)
  }
}
