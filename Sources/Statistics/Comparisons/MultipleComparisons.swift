/// Hsu's multiple comparisons with the best, for policies that met the same worlds.
///
/// For each policy an interval for its mean minus the best of the others' means, jointly right with
/// the stated confidence. Half-widths w_ij are paired-t at α/(k − 1), one-sided. With
/// D_i⁺ = min_j (Ȳ_i − Ȳ_j + w_ij): the upper end is max(0, D_i⁺); policy i may be the best if that
/// is above 0; the lower end is min(0, min over the other possible bests of Ȳ_i − Ȳ_j − w_ij), or 0
/// if no other may be the best.
/// - Source: J. C. Hsu 1984; B. L. Nelson, F. J. Matejcik 1995 (with common random numbers).
public enum MultipleComparisons {
  /// One policy's place.
  public struct Place: Sendable, Hashable {
    /// The mean minus the best of the others' means, with its interval.
    public var distance: Interval
    /// Whether it may be the best.
    public var mayBeBest: Bool
  }

  /// The places of policies whose results are given by replication; `nil` for fewer than two
  /// policies, fewer than two replications or lists of different length.
  public static func withBest(
    _ results: [[Double]], higherIsBetter: Bool, confidence: Double = 0.95
  ) -> [Place]? {
    guard let length = results.first?.count, results.count >= 2, length >= 2,
      results.allSatisfy({ $0.count == length })
    else { return nil }
    let sign: Double = higherIsBetter ? 1 : -1
    let signed = results.map { $0.map { sign * $0 } }
    let means = signed.map { Sample($0).mean }
    let t = StudentT.quantile(
      1 - (1 - confidence) / Double(results.count - 1), degrees: Double(length - 1))
    func width(_ i: Int, _ j: Int) -> Double {
      t * Sample(zip(signed[i], signed[j]).map { $0 - $1 }).standardError
    }
    let uppers = signed.indices.map { i in
      signed.indices.filter { $0 != i }.map { means[i] - means[$0] + width(i, $0) }
        .reduce(Double.infinity, min)
    }
    let candidates = signed.indices.filter { uppers[$0] > 0 }
    return signed.indices.map { i in
      let best = signed.indices.filter { $0 != i }.map { means[$0] }.reduce(-.infinity, max)
      let lower = candidates.filter { $0 != i }.map { means[i] - means[$0] - width(i, $0) }
        .reduce(0, min)
      return Place(
        distance: Interval(estimate: means[i] - best, lower: lower, upper: max(0, uppers[i])),
        mayBeBest: uppers[i] > 0)
    }
  }
}
