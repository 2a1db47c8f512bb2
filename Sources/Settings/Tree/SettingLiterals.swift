// Settings written in Swift, for tests and for policies that code makes:
// `let setting: Setting = ["median": "740ms", "p95": "1.4s"]`.

extension Setting: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Nothing.
  public init(nilLiteral: ()) { self.init(.null) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
  /// A whole number.
  public init(integerLiteral value: Int) {
    self.init(.number(Double(value), literal: "\(value)"))
  }
  /// A number.
  public init(floatLiteral value: Double) { self.init(.number(value, literal: "\(value)")) }
  /// Text.
  public init(stringLiteral value: String) { self.init(.string(value)) }
  /// A list.
  public init(arrayLiteral elements: Setting...) {
    self = Setting(.array(elements)).moved(to: "")
  }
  /// An object in the order it is written.
  public init(dictionaryLiteral elements: (String, Setting)...) {
    self = Setting(
      .object(elements.map { Member(key: $0.0, keyPosition: .code, value: $0.1) })
    ).moved(to: "")
  }
}
