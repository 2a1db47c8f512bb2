import Chance

/// Rinott's two-stage selection: how many replications each policy needs, with independent seeds.
///
/// N_i = max(n₀, ⌈(h S_i/δ)²⌉), where h solves
/// ∫ [∫ Φ(h / √((n₀−1)(1/x + 1/y))) f(x) dx]^(k−1) f(y) dy = P with f the χ²_{n₀−1} density.
/// Both integrals by Simpson's rule on 128 steps over the bulk of f, h by bisection.
/// - Source: Y. Rinott 1978.
public enum Rinott {
  /// The constant h.
  public static func h(policies k: Int, firstStage: Int, confidence: Double = 0.95) -> Double {
    let degrees = Double(firstStage - 1)
    let nodes = Rinott.nodes(degrees)
    var low = 0.0
    var high = 1.0
    while probability(high, k, degrees, nodes) < confidence, high < 1e6 { high *= 2 }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if probability(middle, k, degrees, nodes) < confidence { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// The replications that a policy with standard deviation `deviation` needs in all.
  public static func replications(
    h: Double, deviation: Double, lead: Double, firstStage: Int
  ) -> Int {
    let ratio = h * deviation / lead
    return max(firstStage, Int(min(1e15, (ratio * ratio).rounded(.up))))
  }

  /// Abscissae with the density times Simpson's weight.
  private static func nodes(_ degrees: Double) -> [(x: Double, weight: Double)] {
    let spread = 9 * (2 * degrees).squareRoot()
    let low = max(1e-9, degrees - spread)
    let high = degrees + spread + 20
    let steps = 128
    let width = (high - low) / Double(steps)
    let logScale =
      degrees / 2 * Elementary.log(2) + Elementary.lgamma(degrees / 2)
    return (0...steps).map { step in
      let x = low + Double(step) * width
      let simpson: Double = step == 0 || step == steps ? 1 : (step % 2 == 1 ? 4 : 2)
      let density = Elementary.exp((degrees / 2 - 1) * Elementary.log(x) - x / 2 - logScale)
      return (x, density * simpson * width / 3)
    }
  }

  private static func probability(
    _ h: Double, _ k: Int, _ degrees: Double, _ nodes: [(x: Double, weight: Double)]
  ) -> Double {
    var outer = 0.0
    for y in nodes {
      var inner = 0.0
      for x in nodes {
        let scale = (degrees * (1 / x.x + 1 / y.x)).squareRoot()
        inner += Elementary.normalCumulative(h / scale) * x.weight
      }
      var power = 1.0
      for _ in 1..<max(2, k) { power *= inner }
      outer += power * y.weight
    }
    return outer
  }
}
