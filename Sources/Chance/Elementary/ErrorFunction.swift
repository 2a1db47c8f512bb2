extension Elementary {
  /// The error function, 2/√π·∫₀ˣ e^(−t²) dt.
  ///
  /// A polynomial in x² up to 1, the complement of `erfc` beyond.
  /// - Bounds: error below 2 ulp.
  public static func erf(_ x: Double) -> Double {
    if x.magnitude <= 1 { return x * erfSeries(x * x) }
    if x.isNaN { return x }
    let value = 1 - erfc(x.magnitude)
    return x < 0 ? -value : value
  }

  /// The complement of the error function, 1 − erf(x), without cancellation for large x.
  ///
  /// x·e^(x²)·erfc(x) is smooth in 1/x: four polynomials on [½, 1], [1, 2.25], [2.25, 6],
  /// and [6, 28]. The
  /// square in e^(−x²) is taken exactly by splitting x.
  /// - Bounds: error below 8 ulp for normal results.
  public static func erfc(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x < -0.5 { return 2 - erfc(-x) }
    if x < 0.5 { return 1 - x * erfSeries(x * x) }
    guard x < 27.3 else { return 0 }
    let inverse = 1 / x
    let scaled =
      if x < 1 {
        erfcNearest(2 * inverse - 3)
      } else if x < 2.25 {
        erfcNear((inverse - 0x1.71c71c71c71c7p-1) * 0x1.ccccccccccccdp+1)
      } else if x < 6 {
        erfcMiddle((inverse - 0x1.38e38e38e38e4p-2) * 0x1.ccccccccccccdp+2)
      } else {
        erfcFar((inverse - 0x1.9e79e79e79e7ap-4) * 0x1.e8ba2e8ba2e8cp+3)
      }
    // x = high + low with high·high exact: e^(−x²) = e^(−high²)·e^(−low·(x + high)).
    let high = Double(bitPattern: x.bitPattern & 0xFFFF_FFFF_F800_0000)
    let low = x - high
    return exp(-high * high) * (1 + expm1(-low * (x + high))) * (scaled * inverse)
  }

  /// The cumulative distribution function of the standard normal distribution.
  public static func normalCumulative(_ z: Double) -> Double {
    0.5 * erfc(-z * 0x1.6a09e667f3bcdp-1)
  }

  /// erf(x)/x in z = x², 0 ≤ z ≤ 1; relative error below 10⁻¹⁷.
  private static func erfSeries(_ z: Double) -> Double {
    var sum = -0x1.ac90946262eb6p-31
    sum = 0x1.d76957415dc4ap-27 + z * sum
    sum = -0x1.5c12da33a80d5p-23 + z * sum
    sum = 0x1.b981ce26d04d6p-20 + z * sum
    sum = -0x1.f4ca829d907e5p-17 + z * sum
    sum = 0x1.f9a2be406f1d1p-14 + z * sum
    sum = -0x1.c02db065c2a3cp-11 + z * sum
    sum = 0x1.565bccfa402aep-8 + z * sum
    sum = -0x1.b82ce3120359dp-6 + z * sum
    sum = 0x1.ce2f21a040f5fp-4 + z * sum
    sum = -0x1.812746b0379c1p-2 + z * sum
    sum = 0x1.20dd750429b6dp+0 + z * sum
    return sum
  }

  /// x·e^(x²)·erfc(x) for ½ ≤ x ≤ 1, t = 2/x − 3.
  private static func erfcNearest(_ t: Double) -> Double {
    var sum = 0x1.828c93dfa26b6p-35
    sum = -0x1.5137631a709b7p-33 + t * sum
    sum = 0x1.411531f602ab6p-32 + t * sum
    sum = -0x1.49c7db7320d92p-31 + t * sum
    sum = 0x1.a2a2b992bc19bp-32 + t * sum
    sum = 0x1.03bc3bbaeff89p-27 + t * sum
    sum = -0x1.0bf373e8b07e6p-24 + t * sum
    sum = 0x1.74f4209813c59p-22 + t * sum
    sum = -0x1.b2e363fd8ea69p-20 + t * sum
    sum = 0x1.bbd965e646e5cp-18 + t * sum
    sum = -0x1.87519968b3c02p-16 + t * sum
    sum = 0x1.0e7e63f900c91p-14 + t * sum
    sum = -0x1.31542d453609cp-14 + t * sum
    sum = -0x1.84d69757e7111p-11 + t * sum
    sum = 0x1.0f9f2a7f71ad2p-7 + t * sum
    sum = -0x1.e4f552d971527p-5 + t * sum
    sum = 0x1.7026c7fe254efp-2 + t * sum
    return sum
  }

  /// x·e^(x²)·erfc(x) for 1 ≤ x ≤ 2.25, t = 1/x mapped to [−1, 1].
  private static func erfcNear(_ t: Double) -> Double {
    var sum = -0x1.527f30bb61e95p-36
    sum = 0x1.4d7c7d6c28c93p-34 + t * sum
    sum = -0x1.4fa1085f91ab8p-33 + t * sum
    sum = 0x1.5be79095cf904p-33 + t * sum
    sum = 0x1.24147aaf54dfdp-30 + t * sum
    sum = -0x1.5cd95f10e5605p-27 + t * sum
    sum = 0x1.cc5cbbdc5313fp-25 + t * sum
    sum = -0x1.bebfe06be94ccp-23 + t * sum
    sum = 0x1.2c39b42ff4f9ep-21 + t * sum
    sum = -0x1.49a8ace028b2ap-22 + t * sum
    sum = -0x1.14c26e9e8c17dp-17 + t * sum
    sum = 0x1.1a56a8a52c93bp-14 + t * sum
    sum = -0x1.5d0aecf619f92p-12 + t * sum
    sum = 0x1.0393a3a7b3667p-10 + t * sum
    sum = 0x1.3e8abce7bcf7dp-10 + t * sum
    sum = -0x1.82fa0d1f62f12p-5 + t * sum
    sum = 0x1.e43d5c34369b7p-2 + t * sum
    return sum
  }

  /// x·e^(x²)·erfc(x) for 2.25 ≤ x ≤ 6, t = 1/x mapped to [−1, 1].
  private static func erfcMiddle(_ t: Double) -> Double {
    var sum = 0x1.b77ec2a535f22p-38
    sum = -0x1.3bc0fe45c9d97p-35 + t * sum
    sum = 0x1.4f81da701581dp-34 + t * sum
    sum = 0x1.1506189650fafp-32 + t * sum
    sum = -0x1.bd472521e8e13p-29 + t * sum
    sum = 0x1.03c174e314f43p-26 + t * sum
    sum = -0x1.48feb42e0ebe7p-26 + t * sum
    sum = -0x1.2422d048df6f5p-22 + t * sum
    sum = 0x1.3eaecf219185ap-19 + t * sum
    sum = -0x1.feb9082092820p-18 + t * sum
    sum = -0x1.0bca4bd3ffb1cp-15 + t * sum
    sum = 0x1.21a8ce9897fc7p-11 + t * sum
    sum = -0x1.4e148bed601cap-9 + t * sum
    sum = -0x1.35ad2d18ea675p-6 + t * sum
    sum = 0x1.14ee63d07d637p-1 + t * sum
    return sum
  }

  /// x·e^(x²)·erfc(x) for 6 ≤ x ≤ 28, t = 1/x mapped to [−1, 1].
  private static func erfcFar(_ t: Double) -> Double {
    var sum = -0x1.517f35be6147ep-42
    sum = 0x1.d91e84f2c50e0p-41 + t * sum
    sum = 0x1.a73a9a0e3655dp-37 + t * sum
    sum = -0x1.bfe056b753e9ap-34 + t * sum
    sum = -0x1.e4fe8553cce5cp-33 + t * sum
    sum = 0x1.0d5391d2cbac3p-27 + t * sum
    sum = -0x1.86a6fc44c0275p-26 + t * sum
    sum = -0x1.2c942ac052016p-21 + t * sum
    sum = 0x1.5eef73b1237c1p-18 + t * sum
    sum = 0x1.6464f4724c7cdp-15 + t * sum
    sum = -0x1.21916df4cf07fp-10 + t * sum
    sum = -0x1.db75467f685aap-9 + t * sum
    sum = 0x1.1f6886744ed40p-1 + t * sum
    return sum
  }
}
