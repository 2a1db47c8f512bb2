/// A node of the positioned value tree: what a scenario file says, and where it says it.
///
/// Objects keep their file's order. After a merge each node still knows the place it came from, so
/// every error and every resolved value can name its origin.
public struct Setting: Sendable {
  /// What a node holds.
  public indirect enum Content: Sendable {
    /// Nothing; in a merge: removed.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A finite number and how it was written (`0x10`, `1e6`).
    case number(Double, literal: String)
    /// Text.
    case string(String)
    /// Values in order.
    case array([Setting])
    /// Named values in order; no name twice.
    case object([Member])
  }

  /// One named value of an object.
  public struct Member: Sendable {
    /// The name.
    public var key: String
    /// Where the name is written.
    public var keyPosition: Position
    /// The value.
    public var value: Setting

    /// Makes a member.
    public init(key: String, keyPosition: Position, value: Setting) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  /// What the node holds.
  public var content: Content
  /// Where its value begins.
  public var position: Position
  /// The way from the root: `deployments["openai/gpt-5-mini"].price.input`.
  public var path: String
  /// Not nil in a stand-in of describe mode: who hears what is asked of it.
  var describer: Describer?

  /// Makes a node.
  public init(_ content: Content, at position: Position = .code, path: String = "") {
    self.content = content
    self.position = position
    self.path = path
    describer = nil
  }

  /// Whether this node only stands in for a value, because parameters are being described.
  public var isDescribing: Bool { describer != nil }

  /// Whether the node holds nothing.
  public var isNull: Bool {
    if case .null = content { true } else { false }
  }

  /// The members if the node is an object.
  public var members: [Member]? {
    if case .object(let members) = content { members } else { nil }
  }

  /// The elements if the node is an array.
  public var elements: [Setting]? {
    if case .array(let elements) = content { elements } else { nil }
  }

  /// The member of that name, `nil` if there is none or the node is no object.
  public subscript(key: String) -> Setting? {
    members?.first { $0.key == key }?.value
  }

  /// What was found, for an error message: `"20x"`, `12`, `an object with 3 keys`.
  public var found: String {
    switch content {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .number(_, let literal): Setting.shortened(literal)
    case .string(let text): Setting.quoted(Setting.shortened(text))
    case .array(let elements):
      elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
    case .object(let members):
      switch members.count {
      case 0: "an empty object"
      case 1: "an object with the key \(Setting.quoted(Setting.shortened(members[0].key)))"
      default: "an object with \(members.count) keys"
      }
    }
  }

  /// The text, cut off behind `limit` scalars, for error messages.
  public static func shortened(_ text: String, to limit: Int = 60) -> String {
    text.unicodeScalars.count <= limit
      ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit - 1))) + "…"
  }
}
