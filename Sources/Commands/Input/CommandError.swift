import Settings

/// What is wrong with a command line: what, where, why, what next.
public struct CommandError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, in a clause.
  public var problem: String
  /// The nearest allowed spelling.
  public var suggestion: String?
  /// All allowed spellings, if they can be listed.
  public var allowed: [String]
  /// What to do next.
  public var next: String?

  /// Makes an error.
  public init(
    _ problem: String, suggestion: String? = nil, allowed: [String] = [], next: String? = nil
  ) {
    self.problem = problem
    self.suggestion = suggestion
    self.allowed = allowed
    self.next = next
  }

  /// Makes an error about a name that is not among the allowed ones.
  public init(unknown kind: String, _ name: String, among names: [String], next: String? = nil) {
    self.init(
      "no \(kind) named \"\(name)\"", suggestion: Nearest.spelling(of: name, among: names),
      allowed: names, next: next)
  }

  /// The problem; then what is allowed; then what to do next.
  public var description: String {
    var text = problem
    var help: [String] = []
    if let suggestion { help.append("did you mean \(suggestion)?") }
    if !allowed.isEmpty { help.append("allowed: " + allowed.joined(separator: ", ")) }
    if !help.isEmpty { text += "\n  " + help.joined(separator: "  ") }
    if let next { text += "\n  next: \(next)" }
    return text
  }
}
