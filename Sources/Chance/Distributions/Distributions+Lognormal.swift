import Settings

/// The keys of the lognormal's short form.
enum LognormalKeys {
  static let quantiles: [(key: String, share: Double)] = [
    ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999),
  ]
  static let all = ["median", "mean", "sigma"] + quantiles.map(\.key)
}

extension Distributions {
  /// Reads a lognormal: a median or mean, and a sigma or one upper quantile.
  static func lognormal(
    _ s: inout SettingsReader, _ magnitude: Magnitude
  ) throws(SettingError) -> Sampler {
    let least = magnitude.leastPositive
    let median = try magnitude.optionalValue(
      "median", &s, atLeast: least, "the value that half of the values lie below")
    let mean = try magnitude.optionalValue(
      "mean", &s, atLeast: least, "the mean, instead of the median; needs sigma")
    let sigma = try s.optionalNumber(
      "sigma", in: 0...20, "the standard deviation of the logarithm")
    var upper: [(key: String, share: Double, value: Double)] = []
    for (key, share) in LognormalKeys.quantiles {
      if let value = try magnitude.optionalValue(
        key, &s, atLeast: least, "the slow side: the value that this share of values lie below")
      {
        upper.append((key, share, value))
      }
    }
    if s.isDescribing { return .lognormal(mu: 0, sigma: 0) }

    if let mean {
      try s.require(median == nil, "mean", expected: "a median or a mean, not both")
      if let extra = upper.first {
        throw s.error(extra.key, expected: "no quantile beside a mean: give median or sigma")
      }
      guard let sigma else { throw s.missing("sigma", expected: "a number beside the mean") }
      return .lognormal(mean: mean, sigma: sigma)
    }
    guard let median else {
      throw s.missing("median", expected: "the median of a lognormal distribution")
    }
    if let sigma {
      if let extra = upper.first {
        throw s.error(extra.key, expected: "sigma or one quantile, not both")
      }
      return .lognormal(median: median, sigma: sigma)
    }
    guard let quantile = upper.first else {
      throw s.missing(
        "p95", expected: "how far the values spread: a quantile above the median, or sigma",
        allowed: LognormalKeys.quantiles.map(\.key) + ["sigma"])
    }
    if upper.count > 1 {
      throw s.error(
        upper[1].key, expected: "one quantile beside the median",
        next: "give all of them as { empirical: { quantiles: { … } } }")
    }
    try s.require(
      quantile.value >= median, quantile.key, expected: "at least the median: the slow side")
    return .lognormal(median: median, quantile: quantile.value, at: quantile.share)
  }
}
