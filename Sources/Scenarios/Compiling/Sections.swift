import GatewayCore
import Settings
import Traffic
import Vocabulary

// The small sections of a file, each with its reading.

extension Scenario.Replications {
  /// Reads `replications`: a number, or `{ from, upTo }`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    self.init()
    let bounds = 1...100_000
    guard
      let setting = try s.raw(
        "replications",
        "how often each run is repeated with other draws: a number, or { from, upTo }")
    else { return }
    if setting.isDescribing { _ = try setting.integer(in: bounds) }
    if setting.members != nil || setting.isDescribing {
      (from, upTo) = try setting.object { (s) throws(SettingError) -> (Int, Int) in
        let from = try s.integer("from", default: 10, in: bounds, "at least so many")
        let upTo = try s.optionalInteger(
          "upTo", in: bounds, "more until all is decided, at most so many; silence means `from`")
        try s.require(
          upTo ?? from >= from, "upTo", expected: "at least `from`, which is \(from)")
        return (from, upTo ?? from)
      }
    } else {
      from = try setting.integer(in: bounds)
      upTo = from
    }
  }
}

/// The section `gateway`: how many replicas, and what they tell each other.
struct GatewaySection {
  var replicas = 1
  var gossipLag: Duration?
  var sheets = SheetKnowledge.billed

  static let states = Registry<Duration?>(
    "scope of state",
    [
      .init("local", "each replica knows what it has seen itself") { (_) throws(SettingError) in
        nil
      },
      .init("gossiped", "replicas tell each other their attempts in flight", shorthand: "lag") {
        (s) throws(SettingError) in
        try s.duration(
          "lag", in: .zero ... .seconds(3600), "how long a change takes from replica to replica")
      },
    ])

  init(reading s: inout SettingsReader) throws(SettingError) {
    let section = try s.object("gateway", "the gateway itself") {
      (s) throws(SettingError) -> (Int, Duration?, SheetKnowledge) in
      let replicas = try s.integer(
        "replicas", default: 1, in: 1...1000, "how many replicas share the traffic")
      let lag = try s.choice(
        "state", from: GatewaySection.states, default: "local", "what replicas know of each other")
      let known = try s.name(
        "sheets", default: SheetKnowledge.billed.rawValue,
        among: SheetKnowledge.allCases.map(\.rawValue), kind: "knowledge",
        "what its copies of the price sheets know: all that is billed, nothing of later changes "
          + "(`start`), or one rate a kind of token (`flat`)")
      return (replicas, lag, SheetKnowledge.allCases[known])
    }
    if let section { (replicas, gossipLag, sheets) = section }
  }
}

/// The sections `teams`, `users`, `features` and `keys`: who the calls may come from.
///
/// A kind with a section is closed: a name that it does not declare is an error, so that a misspelt
/// one cannot become another team. A kind without one takes its names from the streams.
enum Identities {
  /// Declares the names; returns what the gateway knows of each virtual key, nothing if all are
  /// valid for ever.
  static func read(
    _ s: inout SettingsReader, into names: inout TrafficNames, zero: Instant
  ) throws(SettingError) -> [KeyFacts] {
    try declare("teams", "teams that calls come from, by name", &s, &names.teams)
    try declare("users", "users that calls come from, by name", &s, &names.users)
    try declare("features", "product features that calls come from, by name", &s, &names.features)
    var facts = [KeyFacts()]
    var known = names.keys
    let declared = try s.entries("keys", "virtual keys that calls carry, by name") {
      (name, setting) throws(SettingError) -> Void in
      try setting.object { (s) throws(SettingError) -> Void in
        let count = try group(name, &s, &known)
        let isEnabled = try s.flag("enabled", default: true, "whether the key may be used")
        let expires = try s.optionalDuration(
          "expires", "when it stops being valid, after the file's zero; silence means never")
        let fact = KeyFacts(
          isEnabled: isEnabled, expires: expires.map { zero.advanced(by: $0) } ?? .distantFuture)
        facts += repeatElement(fact, count: count)
      }
    }
    names.keys = known
    if declared.isEmpty || s.isDescribing { return [] }
    names.keys.isOpen = false
    let isChecked = facts.contains { !$0.isEnabled || $0.expires != .distantFuture }
    return isChecked ? facts : []
  }

