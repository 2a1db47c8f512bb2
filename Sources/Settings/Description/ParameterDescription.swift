/// What a configurable type says about one of its parameters: the one source of help texts, the
/// policy tables, `sweep --set`, the editors' schema and "did you mean".
public struct ParameterDescription: Sendable {
  /// What a parameter's value is.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A stretch of time.
    case duration
    /// A whole number.
    case integer
    /// A number.
    case number
    /// A number in [0, 1].
    case share
    /// Things per stretch of time.
    case rate
    /// Dollars per tokens.
    case tokenPrice
    /// Dollars.
    case money
    /// `true` or `false`.
    case flag
    /// Text.
    case text
    /// One of the listed names.
    case name
    /// One of a registry's entries, a name or `{name: {parameters}}`.
    case choice
    /// An object with the nested parameters.
    case object
    /// A list; `nested` holds the forms that an element may take.
    case list
    /// An object whose keys the user names; `nested` holds the forms that a value may take.
    case entries
    /// A value of several forms, which `nested` holds; of any form if that is empty.
    case anything
  }

  /// The key; empty for a form of an element.
  public var key: String
  /// What its value is.
  public var kind: Kind
  /// The unit, if the kind does not say it all: `tokens`.
  public var unit: String?
  /// Whether silence is an error.
  public var isRequired = false
  /// What silence means, as it would be written.
  public var defaultText: String?
  /// What values are allowed, in words.
  public var boundsText: String?
  /// The lowest allowed number, for kinds that are plain numbers.
  public var lowest: Double?
  /// The highest allowed number, for kinds that are plain numbers.
  public var highest: Double?
  /// What the parameter does.
  public var doc: String
  /// The allowed names, for `name`.
  public var names: [String] = []
  /// The registry's entries, for `choice`.
  public var choice: ChoiceDescription?
  /// Parameters of an object; forms of an element or value.
  public var nested: [ParameterDescription] = []
  /// Whether it is a form of something that is being described further up; `nested` is left out.
  public var isRecursive = false

  /// Makes a description.
  public init(key: String, kind: Kind, unit: String? = nil, doc: String) {
    self.key = key
    self.kind = kind
    self.unit = unit
    self.doc = doc
  }

  /// What a value is, in words, for tables: `duration`, `one of full, equal`, `list of text`.
  public var form: String {
    switch kind {
    case .name: "one of \(names.joined(separator: ", "))"
    case .choice: choice.map { $0.kind.withArticle } ?? "choice"
    case .tokenPrice: "price per tokens"
    case .list where !nested.isEmpty: "list of \(nested.map(\.form).joined(separator: " or "))"
    case .entries where !nested.isEmpty: "named \(nested.map(\.form).joined(separator: " or "))"
    case .anything where !nested.isEmpty: nested.map(\.form).joined(separator: " or ")
    default: kind.rawValue
    }
  }
}

/// What a registry says about its entries; their parameters are described when asked for.
public struct ChoiceDescription: Sendable {
  /// One entry.
  public struct Option: Sendable {
    /// The name by which it is chosen.
    public var name: String
    /// What it is, in one sentence.
    public var summary: String
    /// Where the rule comes from: a paper, a product's documentation.
    public var source: String?
    /// The parameter that a bare value sets: `{consecutiveFailures: 5}`.
    public var shorthand: String?
    let describe: @Sendable () -> [ParameterDescription]

    /// Its parameters, described now.
    public var parameters: [ParameterDescription] { describe() }
  }

  /// What the entries are: `router`, `distribution`.
  public var kind: String
  /// The entries in the registry's order.
  public var options: [Option]
}

extension String {
  /// The word behind "a" or "an".
  var withArticle: String {
    (first.map { "aeiouAEIOU".contains($0) } ?? false ? "an " : "a ") + self
  }
}
