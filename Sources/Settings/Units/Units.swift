public import Vocabulary

/// The literals of quantities: one number, one unit, one meaning.
///
/// Numbers are read as exact decimals; a duration is rounded once to whole nanoseconds (half to
/// even), a share to the nearest `Double`, and money and prices must be exact.
///
/// | quantity | written | units |
/// |---|---|---|
/// | duration | `"200ms"` `"1.5s"` `"8h"` | ns us µs ms s m min h d w |
/// | count | `200000` `"200k"` `"1M"` | k M G |
/// | share | `"0.2%"` `0.002` | % |
/// | rate | `"4/s"` `"6k/min"` `"600/10s"` | per ms s min h d w, or per duration |
/// | price of a token | `"$2.50/M"` | per token, k or M tokens |
/// | money | `"$31k"` `"$0.02"` | k M |
public enum Units {
  /// What keeps a literal from being a quantity.
  public struct Failure: Error, Sendable, Hashable {
    /// What would be one.
    public var expected: String
    /// Why it is none, if there is more to say.
    public var reason: String?
  }

  static let durationForm = "a duration such as \"200ms\", \"1.5s\", \"8h\""
  static let countForm = "a whole number such as 500, \"200k\", \"1M\""
  static let numberForm = "a number such as 1.5, \"200k\""
  static let shareForm = "a share such as \"0.2%\" or 0.002"
  static let rateForm = "a rate such as \"4/s\", \"6k/min\", \"1M/day\""
  static let priceForm = "a price per tokens such as \"$2.50/M\""
  static let moneyForm = "an amount such as \"$31k\", \"$0.02\""

