import Chance
public import Settings
import Vocabulary

extension IncidentDraws {
  /// The sequences that a file can name; figures are the ICPE 2025 set of self-reported incidents.
  public static let registry = Registry<IncidentDraws>(
    "sequence of incidents",
    [
      .init(
        "openai-api", "as the API of OpenAI had them from 2021 to 2024: every 5.6 days, 2.6 hours",
        source: "Chu et al., ICPE 2025: 231 incidents"
      ) { (s) throws(SettingError) in
        try preset(
          &s, gaps: (0.055, 0.597, 1.188, 3.616, 0.209), hours: (0.019, 0.191, 1.023, 3.337, 0.375),
          parts: [0.15, 0.09, 0.27, 0.49], weekend: 0.03)
      },
      .init(
        "anthropic-api",
        "as the API of Anthropic had them from 2023 to 2024: every 5.2 days, 2.8 hours",
        source: "Chu et al., ICPE 2025: 76 incidents"
      ) { (s) throws(SettingError) in
        try preset(
          &s, gaps: (0.049, 0.679, 0.902, 3.823, 0.392),
          hours: (0.077, -0.356, 0.903, 3.039, 0.523), parts: [0.24, 0.09, 0.34, 0.33],
          weekend: 0.025)
      },
    ])

  /// Two lognormal laws: the weight of the second, then mu and sigma of either.
  private typealias Laws = (
    second: Double, mu: Double, sigma: Double, otherMu: Double, otherSigma: Double
  )

  private static func preset(
    _ s: inout SettingsReader, gaps: Laws, hours: Laws, parts: [Double], weekend: Double
  ) throws(SettingError) -> IncidentDraws {
    let day = 86_400e9
    var draws = IncidentDraws(gaps: law(gaps, unit: day), durations: law(hours, unit: day / 24))
    let isPaced = try s.flag(
      "officeHours", default: false,
      "whether they begin at the hours and weekdays at which they were seen to (UTC)")
    if isPaced {
      draws.hours = parts
      let week = (1 - 2 * weekend) / 5
      draws.weekdays = [weekend, week, week, week, week, week, weekend]
    }
    let hasLevels = try s.flag(
      "levels", default: true,
      "whether the share that fails is drawn by the reported impact, instead of the incident's own")
    if hasLevels { draws.levels = reported }
    draws.each = try element(&s)
    return draws
  }

  /// Impact levels 0 to 4 of 542 incidents; the shares that stand for them are assumed.
  static let reported: [Level] = [
    Level(share: 0.005, weight: 98), Level(share: 0.03, weight: 193),
    Level(share: 0.15, weight: 179), Level(share: 0.6, weight: 70), Level(share: 1, weight: 2),
  ]

  private static func law(_ it: Laws, unit: Double) -> Sampler {
    let shift = Elementary.log(unit)
    let first = Sampler.lognormal(mu: it.mu + shift, sigma: it.sigma)
    let second = Sampler.lognormal(mu: it.otherMu + shift, sigma: it.otherSigma)
    return Mixture([(1 - it.second, first), (it.second, second)]).map(Sampler.other) ?? first
  }

  /// Reads `draw`: the name of a sequence, or `{ gaps, durations, … }`.
  static func read(_ setting: Setting) throws(SettingError) -> IncidentDraws {
    if setting.isDescribing { _ = try registry.make(from: setting) }
    guard setting.isDescribing || setting["gaps"] != nil || setting["durations"] != nil else {
      return try registry.make(from: setting)
    }
    return try setting.object { (s) throws(SettingError) -> IncidentDraws in
      let gaps = try Distributions.readDuration(
        "gaps", from: &s, "the time from one beginning to the next")
      let durations = try Distributions.readDuration("durations", from: &s, "how long each lasts")
      var draws = IncidentDraws(gaps: gaps, durations: durations)
      draws.levels = try s.entries(
        "levels", "the shares of attempts that fail, and how often each is met: { \"3%\": 193 }"
      ) { (name, setting) throws(SettingError) -> Level in
        let share = Setting(.string(name), at: setting.position, path: setting.path)
        return Level(
          share: setting.isDescribing ? 1 : try share.share().value,
          weight: try setting.number(in: 0...1e9))
      }.map(\.value)
      draws.hours = try weights("hours", "how often they begin in each equal part of the day", &s)
      draws.weekdays = try weights("weekdays", "how often they begin from Sunday to Saturday", &s)
      try s.require(
        draws.weekdays.isEmpty || draws.weekdays.count == 7, "weekdays", expected: "seven weights")
      try s.require(draws.hours.count <= 24, "hours", expected: "at most 24 weights")
      draws.each = try element(&s)
      let total = draws.levels.reduce(0) { $0 + $1.weight }
      try s.require(
        draws.levels.isEmpty || total > 0, "levels", expected: "a weight above 0")
      return draws
    }
  }

  private static func weights(
    _ key: String, _ doc: String, _ s: inout SettingsReader
  ) throws(SettingError) -> [Double] {
    let weights = try s.list(key, doc) { (setting) throws(SettingError) in
      try setting.number(in: 0...1e9)
    }
    if s.isDescribing { return [] }
    try s.require(
      weights.isEmpty || weights.reduce(0, +) > 0, key, expected: "a weight above 0")
    return weights
  }

  private static func element(_ s: inout SettingsReader) throws(SettingError) -> Element? {
    try s.optionalName(
      "each", among: Element.allCases.map(\.rawValue), kind: "element",
      "what has a sequence of its own; silence means that all that is struck falls together"
    ).map { Element.allCases[$0] }
  }
}
