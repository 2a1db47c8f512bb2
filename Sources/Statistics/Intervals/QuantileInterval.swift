/// A confidence interval for a quantile between two order statistics of one independent sample.
///
/// The number of values below the p-quantile is binomial(n, p), so [X₍l₎, X₍u₎] with
/// l = B⁻¹(α/2), u = B⁻¹(1 − α/2) + 1 covers it with P(l ≤ B ≤ u − 1), whatever the distribution.
/// - Source: W. J. Conover; G. J. Hahn, W. Q. Meeker 1991.
public struct QuantileInterval: Sendable, Hashable {
  /// The rank of the lower end, from 1; 0 means −∞.
  public let lower: Int
  /// The rank of the upper end, from 1; n + 1 means +∞.
  public let upper: Int
  /// The probability that the interval covers the quantile.
  public let coverage: Double

  /// The ranks for the `p`-quantile of `count` values.
  public init(count: Int, p: Double, confidence: Double = 0.95) {
    let tail = (1 - confidence) / 2
    lower = Binomial.quantile(tail, trials: count, probability: p)
    upper = Binomial.quantile(1 - tail, trials: count, probability: p) + 1
    coverage =
      Binomial.cumulative(upper - 1, trials: count, probability: p)
      - Binomial.cumulative(lower - 1, trials: count, probability: p)
  }
}
