import Settings
public import Vocabulary

/// The slow part of a deployment's attempts: a spike near the median, and a few far behind it.
///
///     (1 − share) · body + share · LN(ln(median of the body × factor), sigma)
///
/// A plain lognormal misfits most real endpoints (Kolmogorov distance 0.09–0.37 on LLMPerf
/// 2023-12-19); a spike and a tail fit. Which attempts are slow is drawn under a key of its own, so
/// a larger share keeps the slow attempts that it had.
public struct SlowTail: Sendable, Hashable {
  /// The share of attempts in the tail.
  public var share: Probability
  /// The median of the tail over the median of the body.
  public var factor: Double
  /// The standard deviation of the tail's logarithm.
  public var sigma: Double

  /// Makes a tail.
  public init(share: Probability, factor: Double = 3, sigma: Double = 0.6) {
    self.share = share
    self.factor = factor
    self.sigma = sigma
  }

  /// Reads `tail`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    share = try s.share("share", "the share of attempts in the tail")
    factor = try s.number(
      "factor", default: 3, in: 0.01...1000, "its median over the median of the others")
    sigma = try s.number(
      "sigma", default: 0.6, in: 0...5, "the standard deviation of its logarithm")
  }
}
