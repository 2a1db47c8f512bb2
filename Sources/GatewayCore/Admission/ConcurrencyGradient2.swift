import Settings

/// Follows the ratio of long-term to present latency.
///
/// For each sample e: long ← the mean of the first ten, then long × (1 − f) + e × f with
/// f = 2 / (window + 1); if long > 2e, long ← 0.9 × long. Unless less than half of the limit was in
/// flight: g = max(0.5, min(1, long / e)), new = limit × g + queue, limit ← limit × (1 − s) +
/// new × s, within [least, most]. Drops count by their latency alone. Source: Netflix
/// concurrency-limits `Gradient2Limit` 14ddfa2 (initial 20, least 20, most 200, smoothing 0.2,
/// queue 4, window 600); T. Brand, "Performance under load", Netflix Technology Blog (2018).
/// - Complexity: O(1).
public struct ConcurrencyGradient2: ConcurrencyLimit {
  private let smoothing: Double
  private let queue: Double
  private let factor: Double
  private let least: Double
  private let most: Double
  private var estimate: Double
  private var long = 0.0
  private var sum = 0.0
  private var samples = 0
  private static let warmUp = 10

  /// Reads bounds, the queue it allows, smoothing and the long window.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let bounds = try ConcurrencyBounds(reading: &s, initial: 20, least: 20, most: 200)
    estimate = Double(bounds.initial)
    least = Double(bounds.least)
    most = Double(bounds.most)
    queue = Double(
      try s.integer("queue", default: 4, in: 0...60_000, "how much it may grow in one step"))
    smoothing = try s.number(
      "smoothing", default: 0.2, in: 0.001...1, "weight of a new limit against the old one")
    factor =
      2
      / Double(
        1
          + (try s.integer(
            "window", default: 600, in: 1...10_000_000, "samples in the long-term average")))
  }

  /// How much may be in flight now.
  public var limit: Int { Int(estimate) }
  /// It learns.
  public var adapts: Bool { true }

  /// Learns from something that has ended.
  public mutating func ended(_ sample: ConcurrencySample) {
    let short = Double(sample.elapsed)
    if samples < ConcurrencyGradient2.warmUp {
      samples += 1
      sum += short
      long = sum / Double(samples)
    } else {
      long = long * (1 - factor) + short * factor
    }
    let ratio = long / short
    if ratio > 2 { long *= 0.9 }
    guard Double(sample.inFlight) >= estimate / 2 else { return }
    let gradient = max(0.5, min(1, ratio))
    let next = estimate * gradient + queue
    estimate = max(least, min(most, estimate * (1 - smoothing) + next * smoothing))
  }
}
