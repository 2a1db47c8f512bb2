import Chance

/// The binomial distribution: successes in n independent trials of probability p.
public enum Binomial {
  /// P(X ≤ k) = I_{1−p}(n − k, k + 1).
  public static func cumulative(_ k: Int, trials n: Int, probability p: Double) -> Double {
    if k < 0 { return 0 }
    if k >= n { return 1 }
    return IncompleteBeta.regularised(1 - p, Double(n - k), Double(k + 1))
  }

  /// The least k with P(X ≤ k) ≥ q.
  public static func quantile(_ q: Double, trials n: Int, probability p: Double) -> Int {
    var low = 0
    var high = max(0, n)
    while low < high {
      let middle = low + (high - low) / 2
      if cumulative(middle, trials: n, probability: p) >= q {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low
  }
}
