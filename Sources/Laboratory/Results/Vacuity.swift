import GatewayCore
import Measures
import Providers
import Scenarios
import Traffic
import Vocabulary

/// Something of a scenario that its runs did not exercise: what they say about it is nothing.
public enum Vacuity: Sendable, Hashable, CustomStringConvertible {
  /// An incident that touched no attempt under any policy.
  case incident(String, caseName: String)
  /// An alias of a stream for which no request came in any case.
  case alias(String)
  /// A mechanism of a policy that never acted in any case.
  case mechanism(String, policy: String)

  /// One clause: what did not happen, and where.
  public var description: String {
    switch self {
    case .incident(let name, let caseName):
      "the incident \"\(name)\" touched no attempt in case \(caseName)"
    case .alias(let name): "no request asked for \(name)"
    case .mechanism(let name, let policy): "\(name) of policy \(policy) never acted in any case"
    }
  }
}

extension Study {
  /// What the runs have not exercised: incidents by case, then aliases, then mechanisms by policy.
  func vacuities(_ gathered: [Gathered]) -> [Vacuity] {
    var found: [Vacuity] = []
    let policies = contenders.indices.filter { contenders[$0].reference == nil }
    for place in cases.indices {
      let rows = policies.compactMap { gathered[place * contenders.count + $0].pooled }
      let touched = rows.reduce(UInt32(0)) { $0 | $1.touched }
      for incident in worlds[place].fleet.incidents where touched & incident.mask == 0 {
        found.append(.incident(incident.name, caseName: cases[place].name))
      }
    }
    let asked = scenario.streams.map { Int($0.alias.index) }
    for alias in scenario.aliases.indices where asked.contains(alias) {
      let isSilent = gathered.allSatisfy { row in
        row.pooled.map { $0.aliases.count <= alias || $0.aliases[alias].tally.arrived == 0 } ?? true
      }
      if isSilent { found.append(.alias(scenario.aliases[alias])) }
    }
    for contender in policies {
      guard let plan = contenders[contender].plan else { continue }
      let runs = cases.indices.compactMap { gathered[$0 * contenders.count + contender].pooled }
      for mechanism in Mechanism.allCases where plan.mechanisms.contains(mechanism) {
        if !runs.contains(where: mechanism.hasActed) {
          found.append(.mechanism(mechanism.words, policy: contenders[contender].name))
        }
      }
    }
    return found
  }
}

extension Mechanism {
  /// Whether the runs show that it has done something.
  fileprivate func hasActed(_ totals: RunTotals) -> Bool {
    let tally = totals.all.tally
    return switch self {
    case .breaker: totals.breakerOpenings.contains { $0 > 0 } || totals.hasRemoved(.breaker)
    case .ejection: totals.count(.ejected) > 0 || totals.hasRemoved(.ejected)
    case .hedge: totals.count(.hedged) > 0
    case .filter:
      totals.hasRemoved(.tags, .price, .residency, .excluded)
    case .limit:
      tally.endings[.rejectedByLimit] > 0 || totals.count(.queued) > 0 || totals.hasRemoved(.limit)
    case .concurrency:
      tally.endings[.rejectedByLimit] + tally.endings[.shed] > 0
        || totals.count(.limitAdapted) + totals.count(.queued) > 0 || totals.hasRemoved(.inFlight)
    case .budget:
      tally.endings[.rejectedByBudget] > 0 || totals.count(.budgetPassed) > 0
        || totals.hasRemoved(.limit)
    case .queue: totals.count(.queued) > 0
    case .exactCache: tally.endings[.hit] > tally.semanticHits
    case .semanticCache: tally.semanticHits > 0
    case .coalescing: totals.count(.followed) > 0
    }
  }

  /// What it is called in a sentence.
  fileprivate var words: String {
    switch self {
    case .breaker: "the breaker"
    case .ejection: "the ejection"
    case .filter: "the filter"
    case .hedge: "the hedge"
    case .limit: "the limit"
    case .concurrency: "the limit on what is in flight"
    case .budget: "the budget"
    case .queue: "the queue"
    case .exactCache: "the cache"
    case .semanticCache: "the semantic cache"
    case .coalescing: "the coalescing"
    }
  }
}
