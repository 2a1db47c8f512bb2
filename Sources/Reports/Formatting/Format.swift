import Vocabulary

/// Amounts, times and shares as people write them in a sentence.
public enum Format {
  /// A whole number with thousands separators: "604,800".
  public static func count(_ value: Int) -> String {
    signed(FixedPoint.string(value, grouping: true))
  }

  /// A number with `digits` digits after the point, thousands separators and a proper minus.
  public static func number(_ value: Double, digits: Int) -> String {
    NumberStyle.plain(digits: digits).bare(value)
  }

  /// Dollars: "$4.12", "−$0.19", "$31,000"; without `digits`, as many as show three that count.
  public static func dollars(_ value: Double, digits: Int? = nil) -> String {
    let style = NumberStyle.dollars(digits: digits ?? 2)
    if digits != nil || value == 0 { return style.text(value) }
    let fitted = style.fitting([value])
    return fitted.with(digits: fitted.digits == 1 ? 2 : fitted.digits).text(value)
  }

  /// An amount of money, exact: "$4.12".
  public static func money(_ amount: Money, digits: Int = 2) -> String {
    money(MoneyTotal(picodollars: Int128(amount.picodollars)), digits: digits)
  }

  /// A sum of money, exact: "$31,204.55".
  public static func money(_ sum: MoneyTotal, digits: Int = 2) -> String {
    let text = FixedPoint.string(
      units: sum.picodollars, scale: 12, digits: digits, grouping: true)
    return text.hasPrefix("-") ? "−$" + text.dropFirst() : "$" + text
  }

  /// A share in percent: "99.8 %".
  public static func percent(_ share: Double, digits: Int = 1) -> String {
    NumberStyle.percent(digits: digits).text(share)
  }

  /// A measured time in one fitting unit, three digits that count: "85.0 ms", "1.92 s", "12.4 min".
  public static func seconds(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return NumberStyle.seconds(digits: 0).text(value) }
    let units: [(unit: String, scale: Double, below: Double)] = [
      ("µs", 1e6, 0.000_999_5), ("ms", 1e3, 0.999_5), ("s", 1, 599.5),
      ("min", 1.0 / 60, 35_970), ("h", 1.0 / 3600, .infinity),
    ]
    let unit = units.first { value.magnitude < $0.below } ?? ("h", 1.0 / 3600, .infinity)
    return NumberStyle(unit: unit.unit, scale: unit.scale, digits: 0).fitting([value]).text(value)
  }

  /// A set duration, exact in its parts: "8 h", "1 h 30 min", "2.5 s", "200 ms".
  public static func duration(_ duration: Duration) -> String {
    let nanoseconds = duration.nanoseconds
    if nanoseconds == 0 { return "0 s" }
    let sign = nanoseconds < 0 ? "−" : ""
    var rest = nanoseconds.magnitude
    var parts: [String] = []
    let wholes: [(String, UInt64)] = [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000),
    ]
    for (unit, size) in wholes where rest >= size {
      parts.append("\(rest / size) \(unit)")
      rest %= size
    }
    if rest > 0 {
      let (unit, size): (String, Double) =
        rest >= 1_000_000_000
        ? ("s", 1e9) : rest >= 1_000_000 ? ("ms", 1e6) : rest >= 1000 ? ("µs", 1e3) : ("ns", 1)
      parts.append(FixedPoint.significant(Double(rest) / size, 12) + " " + unit)
    }
    return sign + parts.joined(separator: " ")
  }

  /// An instant of the run as seconds: "812.004 s".
  public static func instant(_ instant: Instant) -> String {
    if instant == .distantFuture { return "never" }
    return signed(
      FixedPoint.string(
        units: Int128(instant.nanoseconds), scale: 9, digits: 3, grouping: true)) + " s"
  }

  /// A value with half of its interval's width: "4.12 ± 0.03".
  public static func interval(_ value: Double, halfWidth: Double, in style: NumberStyle) -> String {
    style.bare(value) + " ± " + style.bare(halfWidth)
  }

  private static func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
