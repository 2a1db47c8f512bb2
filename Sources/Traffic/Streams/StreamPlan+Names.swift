import Settings

// What must hold where a trace names who asked.

extension StreamPlan {
  /// What a stream says of the same thing as a column.
  private static let rivals: [(role: TraceFormat.Role, keys: [String])] = [
    (.team, ["team", "teams"]), (.user, ["user", "users"]), (.key, ["virtualKey"]),
    (.feature, ["feature"]), (.alias, []),
  ]

  /// Checks that a column of names is no second word on what the stream says itself, and that its
  /// names are declared: without them a misspelt one would be another team.
  static func checkNames(
    of format: TraceFormat, _ s: inout SettingsReader, _ names: TrafficNames
  ) throws(SettingError) {
    for column in format.names {
      for key in rivals.first(where: { $0.role == column.role })?.keys ?? [] {
        try s.require(
          !s.has(key), key,
          expected: "no `\(key)` beside a trace whose format names a column of \(column.role)s")
      }
      guard column.role != .alias, let table = names.table(of: column.role) else { continue }
      try s.require(
        !table.isOpen, "format",
        expected: "a section `\(column.role)s` that declares whom the column"
          + " \(Setting.quoted(column.name)) names",
        next: "add \(column.role)s: { \"a name\": {}, others: { count: 1000 } } to the file")
      guard let group = column.undeclared else { continue }
      let known = table.names.filter { $0 != TrafficNames.none }
      if !s.isDescribing, !known.contains(group) {
        throw s.error(
          "format",
          expected: "the name of a declared group for undeclared \(column.role)s, not"
            + " \(Setting.quoted(group))",
          suggestion: Nearest.spelling(of: group, among: known), allowed: known)
      }
    }
  }
}
