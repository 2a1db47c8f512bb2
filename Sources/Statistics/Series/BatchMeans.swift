/// The mean of one long run, by batches.
///
/// k batches of equal length; mean ± t_{1−α/2, k−1} s_b/√k, which is right if the batch means are
/// as good as independent: |r₁| < 2/√k. Otherwise use longer batches or a longer run.
/// - Source: B. Schmeiser 1982 (10 ≤ k ≤ 30).
public struct BatchMeans: Sendable, Hashable {
  /// The mean with its interval.
  public let mean: Interval
  /// The standard deviation of the batch means.
  public let deviation: Double
  /// The lag-1 autocorrelation of the batch means.
  public let lag1: Double
  /// How many batches.
  public let batches: Int

  /// Whether the batch means are as good as independent.
  public var isTrustworthy: Bool { abs(lag1) < 2 / Double(batches).squareRoot() }

  /// Takes the means of `batches` batches; `nil` for fewer than 2 batches or an observation each.
  ///
  /// A remainder at the end is left out.
  public init?(_ series: [Double], batches: Int = 20, confidence: Double = 0.95) {
    guard batches >= 2, series.count >= batches else { return nil }
    let size = series.count / batches
    let means = (0..<batches).map { Sample(Array(series[$0 * size..<($0 + 1) * size])).mean }
    guard let interval = MeanIntervals.student(means, confidence: confidence) else { return nil }
    let sample = Sample(means)
    mean = interval
    deviation = sample.deviation
    var products = 0.0
    for index in 1..<batches {
      products += (means[index] - sample.mean) * (means[index - 1] - sample.mean)
    }
    let squares = sample.variance * Double(batches - 1)
    lag1 = squares == 0 ? 0 : products / squares
    self.batches = batches
  }
}
