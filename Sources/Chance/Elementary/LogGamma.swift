extension Elementary {
  /// The natural logarithm of Γ(x) for x > 0; ∞ at 0, NaN below.
  ///
  /// From 8 on by Stirling's formula, (x − ½)·log x − x + ½·log 2π + S(1/x²)/x; below, the recurrence
  /// Γ(x + 1) = x·Γ(x) leads to [1.5, 2.5], where lgamma(2 + t) = t·P(t).
  /// - Bounds: error below 8 ulp, also near the zeros at 1 and 2.
  public static func lgamma(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? .infinity : .nan }
    guard x < .infinity else { return x }
    if x >= 8 {
      return (x - 0.5) * (log(x) - 1) + (stirlingRest(x) + (0x1.d67f1c864beb5p-1 - 0.5))
    }
    if x < 0.5 {
      // Γ(x) = Γ(x + 2)/(x·(x + 1)), t = x.
      return x * logGammaSeries(x) - (log1p(x) + log(x))
    }
    if x < 1.5 {
      let t = x - 1
      return t * logGammaSeries(t) - log1p(t)
    }
    var y = x
    var product = 1.0
    while y > 2.5 {
      y -= 1
      product *= y
    }
    let t = y - 2
    return t * logGammaSeries(t) + (product == 1 ? 0 : log(product))
  }

  /// What Stirling's formula leaves: lgamma(x) − ((x − ½)·log x − x + ½·log 2π), for x ≥ 8.
  static func stirlingRest(_ x: Double) -> Double { stirlingSeries(1 / (x * x)) / x }

  /// lgamma(2 + t)/t for |t| ≤ ½; error below 10⁻¹⁷.
  private static func logGammaSeries(_ t: Double) -> Double {
    var sum = 0x1.2703c6effc4ebp-22
    sum = -0x1.37fd97eeee99dp-21 + t * sum
    sum = 0x1.f038cb2f6a913p-21 + t * sum
    sum = -0x1.08fccc794a9c7p-19 + t * sum
    sum = 0x1.2620de1c78d97p-18 + t * sum
    sum = -0x1.3d4ce65b1d70bp-17 + t * sum
    sum = 0x1.5808af19fa483p-16 + t * sum
    sum = -0x1.78d8f868f383fp-15 + t * sum
    sum = 0x1.a127cd91ac95bp-14 + t * sum
    sum = -0x1.d3fd6a9087d23p-13 + t * sum
    sum = 0x1.0b36af5972ed1p-11 + t * sum
    sum = -0x1.38ac5bfce42c1p-10 + t * sum
    sum = 0x1.7add6eadfcc7bp-9 + t * sum
    sum = -0x1.e404fc21d8fe7p-8 + t * sum
    sum = 0x1.51322ac7d8333p-6 + t * sum
    sum = -0x1.13e001a557555p-4 + t * sum
    sum = 0x1.4a34cc4a60fa6p-2 + t * sum
    sum = 0x1.b0ee6072093cep-2 + t * sum
    return sum
  }

  /// The rest of Stirling’s formula times x, in w = 1/x², for x ≥ 8; error below 4·10⁻¹⁷.
  private static func stirlingSeries(_ w: Double) -> Double {
    var sum = -0x1.b1382377d788ap-10
    sum = 0x1.b6fa4852c5f70p-11 + w * sum
    sum = -0x1.380ebd7243e93p-11 + w * sum
    sum = 0x1.a019fd3406f01p-11 + w * sum
    sum = -0x1.6c16c16bb630dp-9 + w * sum
    sum = 0x1.5555555555553p-4 + w * sum
    return sum
  }
}
