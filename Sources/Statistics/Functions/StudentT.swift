import Chance

/// Student's t distribution: of a sample's mean over its own standard error.
///
/// P(|T| > t) = I_{ν/(ν+t²)}(ν/2, 1/2), with ν degrees of freedom, not necessarily whole.
/// - Source: W. S. Gosset 1908; NIST DLMF 8.17.
public enum StudentT {
  /// P(T ≤ t).
  public static func cumulative(_ t: Double, degrees: Double) -> Double {
    let tail = upperTail(abs(t), degrees: degrees)
    return t < 0 ? tail : 1 - tail
  }

  /// P(|T| > |t|): the p-value of a two-sided test.
  public static func twoSided(_ t: Double, degrees: Double) -> Double {
    2 * upperTail(abs(t), degrees: degrees)
  }

  /// The t with P(T ≤ t) = p; infinite at p ≤ 0 and p ≥ 1.
  ///
  /// Bisection on the smaller tail, which keeps its digits.
  public static func quantile(_ p: Double, degrees: Double) -> Double {
    if p.isNaN || degrees.isNaN || degrees <= 0 { return .nan }
    if p <= 0 { return -.infinity }
    if p >= 1 { return .infinity }
    if p == 0.5 { return 0 }
    if p < 0.5 { return -above(tail: p, degrees: degrees) }
    return above(tail: 1 - p, degrees: degrees)
  }

  private static func above(tail: Double, degrees: Double) -> Double {
    var low = 0.0
    var high = 1.0
    while upperTail(high, degrees: degrees) > tail, high < 1e300 {
      low = high
      high *= 2
    }
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle == low || middle == high { break }
      if upperTail(middle, degrees: degrees) > tail { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  private static func upperTail(_ t: Double, degrees: Double) -> Double {
    if t == .infinity { return 0 }
    return IncompleteBeta.regularised(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
  }
}
