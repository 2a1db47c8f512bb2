extension Elementary {
  /// x to the power y.
  ///
  /// The logarithm of x is kept in two doubles (about 68 bits), multiplied by y exactly (Dekker's
  /// product) and put through `exp` with its low part. Special values as in IEEE 754 `pow`: x⁰ is 1
  /// for every x, 1^y is 1 for every y, a negative x takes whole exponents only.
  /// - Bounds: error below 2 ulp for normal results.
  public static func pow(_ x: Double, _ y: Double) -> Double {
    if y == 0 || x == 1 { return 1 }
    if y == 1 { return x }
    guard x > 0, x < .infinity, y.magnitude < .infinity else { return powOfSpecial(x, y) }
    let (high, low) = logPair(x)
    let estimate = y * high
    if estimate > 710 { return .infinity }
    if estimate < -746 { return 0 }
    // Beyond 2⁷⁰, y·log x within the range above means log x underflows: x = 1, dealt with.
    let product = exactProduct(y, high)
    let rest = product.low + y * low
    guard product.high.magnitude < 708 else { return expOfFar(product.high) * (1 + rest) }
    let (k, tail, r) = reduceExp(product.high)
    let plain = 1 + (r + tail)
    return (1 + (r + (tail + rest * plain))) * power2(k)
  }

  /// log x as an unevaluated sum of two doubles, for positive finite x.
  private static func logPair(_ x: Double) -> (high: Double, low: Double) {
    var bits = x.bitPattern
    var extra: Int64 = 0
    if bits < 0x0010_0000_0000_0000 {
      bits = (x * 0x1p54).bitPattern
      extra = -54
    }
    let shifted = bits &- 0x3FE6_A09E_667F_3BCD
    let k = Double((Int64(bitPattern: shifted) >> 52) &+ extra)
    let f = Double(bitPattern: bits &- (shifted & 0xFFF0_0000_0000_0000)) - 1
    // s = f/(2 + f) in two doubles: the quotient, and its remainder over the divisor.
    let divisor = 2 + f
    let divisorLow = f - (divisor - 2)
    let s = f / divisor
    let back = exactProduct(s, divisor)
    let sLow = (((f - back.high) - back.low) - s * divisorLow) / divisor
    // ⅔·s³ in two doubles, the fifth and higher powers in one.
    let square = exactProduct(s, s)
    let cube = exactProduct(square.high, s)
    let third = exactProduct(cube.high, 0x1.5555555555555p-1)
    let cubeLow = cube.low + square.low * s
    let thirdLow = third.low + (cube.high * 0x1.5555555555555p-55 + cubeLow * 0x1.5555555555555p-1)
    let fifth = s * (square.high * square.high * artanhFifth(square.high))
    // Largest first, with every rounding caught.
    let first = exactSum(k * ln2High, 2 * s)
    let second = exactSum(first.high, third.high)
    let low =
      first.low + second.low + ((2 * sLow + square.high * 2 * sLow) + thirdLow + fifth + k * ln2Low)
    let high = second.high + low
    return (high, (second.high - high) + low)
  }

  /// Q(z) with 2·artanh(s) = 2s + ⅔·s·z + s·z²·Q(z), z = s².
  private static func artanhFifth(_ z: Double) -> Double {
    var sum = 0x1.08788c3e01713p-3
    sum = 0x1.1018ae366a914p-3 + z * sum
    sum = 0x1.3b18b8ee7a308p-3 + z * sum
    sum = 0x1.745d09f06d811p-3 + z * sum
    sum = 0x1.c71c71d7e7fc3p-3 + z * sum
    sum = 0x1.249249248e532p-2 + z * sum
    sum = 0x1.999999999999ep-2 + z * sum
    return sum
  }

  private static func powOfSpecial(_ x: Double, _ y: Double) -> Double {
    if x.isNaN || y.isNaN { return .nan }
    if y.magnitude == .infinity {
      if x.magnitude == 1 { return 1 }
      return (x.magnitude > 1) == (y > 0) ? .infinity : 0
    }
    let isWhole = y == y.rounded(.towardZero)
    let isOdd = isWhole && y.magnitude < 0x1p53 && (y / 2) != (y / 2).rounded(.towardZero)
    if x == 0 {
      let value: Double = y > 0 ? 0 : .infinity
      return isOdd && x.sign == .minus ? -value : value
    }
    if x == .infinity { return y > 0 ? .infinity : 0 }
    guard isWhole else { return x == -.infinity ? (y > 0 ? .infinity : 0) : .nan }
    let value = pow(-x, y)
    return isOdd ? -value : value
  }
}

extension Elementary {
  /// The product a·b as an unevaluated sum of two doubles.
  ///
  /// Exact for magnitudes below 2⁹⁹⁰ (Dekker, 1971).
  static func exactProduct(_ a: Double, _ b: Double) -> (high: Double, low: Double) {
    let (aHigh, aLow) = halves(a)
    let (bHigh, bLow) = halves(b)
    let high = a * b
    return (high, ((aHigh * bHigh - high) + aHigh * bLow + aLow * bHigh) + aLow * bLow)
  }

  /// The sum a + b as an unevaluated sum of two doubles: Knuth's TwoSum.
  static func exactSum(_ a: Double, _ b: Double) -> (high: Double, low: Double) {
    let high = a + b
    let bSeen = high - a
    return (high, (a - (high - bSeen)) + (b - bSeen))
  }

  /// A double as a sum of two with 26 bits each (Dekker's split).
  private static func halves(_ a: Double) -> (high: Double, low: Double) {
    let scaled = 134_217_729 * a
    let high = scaled - (scaled - a)
    return (high, a - high)
  }
}
