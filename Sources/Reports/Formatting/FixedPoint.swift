/// Prints numbers as decimals: the only way from a number to text in the house.
///
/// A `Double` is m·2ᵉ. With n digits wanted, m·10ⁿ is exact in 128 bits, and the shift by e is
/// rounded once, half to even: the digits are those of the exact binary value, like C's `%.nf`,
/// but without locale, libm or Foundation.
/// - Complexity: O(digits).
public enum FixedPoint {
  /// The most digits after the point; 10²⁰·2⁵³ still fits 128 bits.
  public static let mostDigits = 20

  /// `value` with `digits` digits after the point; "nan", "inf" and "-inf" for what is no number.
  ///
  /// What rounds to zero has no sign. `grouping` puts a comma between thousands.
  public static func string(_ value: Double, digits: Int, grouping: Bool = false) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : (value < 0 ? "-inf" : "inf") }
    let digits = min(max(digits, 0), mostDigits)
    guard let scaled = scaled(value.magnitude, digits: digits) else {
      let whole = wholeDigits(value.magnitude)
      let fraction = digits > 0 ? "." + String(repeating: "0", count: digits) : ""
      return (value < 0 ? "-" : "") + (grouping ? grouped(whole) : whole) + fraction
    }
    return assemble(scaled, negative: value < 0, digits: digits, grouping: grouping)
  }

  /// A whole number of 10⁻ˢ units with `digits` ≤ s digits after the point, exact, half to even.
  ///
  /// `string(units: 4_125_000_000_000, scale: 12, digits: 2)` is "4.12".
  public static func string(
    units: Int128, scale: Int, digits: Int, grouping: Bool = false
  ) -> String {
    let digits = min(max(digits, 0), scale)
    let divisor = power(scale - digits)
    var (quotient, remainder) = units.magnitude.quotientAndRemainder(dividingBy: divisor)
    let twice = remainder * 2
    if twice > divisor || (twice == divisor && !quotient.isMultiple(of: 2)) { quotient += 1 }
    return assemble(quotient, negative: units < 0, digits: digits, grouping: grouping)
  }

  /// A whole number.
  public static func string(_ value: Int, grouping: Bool = false) -> String {
    assemble(
      UInt128(value.magnitude), negative: value < 0, digits: 0, grouping: grouping)
  }

  /// `value` with at most `count` significant digits and no zeros at the end: for machines.
  ///
  /// Below 10⁻⁸ and from 10¹⁵ on, the shortest text that reads back as the same number.
  public static func significant(_ value: Double, _ count: Int) -> String {
    let magnitude = value.magnitude
    guard value.isFinite, magnitude > 0 else { return string(value, digits: 0) }
    guard magnitude >= 1e-8, magnitude < 1e15 else { return "\(value)" }
    let text = string(value, digits: min(count - 1 - exponent(magnitude), mostDigits))
    guard text.contains(".") else { return text }
    var trimmed = Substring(text)
    while trimmed.last == "0" { trimmed.removeLast() }
    if trimmed.last == "." { trimmed.removeLast() }
    return String(trimmed)
  }

  /// The decimal exponent p with 10ᵖ ≤ `magnitude` < 10ᵖ⁺¹, for finite numbers above zero.
  public static func exponent(_ magnitude: Double) -> Int {
    guard magnitude > 0, magnitude.isFinite else { return 0 }
    var exponent = 0
    var power = 1.0
    while magnitude / 10 >= power {
      power *= 10
      exponent += 1
    }
    while magnitude < power, exponent > -330 {
      power /= 10
      exponent -= 1
    }
    return exponent
  }

  private static func scaled(_ magnitude: Double, digits: Int) -> UInt128? {
    let biased = Int(magnitude.exponentBitPattern)
    let hidden: UInt64 = biased == 0 ? 0 : 1 << 52
    let product = UInt128(magnitude.significandBitPattern | hidden) * power(digits)
    let shift = 1075 - max(biased, 1)
    if shift <= 0 { return product.leadingZeroBitCount > -shift ? product << -shift : nil }
    guard shift < 128 else { return 0 }
    let quotient = product >> UInt128(shift)
    let remainder = product & ((1 << UInt128(shift)) - 1)
    let half: UInt128 = 1 << UInt128(shift - 1)
    let up = remainder > half || (remainder == half && !quotient.isMultiple(of: 2))
    return up ? quotient + 1 : quotient
  }

  private static func power(_ exponent: Int) -> UInt128 {
    var result: UInt128 = 1
    for _ in 0..<exponent { result *= 10 }
    return result
  }

  /// The digits of a whole number beyond 128 bits, by doubling in base 10⁹.
  private static func wholeDigits(_ magnitude: Double) -> String {
    var limbs: [UInt64] = []
    var rest = magnitude.significandBitPattern | (1 << 52)
    while rest > 0 {
      limbs.append(rest % 1_000_000_000)
      rest /= 1_000_000_000
    }
    for _ in 0..<max(0, Int(magnitude.exponentBitPattern) - 1075) {
      var carry: UInt64 = 0
      for index in limbs.indices {
        let doubled = limbs[index] * 2 + carry
        limbs[index] = doubled % 1_000_000_000
        carry = doubled / 1_000_000_000
      }
      if carry > 0 { limbs.append(carry) }
    }
    let parts = limbs.reversed().map { String($0) }
    let padded = parts.dropFirst().map { String(repeating: "0", count: 9 - $0.count) + $0 }
    return (parts.first ?? "0") + padded.joined()
  }

  private static func assemble(
    _ scaled: UInt128, negative: Bool, digits: Int, grouping: Bool
  ) -> String {
    var text = String(scaled)
    if text.utf8.count <= digits {
      text = String(repeating: "0", count: digits + 1 - text.utf8.count) + text
    }
    let point = text.index(text.endIndex, offsetBy: -digits)
    let whole = String(text[..<point])
    let fraction = digits > 0 ? "." + text[point...] : ""
    return (negative && scaled > 0 ? "-" : "") + (grouping ? grouped(whole) : whole) + fraction
  }

  private static func grouped(_ digits: String) -> String {
    var result: [UInt8] = []
    let bytes = Array(digits.utf8)
    for (index, byte) in bytes.enumerated() {
      if index > 0, (bytes.count - index).isMultiple(of: 3) { result.append(UInt8(ascii: ",")) }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }
}
