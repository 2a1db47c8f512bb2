/// A decimal number exactly as written: digits × 10^exponent.
///
/// At most 20 significant digits, so that a product with any unit of this language stays in 128
/// bits.
struct DecimalNumber: Equatable {
  /// Whether a minus sign leads.
  var isNegative: Bool
  /// The digits as an integer, without trailing zeros.
  var digits: UInt128
  /// The power of ten.
  var exponent: Int

  /// Reads a number at the start of `text` and removes it: `-1.5`, `.5`, `2e6`, `1_000`.
  init?(prefixOf text: inout Substring.UTF8View) {
    var rest = text
    isNegative = false
    digits = 0
    exponent = 0
    if let sign = rest.first, sign == 0x2B || sign == 0x2D {
      isNegative = sign == 0x2D
      rest.removeFirst()
    }
    var any = false
    var zeros = 0
    var significant = 0
    var afterPoint = false
    while let byte = rest.first {
      if byte == 0x2E, !afterPoint {
        afterPoint = true
      } else if byte >= 0x30, byte <= 0x39 {
        any = true
        if afterPoint { exponent -= 1 }
        if byte == 0x30 {
          zeros += 1
        } else {
          // Zeros between digits count only once a digit follows them.
          let pending = digits == 0 ? 0 : zeros
          guard significant + pending + 1 <= 20 else { return nil }
          for _ in 0...pending { digits *= 10 }
          digits += UInt128(byte - 0x30)
          significant += pending + 1
          zeros = 0
        }
      } else {
        break
      }
      rest.removeFirst()
    }
    guard any else { return nil }
    exponent = digits == 0 ? 0 : exponent + zeros
    guard let power = DecimalNumber.power(&rest) else { return nil }
    if digits != 0 { exponent += power }
    text = rest
  }

  /// Reads `e±n` if it is there; `nil` if the power is absurd.
  private static func power(_ text: inout Substring.UTF8View) -> Int? {
    var rest = text
    guard let mark = rest.first, mark == 0x65 || mark == 0x45 else { return 0 }
    rest.removeFirst()
    var negative = false
    if let sign = rest.first, sign == 0x2B || sign == 0x2D {
      negative = sign == 0x2D
      rest.removeFirst()
    }
    var value = 0
    var any = false
    while let byte = rest.first, byte >= 0x30, byte <= 0x39 {
      value = value * 10 + Int(byte - 0x30)
      if value > 400 { return nil }
      any = true
      rest.removeFirst()
    }
    guard any else { return 0 }
    text = rest
    return negative ? -value : value
  }

  /// What a product came to.
  enum Product: Equatable {
    /// A whole number.
    case exact(Int64)
    /// Not whole: the nearest whole number, half to even.
    case rounded(Int64)
    /// Outside 64 bits.
    case outside
  }

  /// The number × `factor`.
  func times(_ factor: UInt128) -> Product {
    var (product, overflow) = digits.multipliedReportingOverflow(by: factor)
    if overflow { return .outside }
    if digits == 0 { return .exact(0) }
    var isExact = true
    if exponent >= 0 {
      guard exponent <= 38 else { return .outside }
      for _ in 0..<exponent {
        (product, overflow) = product.multipliedReportingOverflow(by: 10)
        if overflow { return .outside }
      }
    } else {
      guard exponent >= -38 else { return .rounded(0) }
      var divisor: UInt128 = 1
      for _ in 0..<(-exponent) { divisor *= 10 }
      let (quotient, remainder) = product.quotientAndRemainder(dividingBy: divisor)
      product = quotient
      if remainder != 0 {
        isExact = false
        let other = divisor - remainder
        if remainder > other || (remainder == other && quotient & 1 == 1) { product += 1 }
      }
    }
    guard product <= UInt128(Int64.max) else { return .outside }
    let value = isNegative ? -Int64(product) : Int64(product)
    return isExact ? .exact(value) : .rounded(value)
  }

  /// The nearest `Double` to the number × 10^`power`.
  func double(timesTenTo power: Int = 0) -> Double {
    Double("\(isNegative ? "-" : "")\(digits)e\(exponent + power)") ?? 0
  }
}
