import Chance

/// Quantiles of gamma distributions of shape 1 and above, from a table: about 15 ns instead of 1 µs.
///
/// Wilson and Hilferty: the cube root of X/a is nearly normal, (X/a)^(1/3) ≈ 1 − v²/9 + z·v/3 with
/// v = 1/√a and z the normal quantile. What is missing is small and smooth in v and z: the table
/// holds it at 33 × 97 points, from the exact quantiles; between them it is interpolated linearly in
/// both, beyond |z| = 4.8 (one draw in 600,000) the quantile is cut off.
/// - Bounds: error below 0.002 standard deviations for |z| ≤ 2.5 (a test).
struct GammaTable: Sendable {
  private static let shapes = 32
  private static let steps = 96
  private static let reach = 4.8

  /// The table, made once in a process.
  static let shared = GammaTable()

  private let missing: [Double]
  /// The normal quantile at k/1024; between 1/64 and 63/64 it is interpolated linearly.
  private let normal: [Double]

  private init() {
    var missing: [Double] = []
    for row in 0...GammaTable.shapes {
      let v = Double(row) / Double(GammaTable.shapes)
      for column in 0...GammaTable.steps {
        let z = GammaTable.reach * (2 * Double(column) / Double(GammaTable.steps) - 1)
        guard row > 0 else {
          missing.append(0)
          continue
        }
        let shape = 1 / (v * v)
        let quantile = Elementary.gammaQuantile(shape, Elementary.normalCumulative(z))
        missing.append(Elementary.pow(quantile / shape, 1.0 / 3) - GammaTable.root(v, z))
      }
    }
    self.missing = missing
    normal = (0...1024).map { Elementary.normalQuantile(Double(max(1, min(1023, $0))) / 1024) }
  }

  @inline(__always)
  private func normalQuantile(_ uniform: Double) -> Double {
    let place = uniform * 1024
    guard place >= 16, place < 1008 else {
      return max(-GammaTable.reach, min(GammaTable.reach, Elementary.normalQuantile(uniform)))
    }
    let whole = Int(place)
    return normal[whole] + (place - Double(whole)) * (normal[whole + 1] - normal[whole])
  }

  @inline(__always)
  private static func root(_ v: Double, _ z: Double) -> Double { 1 - v * v / 9 + z * v / 3 }

  /// The quantile at `uniform` of a gamma of shape `a` ≥ 1 and scale 1.
  @inline(__always)
  func quantile(_ a: Double, _ uniform: Double) -> Double {
    let reach = GammaTable.reach
    let steps = GammaTable.steps
    let z = normalQuantile(uniform)
    let v = 1 / max(1, a).squareRoot()
    let across = (z + reach) * (0.5 * Double(steps) / reach)
    let down = v * Double(GammaTable.shapes)
    let column = min(steps - 1, Int(across))
    let row = min(GammaTable.shapes - 1, Int(down))
    let x = across - Double(column)
    let place = row * (steps + 1) + column
    let next = place + steps + 1
    let upper = missing[place] + x * (missing[place + 1] - missing[place])
    let lower = missing[next] + x * (missing[next + 1] - missing[next])
    let rest = upper + (down - Double(row)) * (lower - upper)
    let root = max(0, GammaTable.root(v, z) + rest)
    return a * root * root * root
  }
}
