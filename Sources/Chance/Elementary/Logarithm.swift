extension Elementary {
  /// The high part of the natural logarithm of 2: 42 bits, so that `k × high` is exact.
  @usableFromInline static var ln2High: Double {
    @inlinable @inline(__always) get { 0x1.62e42fefa3800p-1 }
  }
  /// The rest of the natural logarithm of 2.
  @usableFromInline static var ln2Low: Double {
    @inlinable @inline(__always) get { 0x1.ef35793c76730p-45 }
  }

  /// The natural logarithm; −∞ at 0, NaN below.
  ///
  /// Idea: x = 2^k·(1+f) with √½ ≤ 1+f < √2, and log(1+f) = 2·artanh(s), s = f/(2+f). The odd
  /// series of artanh is a polynomial R in s² of degree 7, and 2s = f − s·f is put so that only
  /// small terms are rounded: log x = k·ln2 + (f − (f²/2 − s·(f²/2 + R))).
  /// - Bounds: error below 1 ulp.
  @inlinable @inline(__always)
  public static func log(_ x: Double) -> Double {
    let bits = x.bitPattern
    // Positive, normal and finite in one comparison.
    guard bits &- 0x0010_0000_0000_0000 < 0x7FE0_0000_0000_0000 else { return logOfOdd(x) }
    return logOfNormal(bits, extra: 0)
  }

  @inlinable @inline(__always)
  static func logOfNormal(_ bits: UInt64, extra: Int64) -> Double {
    let shifted = bits &- 0x3FE6_A09E_667F_3BCD
    let k = Double((Int64(bitPattern: shifted) >> 52) &+ extra)
    let f = Double(bitPattern: bits &- (shifted & 0xFFF0_0000_0000_0000)) - 1
    let half = 0.5 * f * f
    let s = f / (2 + f)
    let tail = artanhTail(s * s)
    return k * ln2High - ((half - (s * (half + tail) + k * ln2Low)) - f)
  }

  /// z·P(z) with 2·artanh(s) = 2s + s·z·P(z), z = s², for |s| ≤ 0.1716: |error| < 10⁻¹⁷.
  @inlinable @inline(__always)
  static func artanhTail(_ z: Double) -> Double {
    let w = z * z
    let even =
      0x1.5555555555558p-1
      + w * (0x1.2492492df281ap-2 + w * (0x1.7462b51cb66b1p-3 + w * 0x1.2b5900de53b32p-3))
    let odd =
      0x1.99999999952d7p-2 + w * (0x1.c71c62e3f11e6p-3 + w * 0x1.39fe51a7c18f9p-3)
    return z * (even + z * odd)
  }

  /// The logarithm of what is not a positive normal number.
  @usableFromInline @inline(never)
  static func logOfOdd(_ x: Double) -> Double {
    if x == 0 { return -.infinity }
    if x < 0 || x.isNaN { return .nan }
    if x == .infinity { return x }
    return logOfNormal((x * 0x1p54).bitPattern, extra: -54)
  }
}