  static let durationUnits: [(name: String, nanoseconds: UInt128)] = [
    ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("min", 60_000_000_000), ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000), ("w", 604_800_000_000_000),
    ("sec", 1_000_000_000), ("second", 1_000_000_000), ("minute", 60_000_000_000),
    ("hour", 3_600_000_000_000), ("day", 86_400_000_000_000), ("week", 604_800_000_000_000),
  ]

  /// Reads a duration: `200ms`, `1.5s`, `-30m`.
  public static func duration(_ text: String) throws(Failure) -> Duration {
    var rest = Substring(text).utf8
    guard let number = DecimalNumber(prefixOf: &rest) else {
      throw Failure(expected: durationForm)
    }
    let unit = unitName(rest)
    guard let factor = durationUnits.prefix(11).first(where: { $0.name == unit }) else {
      throw Failure(
        expected: durationForm,
        reason: unit.isEmpty ? "no unit" : unknownUnit(unit, among: "ns us ms s m h d w"))
    }
    switch number.times(factor.nanoseconds) {
    case .exact(let value), .rounded(let value): return .nanoseconds(value)
    case .outside: throw Failure(expected: durationForm, reason: "longer than 292 years")
    }
  }

  /// Reads a whole number: `200000`, `200k`, `1.5M`, `0x1F`.
  public static func integer(_ text: String) throws(Failure) -> Int {
    if let hexadecimal = hexadecimal(text) { return hexadecimal }
    let (number, factor) = try scaled(text, expected: countForm)
    switch number.times(factor) {
    case .exact(let value): return Int(value)
    case .rounded: throw Failure(expected: countForm, reason: "not whole")
    case .outside: throw Failure(expected: countForm, reason: "too large")
    }
  }

  /// Reads a number: `1.5`, `200k`, `2e6`.
  public static func number(_ text: String) throws(Failure) -> Double {
    if let hexadecimal = hexadecimal(text) { return Double(hexadecimal) }
    let (number, factor) = try scaled(text, expected: numberForm)
    let value = number.double(timesTenTo: power(factor))
    guard value.isFinite else { throw Failure(expected: numberForm, reason: "too large") }
    return value
  }

  /// Reads a share: `0.2%`, `0.002`.
  public static func share(_ text: String) throws(Failure) -> Probability {
    var rest = Substring(text).utf8
    guard let number = DecimalNumber(prefixOf: &rest) else { throw Failure(expected: shareForm) }
    let unit = unitName(rest)
    guard unit.isEmpty || unit == "%" else {
      throw Failure(expected: shareForm, reason: unknownUnit(unit, among: "%"))
    }
    let value = number.double(timesTenTo: unit.isEmpty ? 0 : -2)
    guard let share = Probability(value) else {
      throw Failure(
        expected: shareForm, reason: value < 0 ? "less than 0%" : "more than 100%")
    }
    return share
  }

  /// Reads a rate, exactly: `4/s`, `6k/min`, `0.5/s`, `600/10s`.
  public static func rate(_ text: String) throws(Failure) -> Rate {
    guard let slash = text.utf8.firstIndex(of: 0x2F) else {
      throw Failure(expected: rateForm, reason: "no \"/\"")
    }
    let (number, factor) = try scaled(String(text[..<slash]), expected: rateForm)
    guard !number.isNegative else { throw Failure(expected: rateForm, reason: "negative") }
    var rest = text[text.index(after: slash)...].utf8
    let amount = DecimalNumber(prefixOf: &rest)
    let unit = unitName(rest)
    guard let period = durationUnits.first(where: { $0.name == unit })?.nanoseconds else {
      throw Failure(expected: rateForm, reason: unknownUnit(unit, among: "s min h d w"))
    }
    // A fraction of a thing per period is that many things per ten, hundred … periods.
    var stretch: UInt128 = 1
    var count = number
    while count.exponent < 0, count.times(factor) == .outside || !isExact(count.times(factor)) {
      count.exponent += 1
      (stretch, _) = stretch.multipliedReportingOverflow(by: 10)
      if stretch > 1_000_000_000_000 { break }
    }
    let (scaledPeriod, overflow) = period.multipliedReportingOverflow(by: stretch)
    guard case .exact(let things) = count.times(factor), !overflow,
      case .exact(let nanoseconds) = (amount ?? .one).times(scaledPeriod), nanoseconds >= 1
    else { throw Failure(expected: rateForm, reason: "too fine or too large") }
    return Rate(count: things, per: .nanoseconds(nanoseconds))
  }

  private static func isExact(_ product: DecimalNumber.Product) -> Bool {
    if case .exact = product { true } else { false }
  }

  /// Reads the price of tokens, exactly: `$2.50/M`, `$0.0025/k`, `$0.00001/token`.
  public static func tokenPrice(_ text: String) throws(Failure) -> TokenPrice {
    guard let slash = text.utf8.firstIndex(of: 0x2F) else {
      throw Failure(
        expected: priceForm, reason: "it does not say per how many tokens: /M, /k or /token")
    }
    let femtodollars: UInt128
    switch text[text.index(after: slash)...] {
    case "M": femtodollars = 1_000_000_000
    case "k": femtodollars = 1_000_000_000_000
    case "token": femtodollars = 1_000_000_000_000_000
    case let unit:
      throw Failure(expected: priceForm, reason: unknownUnit(String(unit), among: "M k token"))
    }
    var rest = try dollars(text[..<slash], expected: priceForm)
    guard let number = DecimalNumber(prefixOf: &rest), rest.isEmpty, !number.isNegative else {
      throw Failure(expected: priceForm)
    }
    switch number.times(femtodollars) {
    case .exact(let value): return TokenPrice(femtodollars: value)
    case .rounded: throw Failure(expected: priceForm, reason: "finer than a femtodollar a token")
    case .outside: throw Failure(expected: priceForm, reason: "too large")
    }
  }

  /// Reads an amount of US dollars, exactly: `$31k`, `$0.02`.
  public static func money(_ text: String) throws(Failure) -> Money {
    let rest = try dollars(Substring(text), expected: moneyForm)
    let (number, factor) = try scaled(String(Substring(rest)), expected: moneyForm)
    guard !number.isNegative else { throw Failure(expected: moneyForm, reason: "negative") }
    switch number.times(factor * 1_000_000_000_000) {
    case .exact(let value): return Money(picodollars: value)
    case .rounded: throw Failure(expected: moneyForm, reason: "finer than a picodollar")
    case .outside: throw Failure(expected: moneyForm, reason: "more than 9.2 million dollars")
    }
  }

  private static func dollars(
    _ text: Substring, expected: String
  ) throws(Failure) -> Substring.UTF8View {
    guard text.utf8.first == 0x24 else {
      throw Failure(expected: expected, reason: "no \"$\" in front")
    }
    return text.dropFirst().utf8
  }

  /// A number and the factor of its suffix k, M or G.
  private static func scaled(
    _ text: String, expected: String
  ) throws(Failure) -> (DecimalNumber, UInt128) {
    var rest = Substring(text).utf8
    guard let number = DecimalNumber(prefixOf: &rest) else { throw Failure(expected: expected) }
    switch unitName(rest) {
    case "": return (number, 1)
    case "k": return (number, 1000)
    case "M": return (number, 1_000_000)
    case "G": return (number, 1_000_000_000)
    case let unit: throw Failure(expected: expected, reason: unknownUnit(unit, among: "k M G"))
    }
  }

  private static func power(_ factor: UInt128) -> Int {
    factor == 1 ? 0 : factor == 1000 ? 3 : factor == 1_000_000 ? 6 : 9
  }

  private static func hexadecimal(_ text: String) -> Int? {
    var digits = Substring(text)
    var negative = false
    if digits.hasPrefix("-") || digits.hasPrefix("+") {
      negative = digits.hasPrefix("-")
      digits.removeFirst()
    }
    guard digits.hasPrefix("0x") || digits.hasPrefix("0X") else { return nil }
    return Int(digits.dropFirst(2), radix: 16).map { negative ? -$0 : $0 }
  }

  /// What follows the number, without one space in front.
  private static func unitName(_ rest: Substring.UTF8View) -> String {
    String(Substring(rest.first == 0x20 ? rest.dropFirst() : rest))
  }

  private static func unknownUnit(_ unit: String, among units: String) -> String {
    "no unit \(Setting.quoted(Setting.shortened(unit))) here: \(units)"
  }
}

extension DecimalNumber {
  fileprivate static var one: DecimalNumber {
    DecimalNumber(isNegative: false, digits: 1, exponent: 0)
  }

  private init(isNegative: Bool, digits: UInt128, exponent: Int) {
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = exponent
  }
}
