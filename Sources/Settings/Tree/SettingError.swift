/// What is wrong with a setting: where, what, what is allowed, what to do next.
public struct SettingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the wrong value or key is written.
  public var position: Position
  /// The key path of the wrong value.
  public var path: String
  /// What is wrong, in one clause: `found "20x", expected a duration such as "200ms"`.
  public var problem: String
  /// What was found, if the problem is a value.
  public var found: String?
  /// What is expected instead, if the problem is a value.
  public var expected: String?
  /// The nearest allowed spelling.
  public var suggestion: String?
  /// All allowed spellings, if they can be listed.
  public var allowed: [String]
  /// What the user may do next.
  public var next: String?

  /// Makes an error that states a problem.
  public init(
    at position: Position, path: String, _ problem: String, suggestion: String? = nil,
    allowed: [String] = [], next: String? = nil
  ) {
    self.position = position
    self.path = path
    self.problem = problem
    self.suggestion = suggestion
    self.allowed = allowed
    self.next = next
  }

  /// Makes an error that says what was found and what was expected.
  public init(
    at position: Position, path: String, found: String, expected: String,
    suggestion: String? = nil, allowed: [String] = [], next: String? = nil
  ) {
    self.init(
      at: position, path: path, "found \(found), expected \(expected)", suggestion: suggestion,
      allowed: allowed, next: next)
    self.found = found
    self.expected = expected
  }

  /// Makes an error about a node that states a problem.
  public init(
    at setting: Setting, _ problem: String, suggestion: String? = nil, allowed: [String] = [],
    next: String? = nil
  ) {
    self.init(
      at: setting.position, path: setting.path, problem, suggestion: suggestion, allowed: allowed,
      next: next)
  }

  /// Makes an error about a node that is not what was expected; what was found is the node.
  public init(
    at setting: Setting, expected: String, suggestion: String? = nil, allowed: [String] = [],
    next: String? = nil
  ) {
    self.init(
      at: setting.position, path: setting.path, found: setting.found, expected: expected,
      suggestion: suggestion, allowed: allowed, next: next)
  }

  /// Makes an error about a name that is not among the allowed ones, with the nearest spelling.
  public init(at setting: Setting, unknown kind: String, name: String, among names: [String]) {
    self.init(
      at: setting.position, path: setting.path,
      names.isEmpty
        ? "no \(kind) named \(Setting.quoted(Setting.shortened(name))): there is none at all"
        : "no \(kind) named \(Setting.quoted(Setting.shortened(name)))",
      suggestion: Nearest.spelling(of: name, among: names), allowed: names)
  }

  /// The message: place, key path and problem; then what is allowed; then what to do next.
  public var description: String {
    var text = "\(position): " + (path.isEmpty ? "" : "\(path): ") + problem
    var help: [String] = []
    if let suggestion { help.append("did you mean \(Setting.quoted(suggestion))?") }
    if !allowed.isEmpty { help.append("allowed: " + SettingError.listed(allowed)) }
    if !help.isEmpty { text += "\n  " + help.joined(separator: "  ") }
    if let next { text += "\n  next: \(next)" }
    return text
  }

  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(24).map { Setting.shortened($0) }.joined(separator: ", ")
    return names.count > 24 ? "\(shown), … (\(names.count) in all)" : shown
  }
}
