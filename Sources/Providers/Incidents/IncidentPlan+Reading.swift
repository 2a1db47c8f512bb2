import Settings
import Vocabulary

extension IncidentPlan {
  /// The most incidents of a scenario: each has a bit of its own in the records.
  static let most = 32

  /// Reads `draw`, `from`, `until`, `for`, `with` and `after`; returns the incident that it takes
  /// its times from.
  mutating func readTimes(
    _ s: inout SettingsReader, zero: Instant, _ calendar: Calendar
  ) throws(SettingError) -> IncidentDraft.Bond? {
    shape = try s.optionalChoice(
      "shape", from: IncidentShapes.registry,
      "its course; what it does is then the peak: one number each")
    try s.require(
      shape == nil || isConstant, "shape", expected: "nothing beside values over time",
      next: "give each effect one number, which is the peak")
    if let setting = try s.raw("draw", "how its occurrences are drawn, instead of `from`") {
      let read = try IncidentDraws.read(setting)
      if !s.isDescribing {
        draws = read
        draws?.calendar = calendar
        try s.require(
          read.levels.isEmpty || failure != nil, "draw",
          expected: "an incident with an `error`, whose share the levels are",
          next: "say `error`, or leave the levels out")
        (from, until) = (.start, .distantFuture)
      }
    }
    let begin = try s.optionalDuration("from", "when it begins, after the warm-up")
    let end = try s.optionalDuration("until", "when it is over, after the warm-up")
    let length = try s.optionalDuration(
      "for", in: .nanoseconds(1) ... .seconds(3_153_600_000), "how long it lasts, instead of until")
    let with = try s.optionalText("with", "another incident with the same times")
    let after = try s.optionalText(
      "after", "another incident, from whose end `from` counts; silence about `from` means at once")
    if s.isDescribing { return nil }
    if draws != nil {
      for key in ["from", "until", "for", "with", "after"] {
        try s.require(!s.has(key), key, expected: "nothing: `draw` gives the times")
      }
      return nil
    }
    if let with {
      for key in ["from", "until", "for", "after"] {
        try s.require(!s.has(key), key, expected: "nothing: `with` gives the times")
      }
      return .with(with)
    }
    if after != nil {
      try s.require(end == nil, "until", expected: "nothing: say how long, by `for`")
    }
    guard let begin = begin ?? (after == nil ? nil : .zero) else {
      throw s.missing("from", expected: "when it begins, or `with` another incident")
    }
    try s.require(end == nil || length == nil, "for", expected: "either `until` or `for`")
    from = zero.advanced(by: begin)
    if let end {
      try s.require(end > begin, "until", expected: "an instant after `from`")
      until = zero.advanced(by: end)
    } else if let length {
      until = from.advanced(by: length)
    } else if let own = shape?.length {
      until = from.advanced(byNanoseconds: own)
    } else {
      let last = lines.filter { $0.knots.count > 1 }.map(\.lastOffset).max()
      guard let last, last > 0 else {
        throw s.missing(
          "until", expected: "when it is over: `until`, `for`, or values over time that end")
      }
      until = from.advanced(byNanoseconds: last)
    }
    return after.map { .after($0) }
  }

  private var lines: [Polyline] {
    [failure?.share, slow, hang, quota, spoilt, delay].compactMap { $0 }
  }

  /// Reads what the incident does.
  mutating func readEffects(_ s: inout SettingsReader) throws(SettingError) {
    failure = try s.object(
      "error", "errors that the struck deployments answer with"
    ) { (s) throws(SettingError) -> Failure in
      try Failure(reading: &s)
    }
    slow = try Self.line("slow", of: &s, "the factor on all times, at least 1; or values over time")
    {
      (setting) throws(SettingError) in try setting.number(in: 1...10_000)
    }
    hang = try Self.line(
      "hang", of: &s, "the share of attempts never answered; or values over time"
    ) {
      (setting) throws(SettingError) in try setting.share().value
    }
    quota = try Self.line(
      "quota", of: &s, "the factor on the quotas of whom it strikes; or values over time"
    ) {
      (setting) throws(SettingError) in try setting.number(in: 0...1000)
    }
    delay = try Self.line(
      "delay", of: &s, "what it adds before the first token: a time, or times over time"
    ) {
      (setting) throws(SettingError) in
      Double(try setting.duration(in: .zero ... .seconds(86_400)).nanoseconds)
    }
    spoilt = try Self.line(
      "spoilt", of: &s,
      "the share of answers that come whole, with status 200, and are wrong; or values over time"
    ) {
      (setting) throws(SettingError) in try setting.share().value
    }
    if let setting = try s.raw(
      "inFlight",
      "what happens to attempts in flight when it begins: survive, stall or break, or { break: share }"
    ) {
      (inFlight, inFlightShare) = try InFlight.read(setting)
    }
    let isHarmless = lines.isEmpty && inFlight == .survive
    if isHarmless && !s.isDescribing {
      throw SettingError(
        at: s.setting, "it has no effect",
        allowed: ["error", "slow", "hang", "quota", "delay", "spoilt", "inFlight"],
        next: "say what it does")
    }
  }

  private static func line(
    _ key: String, of s: inout SettingsReader, _ doc: String,
    _ value: (Setting) throws(SettingError) -> Double
  ) throws(SettingError) -> Polyline? {
    guard let setting = try s.raw(key, doc) else { return nil }
    return try Polyline(setting, value: value)
  }
}

extension IncidentPlan.Failure {
  private static let kinds = "a status from 400 to 599, connection, unreachable or broken"

  /// Reads `error`: what goes wrong, when it shows, and how often.
  init(reading s: inout SettingsReader) throws(SettingError) {
    try s.require(
      s.has("status"), "status", expected: Self.kinds)
    var kind = Fault.Kind.status(503)
    if let setting = try s.raw(
      "status",
      "a status from 400 to 599, `connection` (refused), `unreachable` (nothing answers) or `broken`"
    ),
      !setting.isDescribing
    {
      switch setting.content {
      case .string(let name): kind = try Fault.Kind(name: name, at: setting)
      case .number(_, let literal): kind = try Fault.Kind(name: literal, at: setting)
      default:
        throw SettingError(at: setting, expected: Self.kinds)
      }
    }
    try s.require(
      kind != .hang, "status", expected: "an answer", next: "write `hang: share` beside `error`")
    let delay = try Fault.Delay(of: kind, reading: &s)
    self.init(kind, delay: delay, retryAfter: try kind.retryAfter(reading: &s))
    if let setting = try s.raw(
      "share", "the share of attempts that meet it; silence means all; or values over time")
    {
      share = try Polyline(setting) { (setting) throws(SettingError) in
        try setting.share().value
      }
    }
  }
}

extension IncidentPlan.InFlight {
  static let names = ["survive", "stall", "break"]

  /// Reads a name, or `{ break: "60%" }`.
  static func read(_ setting: Setting) throws(SettingError) -> (Self, Probability) {
    if setting.isDescribing || setting.members == nil {
      let index = try setting.name(among: names, kind: "effect on what is in flight")
      return (allCases[index], .always)
    }
    return try setting.object { (s) throws(SettingError) -> (Self, Probability) in
      let stall = try s.optionalShare("stall", "the share that stands still until it is over")
      let cut = try s.optionalShare("break", "the share whose connections break")
      switch (stall, cut) {
      case (let share?, nil): return (.stall, share)
      case (nil, let share?): return (.break, share)
      default: throw s.error("break", expected: "either { stall: share } or { break: share }")
      }
    }
  }
}
