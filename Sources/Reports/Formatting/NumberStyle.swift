/// How the numbers of one column or axis are shown: unit, scale and digits.
///
/// Values are in base units (dollars, seconds, shares); a style turns them into what people read.
public struct NumberStyle: Sendable, Hashable {
  /// The unit as it stands in a header: "$", "s", "%"; empty for plain numbers.
  public var unit: String
  /// The unit of a difference, where it has another name: "points" for shares.
  public var differenceUnit: String
  /// What a base value is multiplied by.
  public var scale: Double
  /// Digits after the point.
  public var digits: Int
  /// Whether the unit stands before the number, as "$" does.
  public var unitLeads: Bool

  /// A style of its own kind.
  public init(
    unit: String, differenceUnit: String? = nil, scale: Double = 1, digits: Int,
    unitLeads: Bool = false
  ) {
    self.unit = unit
    self.differenceUnit = differenceUnit ?? unit
    self.scale = scale
    self.digits = digits
    self.unitLeads = unitLeads
  }

  /// Plain numbers.
  public static func plain(digits: Int, unit: String = "") -> NumberStyle {
    NumberStyle(unit: unit, digits: digits)
  }
  /// Whole numbers with thousands separators.
  public static func count(unit: String = "") -> NumberStyle {
    NumberStyle(unit: unit, digits: 0)
  }
  /// Dollars.
  public static func dollars(digits: Int) -> NumberStyle {
    NumberStyle(unit: "$", digits: digits, unitLeads: true)
  }
  /// Dollars, shown per thousand of whatever the value is per.
  public static func dollarsPerThousand(digits: Int) -> NumberStyle {
    NumberStyle(unit: "$/1,000", scale: 1000, digits: digits)
  }
  /// Shares in percent.
  public static func percent(digits: Int) -> NumberStyle {
    NumberStyle(unit: "%", differenceUnit: "points", scale: 100, digits: digits)
  }
  /// Seconds.
  public static func seconds(digits: Int) -> NumberStyle { NumberStyle(unit: "s", digits: digits) }
  /// Seconds, shown in milliseconds.
  public static func milliseconds(digits: Int = 0) -> NumberStyle {
    NumberStyle(unit: "ms", scale: 1000, digits: digits)
  }

  /// The same style with as many digits as give `significant` digits to the largest of `values`.
  public func fitting(_ values: [Double], significant: Int = 3) -> NumberStyle {
    let largest = values.map { ($0 * scale).magnitude }.filter(\.isFinite).max() ?? 0
    guard largest > 0 else { return self }
    var style = self
    style.digits = min(max(significant - 1 - FixedPoint.exponent(largest), 0), 9)
    let shown = FixedPoint.string(largest, digits: style.digits).utf8
      .filter { $0 != UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: "0") }
    if style.digits > 0, shown.count > significant { style.digits -= 1 }
    return style
  }

  /// The same style with other digits.
  public func with(digits: Int) -> NumberStyle {
    var style = self
    style.digits = digits
    return style
  }

  /// The number without its unit, as it stands in a cell: "4.12", "−0.19" (with `signed`, "+0.19").
  public func bare(_ value: Double, signed: Bool = false) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : (value < 0 ? "−∞" : "∞") }
    let text = FixedPoint.string(value * scale, digits: digits, grouping: true)
    if text.hasPrefix("-") { return "−" + text.dropFirst() }
    let isZero = !text.utf8.contains { $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9") }
    return signed && !isZero ? "+" + text : text
  }

  /// The number with its unit: "$4.12", "99.80 %", "1.92 s".
  public func text(_ value: Double, signed: Bool = false) -> String {
    let number = bare(value, signed: signed)
    let unit = signed ? differenceUnit : unit
    if unit.isEmpty || !value.isFinite { return number }
    guard unitLeads else { return number + " " + unit }
    let sign = number.prefix { "−+".contains($0) }
    return sign + unit + number.dropFirst(sign.count)
  }
}
