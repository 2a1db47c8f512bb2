extension Elementary {
  /// The quantile of a gamma distribution of shape `a` and scale 1.
  ///
  /// Newton's method on log P (below the median) or log Q (above) as functions of log x: both are
  /// concave, so it
  /// converges from any start on the steep side.
  /// - Bounds: relative error about 10⁻¹² for a ≤ 10⁵.
  public static func gammaQuantile(_ a: Double, _ u: Double) -> Double {
    guard a > 0, a < .infinity, u > 0, u < 1 else {
      return u == 0 && a > 0 ? 0 : (u == 1 && a > 0 ? .infinity : .nan)
    }
    // Above the median from the right: P(X > a + √(2aL) + L) ≤ e^−L.
    let rate = -log(1 - u)
    let start =
      u > 0.5 ? log(a + (2 * a * rate).squareRoot() + rate) : logGammaMedianGuess(a)
    return exp(logGammaQuantile(a, z: normalQuantile(u), start: start).value)
  }

  /// A guess of the logarithm of a gamma's median: Wilson–Hilferty, a power law for small shapes.
  static func logGammaMedianGuess(_ a: Double) -> Double {
    a > 0.5 ? log(a) + 3 * log1p(-1 / (9 * a)) : (lgamma(a + 1) - 0x1.62e42fefa39efp-1) / a
  }

  /// y = log x with P(a, x) = Φ(z), and its slope in z.
  static func logGammaQuantile(
    _ a: Double, z: Double, start: Double
  ) -> (value: Double, slope: Double) {
    let target = log(normalCumulative(-z.magnitude))
    var y = start
    var slope = 0.0
    for _ in 0..<100 {
      let (logShare, logDensity) = logGammaShare(a, y, above: z > 0)
      // d log share / dy = ± x·f(x)/share.
      let rate = exp(logDensity - logShare)
      let step = (logShare - target) / (z > 0 ? -rate : rate)
      slope = exp(-0.5 * z * z - 0x1.d67f1c864beb5p-1 - logDensity)
      guard step.isFinite else { break }
      y -= max(-50 / min(a, 1), min(step, 50 / min(a, 1)))
      if step.magnitude <= 1e-14 * max(1, y.magnitude) { break }
    }
    return (y, slope)
  }

  /// log P (or log Q) of shape `a` at x = e^y, and log of x·f(x).
  private static func logGammaShare(
    _ a: Double, _ y: Double, above: Bool
  ) -> (share: Double, density: Double) {
    let x = exp(y)
    let logFront =
      a > 8
      ? -a * excessOverLog1p((x - a) / a) - stirlingRest(a) - 0.5 * log(0x1.921fb54442d18p+2 * a)
      : a * y - x - lgamma(a + 1)
    let density = logFront + log(a)
    if x < a + 1 {
      let logBelow = logFront + log(gammaSeries(a, x))
      return (above ? log1p(-exp(logBelow)) : logBelow, density)
    }
    let logAbove = density + log(gammaFraction(a, x))
    return (above ? logAbove : log1p(-exp(logAbove)), density)
  }
}
