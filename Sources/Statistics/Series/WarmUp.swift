/// MSER-5: how much of a run's beginning to cut.
///
/// The series is averaged in batches of 5. For each cut d, the squared standard error of the mean
/// of what remains is Σ_{i>d} (b_i − b̄_d)² / (n − d)²; the best d, up to half of the run, is the
/// cut. If it is half of the run, the run is too short to tell.
/// - Source: K. P. White 1997; Hoad, Robinson, Davies 2010.
/// - Complexity: O(n).
public struct WarmUp: Sendable, Hashable {
  /// How many batches to cut.
  public let batches: Int
  /// How many observations to cut: 5 × batches.
  public let observations: Int
  /// The criterion at the cut.
  public let criterion: Double
  /// The mean of the observations that remain.
  public let truncatedMean: Double
  /// Whether the best cut is at half of the run, so that the run is too short.
  public let runIsTooShort: Bool

  /// Finds the cut; `nil` for fewer than 2 whole batches.
  public init?(_ series: [Double]) {
    let size = 5
    let count = series.count / size
    guard count >= 2 else { return nil }
    let batchMeans = (0..<count).map { batch in
      Sample(Array(series[batch * size..<(batch + 1) * size])).mean
    }
    var criteria = [Double](repeating: .infinity, count: count)
    var mean = 0.0
    var squares = 0.0
    for index in stride(from: count - 1, through: 0, by: -1) {
      let kept = Double(count - index)
      let delta = batchMeans[index] - mean
      mean += delta / kept
      squares += delta * (batchMeans[index] - mean)
      criteria[index] = squares / (kept * kept)
    }
    var best = 0
    for cut in 0...count / 2 where cut < count && criteria[cut] < criteria[best] { best = cut }
    batches = best
    observations = best * size
    criterion = criteria[best]
    truncatedMean = Sample(Array(series[(best * size)...])).mean
    runIsTooShort = best == count / 2
  }
}
