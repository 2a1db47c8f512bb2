extension Elementary {
  /// The exponential function; 0 and ∞ beyond the range of a double.
  ///
  /// Idea: x = k·ln2 + r with |r| ≤ ln2/2; e^r = 1 + r + r²·Q(r), Q of degree 9 by two interleaved
  /// Horner chains; then times 2^k through the exponent bits.
  /// - Bounds: error below 1 ulp for normal results.
  @inlinable @inline(__always)
  public static func exp(_ x: Double) -> Double {
    guard x.magnitude < 708 else { return expOfFar(x) }
    let (k, tail, r) = reduceExp(x)
    return (1 + (r + tail)) * power2(k)
  }

  /// Splits x into k·ln2 + r and gives (k, e^r − 1 − r, r).
  @inlinable @inline(__always)
  static func reduceExp(_ x: Double) -> (k: Int64, tail: Double, r: Double) {
    // Adding 1.5·2⁵² rounds to a whole number, whose bits then stand at the right end.
    let shifted = x * 0x1.71547652b82fep+0 + 0x1.8p52
    let k = Int64(bitPattern: shifted.bitPattern) &- Int64(bitPattern: 0x4338_0000_0000_0000)
    let whole = shifted - 0x1.8p52
    let high = x - whole * ln2High
    let low = whole * ln2Low
    let r = high - low
    return (k, ((high - r) - low) + expTail(r), r)
  }

  /// e^r − 1 − r for |r| ≤ ln2/2: r²·Q(r), |relative error of e^r| < 2·10⁻¹⁷.
  @inlinable @inline(__always)
  static func expTail(_ r: Double) -> Double {
    let z = r * r
    let w = z * z
    let low =
      (0x1.0000000000001p-1 + r * 0x1.5555555555556p-3)
      + z * (0x1.5555555553d63p-5 + r * 0x1.11111111109b3p-7)
    let middle =
      (0x1.6c16c1788bd90p-10 + r * 0x1.a01a01a7c41d5p-13)
      + z * (0x1.a019b90d2ae7ap-16 + r * 0x1.71de0dae63bb3p-19)
    let high = 0x1.289185613a3d6p-22 + r * 0x1.af38a9b0ec855p-26
    return z * (low + w * (middle + w * high))
  }

  /// 2^k for −1022 ≤ k ≤ 1023.
  @inlinable @inline(__always)
  static func power2(_ k: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: (k &+ 1023) << 52))
  }

  /// The exponential far from zero, where the result may be subnormal, zero or infinite.
  @usableFromInline @inline(never)
  static func expOfFar(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.782712893384 { return .infinity }
    if x < -745.1332191019412 { return 0 }
    let (k, tail, r) = reduceExp(x)
    let half = k / 2
    return (1 + (r + tail)) * power2(half) * power2(k - half)
  }
}
