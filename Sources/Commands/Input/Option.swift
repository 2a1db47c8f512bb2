import Settings

/// One option of a verb: the line of the table that drives parsing, help and tests.
public struct Option: Sendable, Hashable {
  /// What follows the option's name.
  public enum Kind: Sendable, Hashable {
    /// Nothing.
    case flag
    /// Any text.
    case text(String)
    /// A whole number in a range.
    case integer(String, ClosedRange<Int>)
    /// One of some names.
    case name(String, among: [String])
  }

  /// The name with its dashes: `--seed`.
  public var name: String
  /// What follows it.
  public var kind: Kind
  /// Whether it may be given several times.
  public var isRepeatable: Bool
  /// What it does, in a clause.
  public var doc: String

  /// Makes an option.
  public init(_ name: String, _ kind: Kind, repeatable isRepeatable: Bool = false, _ doc: String) {
    self.name = name
    self.kind = kind
    self.isRepeatable = isRepeatable
    self.doc = doc
  }

  /// The name with its placeholder: `--seed N`.
  public var usage: String {
    switch kind {
    case .flag: name
    case .text(let placeholder), .integer(let placeholder, _), .name(let placeholder, _):
      name + " " + placeholder
    }
  }

  /// The clause with what is allowed and whether it may be repeated.
  public var explanation: String {
    var text = doc
    if case .name(_, let names) = kind { text += ": " + names.joined(separator: ", ") }
    if isRepeatable { text += "; may be repeated" }
    return text
  }

  /// Throws unless the value is of the kind.
  func check(_ value: String) throws(CommandError) {
    switch kind {
    case .flag, .text: return
    case .integer(_, let range):
      guard let number = Int(value), range.contains(number) else {
        let bounds =
          range.upperBound == .max
          ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        throw CommandError("\(name): found \"\(value)\", expected a whole number \(bounds)")
      }
    case .name(_, let names):
      guard names.contains(value) else {
        throw CommandError(
          "\(name): found \"\(value)\", which is none of the choices",
          suggestion: Nearest.spelling(of: value, among: names), allowed: names)
      }
    }
  }
}

/// A word of a command line that is no option.
public struct Operand: Sendable, Hashable {
  /// Its placeholder: `SCENARIO`.
  public var placeholder: String
  /// What it is, in a clause.
  public var doc: String
  /// Whether it must be given.
  public var isRequired: Bool
  /// Whether more of them may follow; only of the last one.
  public var isRepeatable: Bool

  /// Makes an operand.
  public init(
    _ placeholder: String, _ doc: String, required isRequired: Bool = true,
    repeatable isRepeatable: Bool = false
  ) {
    self.placeholder = placeholder
    self.doc = doc
    self.isRequired = isRequired
    self.isRepeatable = isRepeatable
  }
}