  private static func declare(
    _ section: String, _ doc: String, _ s: inout SettingsReader, _ table: inout NameTable
  ) throws(SettingError) {
    var known = table
    let declared = try s.entries(section, doc) { (name, setting) throws(SettingError) -> Void in
      try setting.object { (s) throws(SettingError) -> Void in
        _ = try group(name, &s, &known)
        if section == "teams" {
          _ = try s.optionalMoney(
            "opening", "what its budgets have already spent when the run starts")
        }
      }
    }
    if declared.isEmpty || s.isDescribing { return }
    table = known
    table.isOpen = false
  }

  /// What each team's budgets have already spent when the run starts, in picodollars.
  static func openings(_ tree: Setting, _ teams: NameTable) throws(SettingError) -> [Int64] {
    var openings = [Int64](repeating: 0, count: teams.count)
    var found = false
    for group in teams.groups {
      guard let opening = tree["teams"]?[group.name]?["opening"], !opening.isNull else { continue }
      let spent = try opening.money().picodollars
      for member in group.first..<(group.first + group.count) { openings[member] = spent }
      found = true
    }
    return found ? openings : []
  }

  private static func group(
    _ name: String, _ s: inout SettingsReader, _ table: inout NameTable
  ) throws(SettingError) -> Int {
    let count = try s.integer(
      "count", default: 1, in: 1...10_000_000, "how many stand behind the name")
    let skew = try s.number(
      "skew", default: 0, in: 0...50, "the exponent of the Zipf law by which they are drawn")
    if s.isDescribing { return count }
    do { try table.declare(name, count: count, skew: skew) } catch {
      throw SettingError(at: s.setting, "\(error)")
    }
    return count
  }
}

extension Scenario.Objective {
  /// Reads `objectives`: one for all aliases, or one for each by name.
  static func read(
    _ s: inout SettingsReader, aliases: [String]
  ) throws(SettingError) -> [Scenario.Objective?] {
    let keys = ["firstToken", "endToEnd"]
    let none = [Scenario.Objective?](repeating: nil, count: aliases.count)
    guard
      let setting = try s.raw(
        "objectives",
        "what goodput counts: { firstToken, endToEnd } for all, or one such object for each alias")
    else { return none }
    if setting.isDescribing {
      _ = try setting.object(Scenario.Objective.init)
      return none
    }
    if (setting.members ?? []).contains(where: { keys.contains($0.key) }) {
      let one = try setting.object(Scenario.Objective.init)
      return aliases.map { _ in one }
    }
    guard let members = setting.members else {
      throw SettingError(at: setting, expected: "an object such as { endToEnd: \"10s\" }")
    }
    var result = none
    for member in members {
      guard let alias = aliases.firstIndex(of: member.key) else {
        throw SettingError(
          at: member.keyPosition, path: member.value.path,
          "no alias named \(Setting.quoted(member.key))",
          suggestion: Nearest.spelling(of: member.key, among: aliases + keys),
          allowed: keys + aliases)
      }
      result[alias] = try member.value.object(Scenario.Objective.init)
    }
    return result
  }

  init(reading s: inout SettingsReader) throws(SettingError) {
    self.init()
    firstToken = try s.optionalDuration("firstToken", "the first token must have come by then")
    endToEnd = try s.optionalDuration("endToEnd", "the whole answer must have come by then")
  }
}

extension Scenario.Matters {
  init(reading s: inout SettingsReader) throws(SettingError) {
    self.init()
    availability = try s.share(
      "availability", default: Probability(clamping: availability), "points of availability"
    ).value
    cost = try s.share("cost", default: Probability(clamping: cost), "share of the cost").value
    latency = try s.share(
      "latency", default: Probability(clamping: latency), "share of a latency"
    ).value
  }
}
