import Chance
import Settings
import Vocabulary

/// How the law of a time is written: a duration, `{median, p95}`, `{median, sigma}`, or a
/// distribution by name.
enum LatencyLaw {
  /// The 95 % quantile of the standard normal distribution.
  private static let normal95 = 1.6448536269514722

  static func read(
    _ key: String, of s: inout SettingsReader, _ doc: String
  ) throws(SettingError) -> Sampler {
    try s.require(
      s.has(key), key,
      expected: "a duration, { median: \"740ms\", p95: \"1.4s\" } or { median, sigma }",
      next: "say how fast the deployment is; silence about a latency is not zero")
    guard let setting = try s.raw(key, doc) else { return .constant(0) }
    return try read(setting)
  }

  static func read(_ setting: Setting) throws(SettingError) -> Sampler {
    if setting.isDescribing { return try describe(setting) }
    guard setting.members != nil else {
      return .constant(Double(try setting.duration().nanoseconds))
    }
    return try setting.object(lognormal)
  }

  private static func describe(_ setting: Setting) throws(SettingError) -> Sampler {
    _ = try setting.duration()
    return try setting.object(lognormal)
  }

  /// The lognormal with a median and the 95 % quantile, σ = ln(p95 ÷ median) ÷ 1.645, or with σ.
  private static func lognormal(_ s: inout SettingsReader) throws(SettingError) -> Sampler {
    let median = try s.duration(
      "median", in: .nanoseconds(1) ... .seconds(86_400), "half of the times are shorter")
    let p95 = try s.optionalDuration("p95", "95 % of the times are shorter; at least the median")
    let sigma = try s.optionalNumber(
      "sigma", in: 0...5, "the deviation of the logarithm, instead of p95")
    let mu = Elementary.log(Double(median.nanoseconds))
    if s.isDescribing { return .lognormal(mu: mu, sigma: 0.5) }
    switch (p95, sigma) {
    case (let p95?, nil):
      try s.require(p95 >= median, "p95", expected: "a duration of at least the median")
      return .lognormal(
        mu: mu, sigma: (Elementary.log(Double(p95.nanoseconds)) - mu) / normal95)
    case (nil, let sigma?): return .lognormal(mu: mu, sigma: sigma)
    case (nil, nil): throw s.missing("p95", expected: "p95 or sigma beside the median")
    case (_?, _?): throw s.error("sigma", expected: "either p95 or sigma, not both")
    }
  }
}
