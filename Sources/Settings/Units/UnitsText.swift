public import Vocabulary

// Quantities as the literals that `Units` reads back to the same quantity.

extension Units {
  /// The duration in the largest unit that keeps it short: `1.5s`, `200ms`, `8h`.
  public static func text(_ duration: Duration) -> String {
    let nanoseconds = duration.nanoseconds
    if nanoseconds == 0 { return "0s" }
    let size = nanoseconds.magnitude
    let sign = nanoseconds < 0 ? "-" : ""
    let whole: [(String, UInt64)] = [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
    ]
    for (unit, factor) in whole where size >= factor && size % factor == 0 {
      return "\(sign)\(size / factor)\(unit)"
    }
    let decimal: [(String, UInt64)] = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000)]
    for (unit, factor) in decimal where size >= factor {
      return "\(sign)\(fraction(size, over: factor))\(unit)"
    }
    return "\(sign)\(size)ns"
  }

  /// The rate per second, minute, hour or day: `4/s`, `6k/min`; `1/90s` if none is whole.
  public static func text(_ rate: Rate) -> String {
    let periods: [(String, Int64)] = [
      ("s", 1_000_000_000), ("min", 60_000_000_000), ("h", 3_600_000_000_000),
      ("d", 86_400_000_000_000),
    ]
    for (unit, nanoseconds) in periods where nanoseconds % rate.periodNanoseconds == 0 {
      let (count, overflow) = rate.count.multipliedReportingOverflow(
        by: nanoseconds / rate.periodNanoseconds)
      if !overflow { return "\(text(Int(count)))/\(unit)" }
    }
    return "\(text(Int(rate.count)))/\(text(Duration.nanoseconds(rate.periodNanoseconds)))"
  }

  /// The number, with a suffix if that loses nothing: `500`, `200k`, `1M`.
  public static func text(_ number: Int) -> String {
    for (suffix, factor) in [("G", 1_000_000_000), ("M", 1_000_000), ("k", 1000)]
    where number != 0 && number % factor == 0 {
      return "\(number / factor)\(suffix)"
    }
    return "\(number)"
  }

  /// The number without a needless `.0`.
  public static func text(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The share in percent.
  public static func text(_ share: Probability) -> String {
    let literal = "\(share.value)"
    var rest = Substring(literal).utf8
    guard var number = DecimalNumber(prefixOf: &rest) else { return literal }
    number.exponent += number.digits == 0 ? 0 : 2
    return decimal(number) + "%"
  }

  /// The amount in dollars: `$31000`, `$0.02`.
  public static func text(_ money: Money) -> String {
    let sign = money.picodollars < 0 ? "-" : ""
    return "\(sign)$\(fraction(money.picodollars.magnitude, over: 1_000_000_000_000))"
  }

  /// The price per million tokens: `$2.5/M`.
  public static func text(_ price: TokenPrice) -> String {
    let sign = price.femtodollars < 0 ? "-" : ""
    return "\(sign)$\(fraction(price.femtodollars.magnitude, over: 1_000_000_000))/M"
  }

  /// `value / unit` as an exact decimal; `unit` is a power of ten.
  private static func fraction(_ value: UInt64, over unit: UInt64) -> String {
    let (whole, part) = value.quotientAndRemainder(dividingBy: unit)
    if part == 0 { return "\(whole)" }
    var digits = String("\(unit + part)".dropFirst())
    while digits.hasSuffix("0") { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private static func decimal(_ number: DecimalNumber) -> String {
    var digits = "\(number.digits)"
    if number.exponent >= 0 {
      guard number.exponent <= 20 else { return "\(digits)e\(number.exponent)" }
      return digits + String(repeating: "0", count: number.exponent)
    }
    let places = -number.exponent
    guard places <= 20 else { return "\(digits)e\(number.exponent)" }
    if digits.utf8.count <= places {
      digits = String(repeating: "0", count: places - digits.utf8.count + 1) + digits
    }
    let point = digits.index(digits.endIndex, offsetBy: -places)
    return "\(digits[..<point]).\(digits[point...])"
  }
}
