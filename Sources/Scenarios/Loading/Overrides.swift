import Settings

/// What the command line changes in a file: `--set`, `--seed`, `--replications` and the like.
enum Overrides {
  /// The tree with `--set path=value` done.
  static func set(_ text: String, in tree: Setting) throws(SettingError) -> Setting {
    let place = Setting(
      .string(text), at: Position(file: "--set \(Setting.shortened(text))", line: 0, column: 0))
    guard let (way, rest) = split(text) else {
      throw SettingError(
        at: place, "found no path=value",
        next: "write --set 'policies.today.attempts.max=3', names with dots in [\"…\"]")
    }
    let file = "--set \(way)"
    let value = try value(rest, file)
    try check(way, in: tree, at: Position(file: file, line: 0, column: 0))
    return try tree.replacing(way, with: value)
  }

  /// The value: JSON5, or a bare word such as `10m` as text.
  private static func value(_ text: String, _ file: String) throws(SettingError) -> Setting {
    let first = text.unicodeScalars.first { $0 != " " }
    if first == nil {
      throw SettingError(
        at: Position(file: file, line: 0, column: 0), path: "", "found no value behind the =",
        next: "write null to be silent about it")
    }
    let isStructured = first.map { "{[\"'".unicodeScalars.contains($0) } ?? true
    do { return try JSON5.parse(text: text, file: file) } catch {
      if isStructured { throw error }
      return Setting(.string(text), at: Position(file: file, line: 1, column: 1))
    }
  }

  /// The way before the first `=` outside of brackets and quotes, and what comes after it.
  private static func split(_ text: String) -> (way: SettingPath, value: String)? {
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "=" {
        guard let way = SettingPath(String(text[..<index])), way.steps.count <= 64 else {
          return nil
        }
        return (way, String(text[text.index(after: index)...]))
      }
    }
    return nil
  }

  /// Refuses a way that leads to nothing that the language knows.
  private static func check(
    _ way: SettingPath, in tree: Setting, at position: Position
  ) throws(SettingError) {
    var root = ParameterDescription(key: "", kind: .object, doc: "")
    root.nested = ScenarioSchema.parameters
    var known = [root]
    var node: Setting? = tree
    var path = ""
    for (depth, step) in way.steps.enumerated() {
      switch step {
      case .index(let index):
        path = SettingPath.joining(path, index: index)
        node = node?.node(at: SettingPath([step]))
        guard node != nil else {
          throw SettingError(at: position, path: path, "there is no such element")
        }
      case .key(let key):
        path = SettingPath.joining(path, key: key)
        let here = names(known, node)
        if let names = here, !names.contains(key) {
          throw SettingError(
            at: position, path: path, "no \(Setting.quoted(Setting.shortened(key))) here",
            suggestion: Nearest.spelling(of: key, among: names), allowed: names)
        }
        let isLast = depth == way.steps.count - 1
        let named = known.count == 1 && known[0].kind == .entries
        if named, !isLast, node?[key] == nil, depth == 1 {
          throw SettingError(
            at: position, path: path, "no \(Setting.quoted(Setting.shortened(key))) here",
            suggestion: Nearest.spelling(of: key, among: node?.members?.map(\.key) ?? []),
            allowed: node?.members?.map(\.key) ?? [])
        }
        known = below(known, key)
        node = node?[key]
      }
      if known.isEmpty { return }
    }
  }

  /// The keys that are allowed; nil if any is.
  private static func names(_ known: [ParameterDescription], _ node: Setting?) -> [String]? {
    var names: [String] = []
    for form in known {
      if form.isRecursive { return nil }
      switch form.kind {
      case .object where form.nested.isEmpty: return nil
      case .object: names += form.nested.map(\.key)
      case .choice: names += form.choice?.options.map(\.name) ?? []
      case .entries: return nil
      case .anything, .list:
        if form.nested.isEmpty { return nil }
        guard let more = self.names(form.nested, node) else { return nil }
        names += more
      default: continue
      }
    }
    return names
  }

  /// What is known below a key: the forms that its value may take; empty if nothing is.
  private static func below(
    _ known: [ParameterDescription], _ key: String
  ) -> [ParameterDescription] {
    var result: [ParameterDescription] = []
    for form in known {
      switch form.kind {
      case .object: result += form.nested.filter { $0.key == key }
      case .choice:
        guard let option = form.choice?.options.first(where: { $0.name == key }) else { continue }
        var parameters = ParameterDescription(key: key, kind: .object, doc: option.summary)
        parameters.nested = option.parameters
        result.append(parameters)
        if let short = option.shorthand {
          result += option.parameters.filter { $0.key == short }
        }
      case .entries: result += form.nested
      case .anything, .list: result += below(form.nested, key)
      default: continue
      }
    }
    return result
  }
}
