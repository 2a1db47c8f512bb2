/// A JSON value whose members keep their order, and its writer: equal values, equal bytes.
public indirect enum JSON: Sendable, Hashable {
  /// null.
  case null
  /// true or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number, written with at most twelve significant digits; null if it is not finite.
  case number(Double)
  /// A number with a fixed count of digits after the point.
  case fixed(Double, digits: Int)
  /// Text.
  case string(String)
  /// Values in order.
  case array([JSON])
  /// Members in order.
  case object([Member])

  /// A name and its value.
  public struct Member: Sendable, Hashable {
    /// The name.
    public var key: String
    /// The value.
    public var value: JSON

    /// A member of an object.
    public init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// The value as text, indented by two spaces, ending in a newline.
  ///
  /// Arrays and objects of plain values stand on one line when they fit into 100 columns.
  public func text() -> String {
    var out = ""
    write(into: &out, indent: 0, lead: 0)
    return out + "\n"
  }

  /// The value as text on one line, without a newline.
  public func line() -> String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return FixedPoint.string(value)
    case .number(let value): return value.isFinite ? FixedPoint.significant(value, 12) : "null"
    case .fixed(let value, let digits):
      return value.isFinite ? FixedPoint.string(value, digits: digits) : "null"
    case .string(let value): return JSON.quoted(value)
    case .array(let values): return "[" + values.map { $0.line() }.joined(separator: ", ") + "]"
    case .object(let members):
      if members.isEmpty { return "{}" }
      let inner = members.map { JSON.quoted($0.key) + ": " + $0.value.line() }
      return "{" + inner.joined(separator: ", ") + "}"
    }
  }

  private var isNested: Bool {
    switch self {
    case .array(let values): values.contains(where: \.isContainer)
    case .object(let members): members.contains { $0.value.isContainer }
    default: false
    }
  }

  private var isContainer: Bool {
    switch self {
    case .array(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    default: false
    }
  }

  private func write(into out: inout String, indent: Int, lead: Int) {
    let short = isNested ? nil : line()
    if let short, !isContainer || short.count <= 100 - indent - lead {
      out += short
      return
    }
    let inner = String(repeating: " ", count: indent + 2)
    let outer = String(repeating: " ", count: indent)
    switch self {
    case .array(let values):
      out += "["
      for (index, value) in values.enumerated() {
        out += (index > 0 ? ",\n" : "\n") + inner
        value.write(into: &out, indent: indent + 2, lead: 0)
      }
      out += "\n" + outer + "]"
    case .object(let members):
      out += "{"
      for (index, member) in members.enumerated() {
        out += (index > 0 ? ",\n" : "\n") + inner + JSON.quoted(member.key) + ": "
        member.value.write(
          into: &out, indent: indent + 2, lead: member.key.count + 4)
      }
      out += "\n" + outer + "}"
    default: out += line()
    }
  }

  /// `text` between quotation marks, with what JSON forbids escaped.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// true or false.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// null.
  public init(nilLiteral: ()) { self = .null }
  /// Values in order.
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  /// Members in order.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0.0, $0.1) })
  }
}
