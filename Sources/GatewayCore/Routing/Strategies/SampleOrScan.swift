import Chance
import Settings

/// The cheapest of two candidates drawn, or of all of them.
///
/// `samples` 2 draws two different candidates; of equals the first drawn wins. 0 scans all; of
/// equals the tie rule decides.
/// - Complexity: two costs, or one a candidate.
struct SampleOrScan: BitwiseCopyable, Sendable {
  private let samples: Int
  private let ties: TieRule

  /// Reads `samples` and the tie rule.
  init(reading s: inout SettingsReader, default standard: Int) throws(SettingError) {
    samples = try s.integer(
      "samples", default: standard, in: 0...2, "2 draws two candidates, 0 scans all of them")
    ties = try TieRule(reading: &s)
  }

  /// The candidate with the lowest cost.
  @inline(__always)
  func lowest(
    among candidates: CandidateSet, _ draws: RoutingDraws, _ cost: (Int) -> Double
  ) -> Int {
    guard samples == 2 else { return candidates.lowest(ties, draws, cost) }
    var sample = CandidateSample(candidates)
    let one = sample.next(draws.uniform(0))
    if sample.isEmpty { return one }
    let other = sample.next(draws.uniform(1))
    return cost(other) < cost(one) ? other : one
  }
}
