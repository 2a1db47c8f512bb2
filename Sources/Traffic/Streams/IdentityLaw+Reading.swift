import Chance
import Settings
import Vocabulary

// Who a stream's calls come from: `team`, `teams`, `user`, `users`, `virtualKey`, `feature`.

extension IdentityLaw {
  init(
    stream: String, reading s: inout SettingsReader, names: inout TrafficNames
  ) throws(SettingError) {
    self.init()
    let named = try IdentityLaw.group("team", &names.teams, &s)
    let drawn = try IdentityLaw.size("teams", "teams of this stream alone, drawn by rank", &s)
    try s.require(
      named == nil || drawn == nil, "teams", expected: "a `team` or `teams`, not both")
    let teams = try IdentityLaw.declared(drawn, "teams", stream, 1, &names.teams, s) ?? named
    team = Members(teams)

    let user = try IdentityLaw.group("user", &names.users, &s)
    let size = try IdentityLaw.size("users", "users that each team has, drawn by rank", &s)
    try s.require(user == nil || size == nil, "users", expected: "a `user` or `users`, not both")
    self.user = Members(user)
    if let size {
      let all = try IdentityLaw.declared(size, "users", stream, team.count, &names.users, s)
      self.user = Members(
        NameTable.Group(name: stream, first: all?.first ?? 0, count: size.count, skew: size.skew))
      usersPerTeam = size.count
    }
    virtualKey = Members(try IdentityLaw.group("virtualKey", &names.keys, &s))
    feature = Members(try IdentityLaw.group("feature", &names.features, &s))
  }

  private static func group(
    _ key: String, _ table: inout NameTable, _ s: inout SettingsReader
  ) throws(SettingError) -> NameTable.Group? {
    let doc = "the \(table.kind) that the calls come from; of a group, one is drawn per call"
    if table.isOpen {
      guard let name = try s.optionalText(key, doc) else { return nil }
      return try CallLaws.intern(name, key, s, &table)
    }
    guard let index = try s.optionalName(key, among: table.names, kind: table.kind, doc) else {
      return nil
    }
    return table.groups[index]
  }

  private static func size(
    _ key: String, _ doc: String, _ s: inout SettingsReader
  ) throws(SettingError) -> (count: Int, skew: Double)? {
    let size = try s.object(key, doc) { (s) throws(SettingError) in
      (
        count: try s.integer("count", in: 1...1_000_000, "how many"),
        skew: try s.number(
          "skew", default: 0, in: 0...50, "the exponent of the Zipf law; 0 is evenly")
      )
    }
    return s.isDescribing ? nil : size
  }

  private static func declared(
    _ size: (count: Int, skew: Double)?, _ key: String, _ stream: String, _ times: Int,
    _ table: inout NameTable, _ s: SettingsReader
  ) throws(SettingError) -> NameTable.Group? {
    guard let size else { return nil }
    do { return try table.declare(stream, count: size.count * times, skew: size.skew) } catch {
      throw s.error(key, expected: "ids that are free: \(error)")
    }
  }
}

extension IdentityLaw.Members {
  init(_ group: NameTable.Group?) {
    guard let group else { return }
    first = group.first
    count = group.count
    ranks = group.count > 1 ? Zipf(count: group.count, exponent: group.skew) : nil
  }
}
