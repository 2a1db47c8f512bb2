/// The gamma distribution, by its shape and mean.
///
/// Draws read a table: the logarithm of the quantile is a smooth function of the normal quantile
/// z = Φ⁻¹(u), so cubic Hermite interpolation on nodes 1/64 apart, with exact values and slopes
/// dy/dz = φ(z)/(x·f(x)), is within a relative 10⁻⁹ of the exact inverse (10⁻⁸ for shapes below ¼).
/// - Complexity: O(1) per draw; the table of 1089 nodes is made once.
public struct Gamma: Distribution {
  /// The shape; the coefficient of variation is 1/√shape.
  public let shape: Double
  /// The scale: mean/shape.
  public let scale: Double
  private let values: [Double]
  private let steps: [Double]

  private static let reach = 8.5
  private static let nodesPerUnit = 64.0

  /// Makes a distribution of its shape and mean, both above zero.
  public init(shape: Double, mean: Double) {
    self.shape = shape
    scale = mean / shape
    let half = Int(Gamma.reach * Gamma.nodesPerUnit)
    var values = [Double](repeating: 0, count: 2 * half + 1)
    var steps = values
    let middle = Elementary.logGammaQuantile(
      shape, z: 0, start: Elementary.logGammaMedianGuess(shape))
    (values[half], steps[half]) = (middle.value, middle.slope / Gamma.nodesPerUnit)
    for direction in [1, -1] {
      for distance in 1...half {
        let node = half + direction * distance
        let before = node - direction
        let found = Elementary.logGammaQuantile(
          shape, z: Double(node - half) / Gamma.nodesPerUnit,
          start: values[before] + Double(direction) * steps[before])
        (values[node], steps[node]) = (found.value, found.slope / Gamma.nodesPerUnit)
      }
    }
    self.values = values
    self.steps = steps
  }

  /// Makes a distribution of its mean and coefficient of variation: shape = 1/cv².
  public init(mean: Double, variation: Double) {
    self.init(shape: 1 / (variation * variation), mean: mean)
  }

  /// The value below which a share `u` of the values lies.
  public func quantile(_ u: Double) -> Double {
    let z = Elementary.normalQuantile(u)
    let place = min(max((z + Gamma.reach) * Gamma.nodesPerUnit, 0), Double(values.count - 1))
    let node = min(Int(place), values.count - 2)
    let t = place - Double(node)
    let rise = values[node + 1] - values[node]
    // y₀ + t·(m₀ + t·(3Δ − 2m₀ − m₁ + t·(m₀ + m₁ − 2Δ)))
    let start = steps[node]
    let end = steps[node + 1]
    let bend = (3 * rise - 2 * start - end) + t * (start + end - 2 * rise)
    return scale * Elementary.exp(values[node] + t * (start + t * bend))
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    x <= 0 ? 0 : Elementary.regularisedGammaP(shape, x / scale)
  }

  /// The expected value.
  public var mean: Double? { scale * shape }
}
