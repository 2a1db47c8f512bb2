import Chance
import Vocabulary

/// Quantiles of samples, and the laws fitted to them.
enum QuantileFit {
  /// The quantile by linear interpolation between order statistics (Hyndman and Fan's type 7).
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    let place = Double(sorted.count - 1) * share
    let low = Int(place)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
  }

  /// The lognormal that a scenario would write: the sample's median and its 95 % quantile.
  static func lognormal(_ sorted: [Double]) -> Sampler {
    .lognormal(median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95))
  }

  /// The 95 % bootstrap interval of the order statistic nearest to a quantile, exactly.
  ///
  /// In a resample of n, the r-th smallest is at most the j-th of the sample when at least r draws
  /// are among its j smallest: P(Bin(n, j/n) ≥ r). No resample needs to be drawn.
  static func interval(_ sorted: [Double], _ share: Double) -> (low: Double, high: Double) {
    let count = sorted.count
    let rank = Int(Double(count - 1) * share + 0.5) + 1
    var factorials = [0.0]
    for number in 1...count {
      factorials.append(factorials[number - 1] + Elementary.log(Double(number)))
    }
    /// P(Bin(count, share) ≥ rank).
    func atLeast(_ share: Double) -> Double {
      let (yes, no) = (Elementary.log(share), Elementary.log(1 - share))
      var sum = 0.0
      for hits in rank...count {
        var term = factorials[count] - factorials[hits] - factorials[count - hits]
        term += Double(hits) * yes
        term += Double(count - hits) * no
        sum += Elementary.exp(term)
      }
      return sum
    }
    let shares = (1..<count).map { atLeast(Double($0) / Double(count)) }
    func value(_ level: Double) -> Double {
      sorted[shares.firstIndex { $0 >= level } ?? count - 1]
    }
    return (value(0.025), value(0.975))
  }
}
