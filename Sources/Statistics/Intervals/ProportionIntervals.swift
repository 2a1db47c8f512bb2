import Chance

/// Confidence intervals for a share: k of n independent trials.
///
/// Requests that share an outage are not independent: under outages judge across replications.
public enum ProportionIntervals {
  /// Wilson's score interval: coverage near nominal, the default; `nil` unless 0 ≤ k ≤ n, n > 0.
  ///
  /// (p̂ + z²/2n ± z √(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n).
  /// - Source: E. B. Wilson 1927; Brown, Cai, DasGupta 2001.
  public static func wilson(_ k: Int, of n: Int, confidence: Double = 0.95) -> Interval? {
    guard n > 0, (0...n).contains(k) else { return nil }
    let z = Elementary.normalQuantile((1 + confidence) / 2)
    let count = Double(n)
    let share = Double(k) / count
    let scale = 1 + z * z / count
    let center = (share + z * z / (2 * count)) / scale
    let half =
      z * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot() / scale
    return Interval(
      estimate: share, lower: k == 0 ? 0 : max(0, center - half),
      upper: k == n ? 1 : min(1, center + half))
  }

  /// Clopper and Pearson's interval: never covers less than it says; for k = 0 or to be safe.
  ///
  /// Ends are beta quantiles: B(α/2; k, n − k + 1) and B(1 − α/2; k + 1, n − k).
  /// - Source: C. J. Clopper, E. S. Pearson 1934.
  public static func clopperPearson(_ k: Int, of n: Int, confidence: Double = 0.95) -> Interval? {
    guard n > 0, (0...n).contains(k) else { return nil }
    let tail = (1 - confidence) / 2
    let (hits, misses) = (Double(k), Double(n - k))
    let lower = k == 0 ? 0 : IncompleteBeta.inverse(tail, hits, misses + 1)
    let upper = k == n ? 1 : 1 - IncompleteBeta.inverse(tail, misses, hits + 1)
    return Interval(estimate: hits / Double(n), lower: lower, upper: upper)
  }
}
