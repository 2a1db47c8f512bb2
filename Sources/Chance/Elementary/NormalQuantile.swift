extension Elementary {
  /// The quantile of the standard normal distribution; ∓∞ at 0 and 1, NaN outside.
  ///
  /// Three rational functions of degree 7: one in p − ½ for |p − ½| ≤ 0.425, two in √(−log p) for
  /// the tails (M. J. Wichura, "Algorithm AS 241: The percentage points of the normal
  /// distribution", Applied Statistics 37 (1988), PPND16).
  /// - Bounds: relative error about 10⁻¹⁵.
  @inlinable @inline(__always)
  public static func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    guard q.magnitude <= 0.425 else { return normalTail(p) }
    let r = 0.180625 - q * q
    let r2 = r * r
    let r4 = r2 * r2
    let a =
      (3.3871328727963666080 + r * 1.3314166789178437745e+2)
      + r2 * (1.9715909503065514427e+3 + r * 1.3731693765509461125e+4)
      + r4
      * ((4.5921953931549871457e+4 + r * 6.7265770927008700853e+4)
        + r2 * (3.3430575583588128105e+4 + r * 2.5090809287301226727e+3))
    let b =
      (1 + r * 4.2313330701600911252e+1)
      + r2 * (6.8718700749205790830e+2 + r * 5.3941960214247511077e+3)
      + r4
      * ((2.1213794301586595867e+4 + r * 3.9307895800092710610e+4)
        + r2 * (2.8729085735721942674e+4 + r * 5.2264952788528545610e+3))
    return q * a / b
  }

  /// The quantile in the tails, p < 0.075 or p > 0.925.
  @usableFromInline @inline(never)
  static func normalTail(_ p: Double) -> Double {
    let share = p < 0.5 ? p : 1 - p
    guard share > 0 else { return share < 0 ? .nan : (p < 0.5 ? -.infinity : .infinity) }
    guard !share.isNaN else { return .nan }
    let root = (-log(share)).squareRoot()
    let value = root <= 5 ? nearTail(root - 1.6) : farTail(root - 5)
    return p < 0.5 ? -value : value
  }

  private static func nearTail(_ r: Double) -> Double {
    let r2 = r * r
    let r4 = r2 * r2
    let c =
      (1.42343711074968357734 + r * 4.63033784615654529590)
      + r2 * (5.76949722146069140550 + r * 3.64784832476320460504)
      + r4
      * ((1.27045825245236838258 + r * 2.41780725177450611770e-1)
        + r2 * (2.27238449892691845833e-2 + r * 7.74545014278341407640e-4))
    let d =
      (1 + r * 2.05319162663775882187)
      + r2 * (1.67638483018380384940 + r * 6.89767334985100004550e-1)
      + r4
      * ((1.48103976427480074590e-1 + r * 1.51986665636164571966e-2)
        + r2 * (5.47593808499534494600e-4 + r * 1.05075007164441684324e-9))
    return c / d
  }

  private static func farTail(_ r: Double) -> Double {
    let r2 = r * r
    let r4 = r2 * r2
    let e =
      (6.65790464350110377720 + r * 5.46378491116411436990)
      + r2 * (1.78482653991729133580 + r * 2.96560571828504891230e-1)
      + r4
      * ((2.65321895265761230930e-2 + r * 1.24266094738807843860e-3)
        + r2 * (2.71155556874348757815e-5 + r * 2.01033439929228813265e-7))
    let f =
      (1 + r * 5.99832206555887937690e-1)
      + r2 * (1.36929880922735805310e-1 + r * 1.48753612908506148525e-2)
      + r4
      * ((7.86869131145613259100e-4 + r * 1.84631831751005468180e-5)
        + r2 * (1.42151175831644588870e-7 + r * 2.04426310338993978564e-15))
    return e / f
  }
}
