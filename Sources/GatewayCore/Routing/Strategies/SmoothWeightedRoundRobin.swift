import Settings
import Vocabulary

/// Takes turns in proportion to the weights, spread as evenly as possible.
///
/// Each turn every candidate's credit grows by its weight; the largest credit is chosen and pays
/// the sum of the candidates' weights. Over any cycle child i is chosen wᵢ / Σ w of the time, and
/// {5, 1, 1} gives a a b a c a a. Source: nginx, "upstream: smooth weighted round-robin" (2012).
/// - Complexity: O(candidates).
public struct SmoothWeightedRoundRobin: Strategy {
  private var weights: [Double] = []
  private var credits: [Double] = []

  /// Reads no parameters: the weights stand at the children.
  public init(reading s: inout SettingsReader) throws(SettingError) {}

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    weights = children.map(\.weight)
    credits = children.map { _ in 0 }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var best = candidates.first
    var total = 0.0
    var set = candidates.bits
    var bestCredit = -Double.infinity
    while set != 0 {
      let child = set.trailingZeroBitCount
      credits[child] += weights[child]
      total += weights[child]
      if credits[child] > bestCredit {
        bestCredit = credits[child]
        best = child
      }
      set &= set &- 1
    }
    credits[best] -= total
    return best
  }
}
