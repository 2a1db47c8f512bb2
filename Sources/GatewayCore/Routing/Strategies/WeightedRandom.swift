import Chance
import Settings
import Vocabulary

/// Draws a child with probability proportional to its weight.
///
/// Weights are renormalised over the candidates that are left: P(i) = wᵢ / Σ w over candidates.
/// Source: Portkey `loadbalance`, Helicone `provider-weighted`, LiteLLM `simple-shuffle` with
/// weights (semantics of gateways, §1, §3). If all candidates weigh nothing, they are equal.
/// - Complexity: O(children) additions, one draw.
public struct WeightedRandom: Strategy {
  private var weights: [Double] = []
  private var total = 0.0

  /// Reads no parameters: the weights stand at the children.
  public init(reading s: inout SettingsReader) throws(SettingError) {}

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    weights = children.map(\.weight)
    total = weights.reduce(0, +)
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var sum = total
    if candidates.count != weights.count {
      sum = 0
      candidates.forEach { sum += weights[$0] }
    }
    let u = draws.uniform()
    guard sum > 0 else {
      return candidates.member(min(candidates.count - 1, Int(u * Double(candidates.count))))
    }
    var rest = u * sum
    var set = candidates.bits
    var last = candidates.first
    while set != 0 {
      let child = set.trailingZeroBitCount
      let weight = weights[child]
      if weight > 0 {
        if rest < weight { return child }
        rest -= weight
        last = child
      }
      set &= set &- 1
    }
    return last
  }
}
