import Settings

/// What `lab` and `use` say: the version of the language, and the fragments below a file.
struct Fragments {
  /// The version of the language that this reader knows.
  static let version = 1

  /// The file with its fragments merged below it, in order, without `use`.
  /// - Parameter chain: The files that lead here, this one last.
  static func merged(
    _ path: String, _ files: inout SourceFiles, chain: [String] = [], mention: Setting? = nil,
    needsVersion: Bool = true
  ) throws(ScenarioError) -> Setting {
    let place = FilePath.standard(path)
    if let known = files.merged[place] { return known }
    let tree = try files.tree(path, mention: mention)
    try settings { () throws(SettingError) in
      guard tree.members != nil else {
        throw SettingError(at: tree, expected: "a scenario: an object { lab: 1, … }")
      }
      try check(tree, needsVersion: needsVersion)
    }
    guard let use = tree["use"], !use.isNull else { return tree.removing("use") }
    var base: Setting?
    for name in use.elements ?? [use] {
      guard case .string(let text) = name.content else {
        throw .setting(SettingError(at: name, expected: "the path of a fragment, in quotes"))
      }
      let next = FilePath.standard(FilePath.join(FilePath.folder(of: place), text))
      let way = chain + [place]
      if way.contains(next) || way.count > 32 {
        let shown = (way + [next]).suffix(8).joined(separator: " → ")
        throw .setting(
          SettingError(
            at: name,
            way.contains(next)
              ? "files use each other in a circle: \(shown)"
              : "fragments are more than 32 levels deep: … \(shown)",
            next: "remove one of these `use`"))
      }
      let part = try merged(next, &files, chain: way, mention: name, needsVersion: false)
      base = base.map { part.merged(over: $0, isChoice: MergeRules.isChoice) } ?? part
    }
    var whole = tree.removing("use")
    if let base { whole = whole.merged(over: base, isChoice: MergeRules.isChoice) }
    files.merged[place] = whole
    return whole
  }

  private static func check(_ tree: Setting, needsVersion: Bool) throws(SettingError) {
    guard let lab = tree["lab"] else {
      if !needsVersion { return }
      throw SettingError(
        at: tree, "missing \"lab\": expected lab: \(version), the version of the language",
        next: "begin the file with { lab: \(version), …")
    }
    if case .number(Double(version), _) = lab.content { return }
    throw SettingError(
      at: lab, expected: "\(version), the version of the language that this gateway-lab reads",
      next: "write lab: \(version), or use the gateway-lab that reads the other version")
  }
}

/// Where merges replace whole instead of key by key.
enum MergeRules {
  /// Whether the value at these keys, counted from the top of a file, is a choice.
  ///
  /// Registry choices are known from the descriptions. A route is one too (its kind is one of
  /// several keys), and so is what trips a breaker.
  static func isChoice(_ keys: [String]) -> Bool {
    if keys.count == 4, keys[0] == "policies", keys[2] == "routes" { return true }
    if keys.count > 2, keys[0] == "policies", keys.last == "trip" { return true }
    return ScenarioSchema.parameters.isChoice(at: keys)
  }
}
