import Settings

/// Keeps the queue that latency betrays between two marks.
///
/// The queue is estimated as q = ⌈limit × (1 − base / elapsed)⌉ with `base` the lowest latency seen
/// since the last probe. With g(limit) = max(1, ⌊log₁₀ limit⌋), and ⌊√limit⌋ from 1,000 on:
/// a drop: −g; less than half of the limit in flight: no change; q ≤ g: +6g; q < 3g: +g; q > 6g: −g;
/// else no change. Within [1, most], smoothed: limit ← (1 − s) × old + s × new. After
/// J × probe × limit samples, J uniform in [0.5, 1), the base is set to the present sample.
/// Sources: L. Brakmo, L. Peterson, "TCP Vegas: end to end congestion avoidance on a global
/// Internet", IEEE JSAC 13(8), 1995; Netflix concurrency-limits `VegasLimit` 141214d (initial 20,
/// most 1,000, smoothing 1, probe 30, marks 3g and 6g).
/// - Complexity: O(1).
public struct ConcurrencyVegas: ConcurrencyLimit {
  private let alpha: Double
  private let beta: Double
  private let smoothing: Double
  private let probe: Double
  private let least: Double
  private let most: Double
  private var estimate: Double
  private var base: Int64 = 0
  private var samples = 0
  private var spread = 0.75

  /// Reads bounds, marks, smoothing and how often the base is probed.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let bounds = try ConcurrencyBounds(reading: &s, initial: 20, least: 1, most: 1_000)
    estimate = Double(bounds.initial)
    least = Double(bounds.least)
    most = Double(bounds.most)
    alpha = try s.number(
      "alpha", default: 3, in: 0...1_000, "a queue below alpha × log10(limit) lets it grow")
    beta = try s.number(
      "beta", default: 6, in: 0...1_000, "a queue above beta × log10(limit) makes it shrink")
    smoothing = try s.number(
      "smoothing", default: 1, in: 0.001...1, "weight of a new limit against the old one")
    probe = Double(
      try s.integer(
        "probe", default: 30, in: 1...1_000_000,
        "the lowest latency is forgotten after so many samples, times the limit"))
  }

  /// How much may be in flight now.
  public var limit: Int { Int(estimate) }
  /// It learns.
  public var adapts: Bool { true }

  /// Learns from something that has ended.
  public mutating func ended(_ sample: ConcurrencySample) {
    samples += 1
    if spread * probe * estimate <= Double(samples) {
      spread = 0.5 + sample.uniform / 2
      samples = 0
      base = sample.elapsed
      return
    }
    if base == 0 || sample.elapsed < base {
      base = sample.elapsed
      return
    }
    let unit = Double(ConcurrencyVegas.unit(Int(estimate)))
    let standing = estimate * (1 - Double(base) / Double(sample.elapsed))
    var queue = Double(Int(standing))
    if queue < standing { queue += 1 }
    var next = estimate
    if sample.dropped {
      next -= unit
    } else if Double(sample.inFlight * 2) < estimate {
      return
    } else if queue <= unit {
      next += beta * unit
    } else if queue < alpha * unit {
      next += unit
    } else if queue > beta * unit {
      next -= unit
    } else {
      return
    }
    next = max(least, min(most, next))
    estimate = (1 - smoothing) * estimate + smoothing * next
  }

  /// max(1, ⌊log₁₀ limit⌋) below 1,000, ⌊√limit⌋ from there on.
  static func unit(_ limit: Int) -> Int {
    if limit < 100 { return 1 }
    return limit < 1_000 ? 2 : Int(Double(limit).squareRoot())
  }
}
