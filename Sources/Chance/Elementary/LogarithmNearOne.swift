extension Elementary {
  /// log(1 + x) without losing what 1 + x would round away; −∞ at −1, NaN below.
  ///
  /// Near 0 the series of `log` is used with f = x itself; elsewhere log(u) for u = 1 + x, corrected
  /// by what the sum lost, divided by u.
  /// - Bounds: error below 1.5 ulp.
  public static func log1p(_ x: Double) -> Double {
    if x > -0.2928 && x < 0.4142 {
      let half = 0.5 * x * x
      let s = x / (2 + x)
      return x - (half - s * (half + artanhTail(s * s)))
    }
    guard x > -1, x < .infinity else {
      return x == -1 ? -.infinity : (x == .infinity ? x : .nan)
    }
    let u = 1 + x
    let lost = x > 1 ? 1 - (u - x) : x - (u - 1)
    return log(u) + lost / u
  }

  /// x − log(1 + x) for x > −1, without cancellation near 0; the large-deviation rate of a gamma.
  ///
  /// With s = x/(2 + x): x − log(1 + x) = s·x − s·R(s²), R the tail of `log`.
  public static func excessOverLog1p(_ x: Double) -> Double {
    guard x > -0.2928 && x < 0.4142 else { return x - log1p(x) }
    let s = x / (2 + x)
    return s * (x - artanhTail(s * s))
  }
}
