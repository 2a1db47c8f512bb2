import Chance
import Settings
import Vocabulary

/// How a generated stream's calls follow one another.
public struct ArrivalLaw: Sendable {
  /// Mean arrivals per stretch of time.
  public let rate: Rate
  /// The gaps on a clock that runs with the expected number of arrivals; their mean is 1.
  public let gaps: Sampler

  /// Makes a law; `gaps` must have mean 1.
  public init(rate: Rate, gaps: Sampler) {
    self.rate = rate
    self.gaps = gaps
  }
}

/// Where a generated stream's calls come from.
public enum ArrivalChoice: Sendable {
  /// A renewal process, whatever becomes of the calls.
  case renewal(ArrivalLaw)
  /// Users who wait for the answer before they ask again.
  case users(UserLaws)
}

/// The arrival processes that a stream can name.
public enum ArrivalLaws {
  /// The registry behind `arrivals: { … }`.
  public static let registry = Registry<ArrivalChoice>(
    "arrival process",
    [
      Registry.Entry(
        "poisson", "Independent calls of many clients: exponential gaps.", shorthand: "rate"
      ) { (s) throws(SettingError) in
        .renewal(ArrivalLaw(rate: try rate(&s), gaps: .exponential(mean: 1)))
      },
      Registry.Entry(
        "gamma", "A renewal process with gamma gaps: shape 1/cv²; bursty for cv above 1.",
        source: "ServeGen (Alibaba): gamma fits 60–88 % of the client traffic"
      ) { (s) throws(SettingError) in
        let rate = try rate(&s)
        let cv = try variation(&s)
        return .renewal(
          ArrivalLaw(
            rate: rate, gaps: s.isDescribing ? .constant(1) : .other(Gamma(mean: 1, variation: cv)))
        )
      },
      Registry.Entry(
        "weibull", "A renewal process with Weibull gaps: heavier tails than gamma's.",
        source: "ServeGen (Alibaba): Weibull fits 12–40 % of the client traffic"
      ) { (s) throws(SettingError) in
        let rate = try rate(&s)
        let cv = try variation(&s)
        return .renewal(
          ArrivalLaw(
            rate: rate,
            gaps: s.isDescribing ? .constant(1) : .other(Weibull(mean: 1, variation: cv))))
      },
      Registry.Entry("regular", "One call after the other, evenly spaced.", shorthand: "rate") {
        (s) throws(SettingError) in
        .renewal(ArrivalLaw(rate: try rate(&s), gaps: .constant(1)))
      },
      Registry.Entry(
        "users", "Users who wait for the answer, think and ask again: a closed loop.",
        source: "P. J. Denning and J. P. Buzen, ACM Computing Surveys 10(3), 1978"
      ) { (s) throws(SettingError) in .users(try UserLaws(reading: &s)) },
    ])

  private static func rate(_ s: inout SettingsReader) throws(SettingError) -> Rate {
    let rate = try s.rate("rate", "mean arrivals per stretch of time")
    try s.require(rate.count > 0, "rate", expected: "a rate above zero such as \"4/s\"")
    return rate
  }

  private static func variation(_ s: inout SettingsReader) throws(SettingError) -> Double {
    try s.number(
      "cv", in: 0.05...10, "the gaps' coefficient of variation: deviation over mean; Poisson has 1")
  }
}
