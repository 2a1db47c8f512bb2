import Chance

/// Tests of a sample against a distribution.
public enum GoodnessOfFit {
  /// A test's statistic and how likely a larger one is by chance.
  public struct Result: Sendable, Hashable {
    /// The statistic.
    public var statistic: Double
    /// The p-value.
    public var p: Double
  }

  /// Kolmogorov and Smirnov's test: the largest gap between the sample's and the true distribution.
  ///
  /// p from Kolmogorov's series 2 Σ (−1)^(j−1) e^(−2j²λ²), λ = (√n + 0.12 + 0.11/√n) D.
  /// `nil` for an empty sample.
  /// - Source: M. A. Stephens 1970.
  public static func kolmogorovSmirnov(
    _ values: [Double], cumulative: (Double) -> Double
  ) -> Result? {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    var gap = 0.0
    for (index, value) in values.sorted().enumerated() {
      let share = cumulative(value)
      gap = max(gap, Double(index + 1) / count - share, share - Double(index) / count)
    }
    let root = count.squareRoot()
    let lambda = (root + 0.12 + 0.11 / root) * gap
    return Result(statistic: gap, p: kolmogorovTail(lambda))
  }

  /// Pearson's χ² test of observed counts against expected ones.
  ///
  /// Σ (O − E)²/E, p = Q((m − 1 − fitted)/2, χ²/2). Cells should expect at least 5. `nil` for lists
  /// of different length, an expectation ≤ 0 or no degree of freedom.
  public static func chiSquare(
    observed: [Int], expected: [Double], fittedParameters: Int = 0
  ) -> Result? {
    let degrees = observed.count - 1 - fittedParameters
    guard observed.count == expected.count, degrees >= 1, expected.allSatisfy({ $0 > 0 }) else {
      return nil
    }
    var statistic = 0.0
    for (count, mean) in zip(observed, expected) {
      statistic += (Double(count) - mean) * (Double(count) - mean) / mean
    }
    return Result(
      statistic: statistic,
      p: Elementary.regularisedGammaQ(Double(degrees) / 2, statistic / 2))
  }

  private static func kolmogorovTail(_ lambda: Double) -> Double {
    if lambda < 0.2 { return 1 }
    var sum = 0.0
    var sign = 1.0
    for j in 1...100 {
      let term = Elementary.exp(-2 * Double(j * j) * lambda * lambda)
      sum += sign * term
      sign = -sign
      if term < 1e-17 { break }
    }
    return min(1, max(0, 2 * sum))
  }
}
