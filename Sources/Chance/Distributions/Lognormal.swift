extension Sampler {
  /// The 95 % quantile of the standard normal distribution.
  public static let normal95 = 1.6448536269514722

  /// A lognormal of its median and sigma, the standard deviation of the logarithm.
  public static func lognormal(median: Double, sigma: Double) -> Sampler {
    .lognormal(mu: Elementary.log(median), sigma: sigma)
  }

  /// A lognormal of its median and its 95 % quantile: sigma = ln(p95/median)/1.64485….
  public static func lognormal(median: Double, p95: Double) -> Sampler {
    lognormal(median: median, quantile: p95, at: 0.95)
  }

  /// A lognormal of its median and another quantile: sigma = ln(value/median)/Φ⁻¹(share).
  public static func lognormal(median: Double, quantile: Double, at share: Double) -> Sampler {
    let z = share == 0.95 ? normal95 : Elementary.normalQuantile(share)
    return .lognormal(
      mu: Elementary.log(median), sigma: Elementary.log(quantile / median) / z)
  }

  /// A lognormal of its mean and sigma: mu = ln(mean) − sigma²/2.
  public static func lognormal(mean: Double, sigma: Double) -> Sampler {
    .lognormal(mu: Elementary.log(mean) - sigma * sigma / 2, sigma: sigma)
  }
}
