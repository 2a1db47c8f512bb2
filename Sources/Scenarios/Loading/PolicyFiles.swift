import Settings

/// `--policy FILE[#name]`: policies from outside beside those of the scenario.
enum PolicyFiles {
  /// The tree with the policy that the option names as its last one.
  static func added(
    _ option: String, to tree: Setting, _ files: inout SourceFiles
  ) throws(ScenarioError) -> Setting {
    let place = Position(file: "--policy \(option)", line: 0, column: 0)
    let parts = option.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.first.map { String($0) } ?? option
    let mention = Setting(.string(option), at: place)
    var name = baseName(path)
    if parts.count == 2 {
      name = String(parts[1])
    } else {
      let file = try Fragments.merged(path, &files, mention: mention, needsVersion: false)
      if let names = file["policies"]?.members?.map(\.key), names.count == 1 { name = names[0] }
    }
    let policies = tree["policies"]?.members ?? []
    if policies.contains(where: { $0.key == name }) {
      throw .setting(
        SettingError(
          at: mention, "the scenario has a policy named \(Setting.quoted(name)) already",
          next: "give the policy, or the file that holds it alone, another name"))
    }
    let entry = Setting.Member(
      key: name, keyPosition: place,
      value: Setting(
        .object([Setting.Member(key: "from", keyPosition: place, value: mention)]), at: place))
    let all = Setting(
      .object(policies + [entry]), at: tree["policies"]?.position ?? tree.position)
    return try settings { () throws(SettingError) in
      try tree.replacing(SettingPath([.key("policies")]), with: all)
    }
  }

  private static func baseName(_ path: String) -> String {
    let name = FilePath.name(of: path)
    for ending in [".json5", ".json"] where name.hasSuffix(ending) && name != ending {
      return String(name.dropLast(ending.utf8.count))
    }
    return name
  }
}
