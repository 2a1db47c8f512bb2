/// A mixture: each value comes from one of several laws, with given weights.
///
/// The inverse of the mixed shares is found between the least and the greatest quantile of the
/// parts, by the Illinois form of regula falsi with bisection, so that a mixture is as monotone in
/// its one uniform number as its parts. Constants among the parts are found exactly.
/// - Complexity: about ten evaluations of each part's shares per draw.
public struct Mixture: Distribution {
  private let weights: [Double]
  private let parts: [Sampler]
  private let atoms: [Double]

  /// Makes a mixture; `nil` unless weights are finite, not negative and do not sum to zero.
  public init?(_ parts: [(weight: Double, law: Sampler)]) {
    let used = parts.filter { $0.weight > 0 }
    let total = used.reduce(0) { $0 + $1.weight }
    guard total > 0, total.isFinite, parts.allSatisfy({ $0.weight >= 0 }) else { return nil }
    weights = used.map { $0.weight / total }
    self.parts = used.map(\.law)
    atoms = used.compactMap { if case .constant(let value) = $0.law { value } else { nil } }
      .sorted()
  }

  /// The value below which a share `u` of the values lies.
  public func quantile(_ u: Double) -> Double {
    var low = Double.infinity
    var high = -Double.infinity
    for part in parts {
      let value = part.quantile(u)
      low = min(low, value)
      high = max(high, value)
    }
    guard low < high else { return low }
    if cumulative(low) >= u { return low }
    for atom in atoms where atom > low && atom <= high {
      if cumulative(atom) < u {
        low = atom
      } else if cumulative(atom.nextDown) < u {
        return atom
      } else {
        high = atom
        break
      }
    }
    return root(u, between: low, and: high)
  }

  /// The least x with cumulative(x) ≥ u, to a relative 10⁻¹³; a whole number if one is that near.
  private func root(_ u: Double, between low: Double, and high: Double) -> Double {
    var (low, high) = (low, high)
    var below = cumulative(low) - u
    var above = cumulative(high) - u
    var side = 0
    for round in 0..<200 where high - low > 1e-13 * max(low.magnitude, high.magnitude) {
      var middle = low + (high - low) * (below / (below - above))
      if round % 8 == 7 || !(middle > low && middle < high) { middle = low + 0.5 * (high - low) }
      guard middle > low && middle < high else { break }
      let value = cumulative(middle) - u
      if value < 0 {
        (low, below) = (middle, value)
        if side == -1 { above *= 0.5 }
        side = -1
      } else {
        (high, above) = (middle, value)
        if side == 1 { below *= 0.5 }
        side = 1
      }
    }
    let whole = high.rounded()
    return whole > low && whole < high ? whole : high
  }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double {
    var sum = 0.0
    for (weight, part) in zip(weights, parts) { sum += weight * part.cumulative(x) }
    return sum
  }

  /// The expected value, if all parts have one.
  public var mean: Double? {
    var sum = 0.0
    for (weight, part) in zip(weights, parts) {
      guard let mean = part.mean else { return nil }
      sum += weight * mean
    }
    return sum
  }
}
