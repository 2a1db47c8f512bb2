import Settings
import Vocabulary

/// Additive increase, multiplicative decrease: the limit follows losses.
///
/// A drop, or an answer that took longer than `timeout`: limit ← max(least, min(limit − 1,
/// ⌊limit × backoff⌋)). Any other answer, if at least half of the limit was in flight:
/// limit ← min(most, limit + 1). Sources: D.-M. Chiu, R. Jain, "Analysis of the increase and
/// decrease algorithms for congestion avoidance in computer networks", Computer Networks and ISDN
/// Systems 17 (1989); Netflix concurrency-limits `AIMDLimit` 00f751f (initial 10, backoff 0.9,
/// timeout 5 s, least 1; it has no upper bound, here `most`).
/// - Complexity: O(1).
public struct ConcurrencyAIMD: ConcurrencyLimit {
  private let backoff: Double
  private let timeout: Int64
  private let least: Int
  private let most: Int
  /// How much may be in flight now.
  public private(set) var limit: Int

  /// Reads the initial limit, its bounds, the backoff and the timeout.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let bounds = try ConcurrencyBounds(reading: &s, initial: 10, least: 1, most: 1_000)
    (limit, least, most) = (bounds.initial, bounds.least, bounds.most)
    backoff = try s.number("backoff", default: 0.9, in: 0.5...0.999, "factor after a drop")
    timeout = try s.duration(
      "timeout", default: .seconds(5), in: .milliseconds(1) ... .seconds(86_400),
      "an answer that takes longer counts as a drop"
    ).nanoseconds
  }

  /// It learns.
  public var adapts: Bool { true }

  /// Learns from something that has ended.
  public mutating func ended(_ sample: ConcurrencySample) {
    if sample.dropped || sample.elapsed > timeout {
      limit = max(least, min(limit - 1, Int(Double(limit) * backoff)))
    } else if sample.inFlight * 2 >= limit {
      limit = min(most, limit + 1)
    }
  }
}

/// Where an adaptive limit begins, and between what it stays.
struct ConcurrencyBounds {
  var initial: Int
  var least: Int
  var most: Int

  init(
    reading s: inout SettingsReader, initial: Int, least: Int, most: Int
  ) throws(SettingError) {
    self.initial = try s.integer("initial", default: initial, in: 1...60_000, "the first limit")
    self.least = try s.integer("least", default: least, in: 1...60_000, "never below")
    self.most = try s.integer("most", default: most, in: 1...60_000, "never above")
    guard s.isDescribing || self.least <= self.most else {
      throw SettingError(
        at: s.setting.position, path: s.setting.path,
        found: "\"least\" \(self.least) above \"most\" \(self.most)",
        expected: "a lower bound that is not above the upper one")
    }
    self.initial = min(self.most, max(self.least, self.initial))
  }
}
