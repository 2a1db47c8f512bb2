import Chance

/// Confidence intervals for means and for differences of means.
public enum MeanIntervals {
  /// A result with the p-value of "no difference" and the degrees of freedom it was judged by.
  public struct Comparison: Sendable, Hashable {
    /// The difference with its interval.
    public var difference: Interval
    /// The degrees of freedom.
    public var degrees: Double
    /// The two-sided p-value against a difference of 0.
    public var p: Double
  }

  /// The mean of independent replications: Ȳ ± t_{1−α/2, R−1} S/√R; `nil` for fewer than two.
  /// - Source: A. Law, Simulation Modeling and Analysis, 2015, ch. 9.
  public static func student(_ values: [Double], confidence: Double = 0.95) -> Interval? {
    guard values.count >= 2 else { return nil }
    let sample = Sample(values)
    let t = StudentT.quantile((1 + confidence) / 2, degrees: Double(values.count - 1))
    return around(sample.mean, t * sample.standardError)
  }

  /// The mean of B − A over the same seeds: d̄ ± t_{1−α/2, R−1} s_d/√R.
  ///
  /// `nil` for fewer than two pairs or lists of different length.
  public static func paired(
    _ a: [Double], _ b: [Double], confidence: Double = 0.95
  ) -> Comparison? {
    guard a.count == b.count, a.count >= 2 else { return nil }
    let sample = Sample(zip(a, b).map { $1 - $0 })
    let degrees = Double(a.count - 1)
    let t = StudentT.quantile((1 + confidence) / 2, degrees: degrees)
    return Comparison(
      difference: around(sample.mean, t * sample.standardError), degrees: degrees,
      p: pValue(sample.mean, sample.standardError, degrees))
  }

  /// The difference of two means with different seeds and variances, B − A.
  ///
  /// Degrees of freedom after Welch–Satterthwaite. `nil` for fewer than two values on a side.
  /// - Source: B. L. Welch 1947.
  public static func welch(
    _ a: [Double], _ b: [Double], confidence: Double = 0.95
  ) -> Comparison? {
    guard a.count >= 2, b.count >= 2 else { return nil }
    let (first, second) = (Sample(a), Sample(b))
    let u = first.variance / Double(a.count)
    let v = second.variance / Double(b.count)
    let error = (u + v).squareRoot()
    let degrees =
      error == 0
      ? Double(a.count + b.count - 2)
      : (u + v) * (u + v) / (u * u / Double(a.count - 1) + v * v / Double(b.count - 1))
    let t = StudentT.quantile((1 + confidence) / 2, degrees: degrees)
    let difference = second.mean - first.mean
    return Comparison(
      difference: around(difference, t * error), degrees: degrees,
      p: pValue(difference, error, degrees))
  }

  /// The fewest replications whose interval is no wider than ± `halfWidth`, for a standard deviation.
  ///
  /// The least R ≥ 2 with t_{1−α/2, R−1} s/√R ≤ h; `nil` above `most`.
  public static func replications(
    for halfWidth: Double, deviation: Double, confidence: Double = 0.95, most: Int = 1_000_000
  ) -> Int? {
    func enough(_ count: Int) -> Bool {
      let t = StudentT.quantile((1 + confidence) / 2, degrees: Double(count - 1))
      return t * deviation / Double(count).squareRoot() <= halfWidth
    }
    if deviation == 0 { return 2 }
    guard halfWidth > 0, most >= 2, enough(most) else { return nil }
    var low = 2
    var high = most
    while low < high {
      let middle = low + (high - low) / 2
      if enough(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func around(_ center: Double, _ half: Double) -> Interval {
    Interval(estimate: center, lower: center - half, upper: center + half)
  }

  private static func pValue(_ difference: Double, _ error: Double, _ degrees: Double) -> Double {
    if error == 0 { return difference == 0 ? 1 : 0 }
    return StudentT.twoSided(difference / error, degrees: degrees)
  }
}
