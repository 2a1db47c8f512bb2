import Chance

/// Quantiles of gamma distributions of shape 1 and above, from a table: about 15 ns instead of 1 µs.
///
/// Wilson and Hilferty: the cube root of X/a is nearly normal, (X/a)^(1/3) ≈ 1 − v²/9 + z·v/3 with
/// v = 1/√a and z the normal quantile. What is missing is small and smooth in v and z: the table
/// holds it at 33 × 97 points, from the exact quantiles; between them it is interpolated linearly in
/// both, beyond |z| = 4.8 (one draw in 600,000) the quantile is cut off.
/// - Bounds: error below 0.002 standard deviations for |z| ≤ 2.5 (a test).
enum GammaTable {
  private static let shapes = 32
  private static let steps = 96
  private static let reach = 4.8

  private static let missing: [Double] = {
    var missing: [Double] = []
    for row in 0...shapes {
      let v = Double(row) / Double(shapes)
      for column in 0...steps {
        let z = reach * (2 * Double(column) / Double(steps) - 1)
        guard row > 0 else {
          missing.append(0)
          continue
        }
        let shape = 1 / (v * v)
        let quantile = Elementary.gammaQuantile(shape, Elementary.normalCumulative(z))
        missing.append(Elementary.pow(quantile / shape, 1.0 / 3) - root(v, z))
      }
    }
    return missing
  }()

  @inline(__always)
  private static func root(_ v: Double, _ z: Double) -> Double { 1 - v * v / 9 + z * v / 3 }

  /// The quantile at `uniform` of a gamma of shape `a` ≥ 1 and scale 1.
  static func quantile(_ a: Double, _ uniform: Double) -> Double {
    let z = max(-reach, min(reach, Elementary.normalQuantile(uniform)))
    let v = 1 / max(1, a).squareRoot()
    let across = (z / reach + 1) * 0.5 * Double(steps)
    let down = v * Double(shapes)
    let column = min(steps - 1, Int(across))
    let row = min(shapes - 1, Int(down))
    let x = across - Double(column)
    let y = down - Double(row)
    let place = row * (steps + 1) + column
    let rest = missing.withUnsafeBufferPointer { missing -> Double in
      let upper = missing[place] + x * (missing[place + 1] - missing[place])
      let next = place + steps + 1
      let lower = missing[next] + x * (missing[next + 1] - missing[next])
      return upper + y * (lower - upper)
    }
    let root = max(0, root(v, z) + rest)
    return a * root * root * root
  }
}
