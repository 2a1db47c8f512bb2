import Chance
public import Settings
import Vocabulary

extension Fault {
  /// Reads the `faults` of a deployment: the base rates of a latency class by its name, or a list.
  public static func list(reading s: inout SettingsReader) throws(SettingError) -> [Fault] {
    if case .string? = s.setting["faults"]?.content {
      let index = try s.name(
        "faults", among: LatencyPreset.names, kind: LatencyPreset.kind, "the rates of a class")
      return LatencyPreset.all[index].faults
    }
    return try list(
      "faults",
      "what goes wrong without an incident, as often as in a latency class, by its name;"
        + " or", reading: &s)
  }

  /// Reads a list of faults; their shares may sum up to at most 100 %.
  static func list(
    _ key: String, _ doc: String, reading s: inout SettingsReader
  ) throws(SettingError) -> [Fault] {
    let faults = try s.entries(
      key,
      doc + " a status, `hang`, `connection`, `unreachable`, `broken`, `malformed`, "
        + "`contextWindow` or `contentPolicy`, each a share of attempts or "
        + "{ share, after | afterFraction | afterTokens, bills }; at most one for each attempt"
    ) { (name, setting) throws(SettingError) -> Fault in
      let kind = try Kind(name: name, at: setting)
      if setting.isDescribing { _ = try setting.share() }
      if !setting.isDescribing && setting.members == nil {
        return Fault(kind, share: try setting.share(), delay: kind.usualDelay)
      }
      return try setting.object { (s) throws(SettingError) -> Fault in
        let share = try s.share("share", "the share of attempts that meet it")
        let delay = try Delay(of: kind, reading: &s)
        return Fault(
          kind, share: share, delay: delay, retryAfter: try kind.retryAfter(reading: &s),
          billing: try FaultBilling(reading: &s))
      }
    }
    let sum = faults.reduce(0) { $0 + $1.value.share.value }
    if !s.isDescribing, sum > 1 + 1e-9, let stated = s.setting[key] {
      let hundredths = Int((sum * 10_000).rounded(.up))
      throw SettingError(
        at: stated.position, path: stated.path,
        found: "shares that sum up to \(hundredths / 100).\(hundredths % 100 / 10)"
          + "\(hundredths % 10)%",
        expected: "at most 100%",
        next: "an attempt meets at most one fault; lower the shares, or take one away that"
          + " `extends` brought (\"500\": null)")
    }
    return faults.map(\.value)
  }
}

extension Fault.Kind {
  static let names = [
    "hang", "connection", "unreachable", "broken", "malformed", "contextWindow", "contentPolicy",
  ]

  /// The kind with a name of a file: a status from 400 to 599, `hang`, `connection`, `unreachable`,
  /// `broken`, `malformed`, `contextWindow`, `contentPolicy`.
  init(name: String, at setting: Setting) throws(SettingError) {
    switch name {
    case "hang": self = .hang
    case "connection": self = .connection
    case "unreachable": self = .unreachable
    case "broken": self = .broken
    case "malformed": self = .malformed
    case "contextWindow": self = .contextWindow
    case "contentPolicy": self = .contentPolicy
    default:
      if let code = UInt16(name), (400...599).contains(code) {
        self = .status(code)
      } else if setting.isDescribing {
        self = .status(500)
      } else {
        throw SettingError(
          at: setting.position, path: setting.path, found: "\"\(name)\"",
          expected: "a status from 400 to 599, " + Self.names.joined(separator: ", "),
          suggestion: Nearest.spelling(of: name, among: Self.names))
      }
    }
  }

  /// Reads `retryAfter`, which only a status can carry.
  func retryAfter(reading s: inout SettingsReader) throws(SettingError) -> RetryAfter {
    let wait = try s.optionalDuration(
      "retryAfter", "how long the answer asks to wait before the next try; silence means unsaid")
    guard let wait else { return .unsaid }
    if case .status = self { return RetryAfter(wait) }
    throw s.error("retryAfter", expected: "nothing: only a status carries it")
  }

  /// The delay of a fault that says nothing about it: of `broken` a drawn share of its tokens,
  /// else 50 ms.
  var usualDelay: Fault.Delay {
    self == .broken ? .drawnFraction : .after(Fault.usualDelay)
  }
}

extension Fault.Delay {
  /// Reads `after` or `afterFraction`.
  init(of kind: Fault.Kind, reading s: inout SettingsReader) throws(SettingError) {
    let after = try s.optionalDuration(
      "after", "when it shows; silence means 50ms, of a broken stream a drawn share of its tokens")
    let fraction = try s.optionalShare(
      "afterFraction", "when it shows, as a share of the attempt's own time (broken: of its stream)"
    )
    var tokens: Sampler?
    if kind == .broken || s.isDescribing {
      tokens = try Distributions.readOptionalNumber(
        "afterTokens", from: &s,
        "of a stream that breaks: after so many tokens; an answer that has no more is whole")
    }
    if let tokens {
      try s.require(
        tokens.quantile(0.5) > 0, "afterTokens", expected: "a number of tokens above zero")
    }
    if let fraction {
      try s.require(after == nil, "afterFraction", expected: "either after or afterFraction")
      self = .fraction(fraction.value)
    } else if let tokens {
      try s.require(after == nil, "afterTokens", expected: "either after or afterTokens")
      self = .tokens(tokens)
    } else {
      self = after.map { .after($0) } ?? kind.usualDelay
    }
    try s.require(
      kind != .hang || (after == nil && fraction == nil), after == nil ? "afterFraction" : "after",
      expected: "nothing: what hangs never answers")
    try s.require(
      kind != .unreachable || (after == nil && fraction == nil),
      after == nil ? "afterFraction" : "after",
      expected: "nothing: the gateway's own `attempts.connect` says how long it tries")
    try s.require(
      kind != .malformed || (after == nil && fraction == nil),
      after == nil ? "afterFraction" : "after",
      expected: "nothing: what cannot be read comes whole")
  }
}

extension FaultBilling {
  /// Reads `bills`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    let index = try s.optionalName(
      "bills", among: Self.names, kind: "way to bill",
      "what the failed attempt costs; silence means what its kind usually does: a broken stream as"
        + " `billing.cut` says, an unreadable answer in full, the others nothing")
    self = index.map { Self.allCases[$0 + 1] } ?? .usual
  }
}
