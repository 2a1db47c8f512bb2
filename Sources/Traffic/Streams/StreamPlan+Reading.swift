import Chance
import Settings
import Vocabulary

// The parts of a stream's settings that say where its calls come from.

extension StreamPlan {
  static func readOrigin(_ s: inout SettingsReader) throws(SettingError) -> Origin {
    let file = try s.optionalText("trace", "the file of a recorded trace, instead of `arrivals`")
    let format = try s.choice(
      "format", from: TraceFormats.registry, default: "azure-llm", "how the trace is written")
    let skipsBadRows = try s.flag(
      "skipBadRows", default: false, "whether malformed rows are left out and counted")
    let law = try s.optionalChoice(
      "arrivals", from: ArrivalLaws.registry, "how generated calls follow one another")
    let profile = try readProfile(&s)
    if let file {
      try s.require(law == nil, "arrivals", expected: "a `trace` or `arrivals`, not both")
      try s.require(
        profile == nil, "rate", expected: "no `rate` profile beside a `trace`: it has its own")
      return .trace(file: file, format: format, skipsBadRows: skipsBadRows)
    }
    if s.isDescribing {
      return .generated(ArrivalLaw(rate: .perSecond(1), gaps: .constant(1)), .constant)
    }
    guard let law else {
      throw s.missing(
        "arrivals", expected: "a `trace` file, or `arrivals` such as { poisson: { rate: \"4/s\" } }"
      )
    }
    try s.require(!s.has("format"), "format", expected: "no `format` without a `trace`")
    try s.require(!skipsBadRows, "skipBadRows", expected: "no `skipBadRows` without a `trace`")
    switch law {
    case .renewal(let law): return .generated(law, profile ?? .constant)
    case .users(let users):
      try s.require(
        profile == nil, "rate", expected: "no `rate` profile beside users: answers set the pace")
      return .users(users)
    }
  }

  private static func readProfile(
    _ s: inout SettingsReader
  ) throws(SettingError) -> RateProfile? {
    let corners = try s.entries(
      "rate", "the factor on the rate over time, straight between: { \"0h\": 1, \"1h\": 3 }"
    ) { (time, setting) throws(SettingError) in
      let factor = try setting.number(in: 0...1e6)
      if setting.isDescribing { return RateProfile.Point(at: .zero, factor: factor) }
      return RateProfile.Point(at: try instant(time, of: setting), factor: factor)
    }
    if corners.isEmpty || s.isDescribing { return nil }
    guard let profile = RateProfile(corners.map(\.value)) else {
      throw s.error("rate", expected: "times that increase from corner to corner")
    }
    return profile
  }

  private static func instant(
    _ time: String, of setting: Setting
  ) throws(SettingError) -> Duration {
    do { return try Units.duration(time) } catch {
      throw SettingError(
        at: setting.position, path: setting.path, found: "the key \"\(time)\"",
        expected: error.expected)
    }
  }

  static func readConversations(
    _ s: inout SettingsReader
  ) throws(SettingError) -> ConversationLaws? {
    try s.object("conversations", "how calls go on as conversations; silence means single calls") {
      (s) throws(SettingError) in
      let again = try s.list(
        "again", "the probability of another turn after turn 1, 2, …; the last holds from there on"
      ) { (setting) throws(SettingError) in try setting.share().value }
      try s.require(!again.isEmpty, "again", expected: "a share such as \"25%\", or a list of them")
      let think = try Distributions.readDuration(
        "think", from: &s, "time from one turn's arrival to the next turn's, the answer included")
      let added = try TokenLaw.read("added", from: &s, "new tokens per turn")
      let cachedFor = try s.optionalDuration(
        "cachedFor", "how long the provider keeps the prefix in its prompt cache; silence: not")
      let block = try s.integer(
        "block", default: 128, in: 1...65_536, unit: "tokens", "the cache's block")
      let most = try s.integer("most", default: 64, in: 1...65_535, "the most turns")
      return ConversationLaws(
        again: again, think: think, added: added ?? .exact(0),
        cachedFor: cachedFor, block: UInt32(block), most: UInt32(most))
    }
  }
}

extension TokenLaw {
  /// Reads a law of tokens; `nil` when silent.
  static func read(
    _ key: String, from s: inout SettingsReader, most: UInt32 = .max, _ doc: String
  ) throws(SettingError) -> TokenLaw? {
    guard let setting = try s.raw(key, doc) else { return nil }
    let sampler = try Distributions.readNumber(setting)
    if setting.isDescribing { return nil }
    switch sampler {
    case .constant(let value):
      guard value >= 0, value <= 4e9, value == Double(UInt32(value)) else {
        throw SettingError(at: setting, expected: "a whole number of tokens such as 500")
      }
      return .exact(UInt32(value), most: most)
    default:
      let isWhole = setting["zipf"] != nil || setting["empirical"]?["values"] != nil
      return isWhole ? .counted(sampler, most: most) : .drawn(sampler, most: most)
    }
  }
}
