/// A mixture: each value comes from one of several laws, with given weights.
///
/// The mixed shares are inverted from a table of knots by the Illinois form of regula falsi, so a
/// mixture is as monotone in its one uniform number as its parts. Constants among the parts are
/// found exactly, all else to a relative 10⁻¹⁰ or better.
/// - Complexity: about five evaluations of each part's shares per draw.
public struct Mixture: Distribution {
  private let weights: [Double]
  private let parts: [Sampler]
  private let atoms: [Double]
  /// Quantiles at normal quantiles 1/16 apart and their shares: where a search begins.
  private var knots: [(x: Double, share: Double)]
  /// Whether all parts but the constants have shares without jumps or corners.
  private let isSmooth: Bool

  private static let reach = 8.25
  private static let knotsPerUnit = 16.0

  /// Makes a mixture; `nil` unless weights are finite, not negative and do not sum to zero.
  public init?(_ parts: [(weight: Double, law: Sampler)]) {
    let used = parts.filter { $0.weight > 0 }
    let total = used.reduce(0) { $0 + $1.weight }
    guard total > 0, total.isFinite, parts.allSatisfy({ $0.weight >= 0 }) else { return nil }
    knots = []
    isSmooth = used.allSatisfy { $0.law.isSmooth }
    weights = used.map { $0.weight / total }
    self.parts = used.map(\.law)
    atoms = used.compactMap { if case .constant(let value) = $0.law { value } else { nil } }
      .sorted()
    knots = (0...Int(2 * Mixture.reach * Mixture.knotsPerUnit)).map { node in
      let z = Double(node) / Mixture.knotsPerUnit - Mixture.reach
      let x = searchWide(Elementary.normalCumulative(z))
      return (x, cumulative(x))
    }
  }

  /// The value below which a share `u` of the values lies.
  public func quantile(_ u: Double) -> Double {
    let z = Elementary.normalQuantile(u)
    let place = (z + Mixture.reach) * Mixture.knotsPerUnit
    if place >= 0, place < Double(knots.count - 1) {
      let low = knots[Int(place)]
      let high = knots[Int(place) + 1]
      if low.x == high.x { return low.x }
      if low.share < u && u <= high.share { return search(u, low, high) }
    }
    return searchWide(u)
  }

  /// The quantile without the table of knots.
  private func searchWide(_ u: Double) -> Double {
    var low = Double.infinity
    var high = -Double.infinity
    for part in parts {
      let value = part.quantile(u)
      low = min(low, value)
      high = max(high, value)
    }
    guard low < high else { return low }
    let below = cumulative(low)
    if below >= u { return low }
    return search(u, (low, below), (high, max(cumulative(high), u)))
  }

  /// The quantile between two values, the constants among the parts taken exactly.
  private func search(
    _ u: Double, _ low: (x: Double, share: Double), _ high: (x: Double, share: Double)
  ) -> Double {
    var (low, high) = (low, high)
    for atom in atoms where atom > low.x && atom <= high.x {
      let share = cumulative(atom)
      if share < u {
        low = (atom, share)
      } else {
        let before = cumulative(atom.nextDown)
        if before < u { return atom }
        high = (atom.nextDown, before)
        break
      }
    }
    return root(u, low, high)
  }

  /// The x with cumulative(x) = u, or where it jumps over u.
  ///
  /// Smooth shares are straight over a relative 10⁻⁶; others are closed in to 10⁻¹², and a whole
  /// number is taken if one is that near.
  private func root(
    _ u: Double, _ first: (x: Double, share: Double), _ last: (x: Double, share: Double)
  ) -> Double {
    var (low, high) = (first.x, last.x)
    var (below, above) = (first.share - u, last.share - u)
    var (lowWeight, highWeight) = (1.0, 1.0)
    var side = 0
    let tolerance = isSmooth ? 1e-6 : 1e-12
    for round in 0..<200 where high - low > tolerance * max(low.magnitude, high.magnitude) {
      let left = below * lowWeight
      var middle = low + (high - low) * (left / (left - above * highWeight))
      if round % 8 == 7 || !(middle > low && middle < high) { middle = low + 0.5 * (high - low) }
      guard middle > low && middle < high else { break }
      let value = cumulative(middle) - u
      if value < 0 {
        (low, below, lowWeight) = (middle, value, 1)
        if side < 0 { highWeight *= 0.5 }
        side = -1
      } else {
        (high, above, highWeight) = (middle, value, 1)
        if side > 0 { lowWeight *= 0.5 }
        side = 1
      }
    }
    if isSmooth { return low + (high - low) * (below / (below - above)) }
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
