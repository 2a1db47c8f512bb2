import Settings
import Vocabulary

/// Opens when failures ÷ outcomes among the last `window` outcomes is `share` or more, once there
/// are `minimum` outcomes.
///
/// Source: resilience4j, sliding window COUNT_BASED (its own defaults: 100 outcomes, minimum 100,
/// share 50 %; a minimum above the window counts as the window). The outcomes are bits in a ring.
/// - Complexity: O(1); memory window ÷ 8 bytes.
public struct FailureRatio: Trip {
  private let share: Double
  private let window: Int
  private let minimum: Int
  private var bits: [UInt64]
  private var next = 0
  private var seen = 0
  /// Failures among the outcomes looked at.
  public private(set) var failures = 0

  /// Reads `share`, `window` and `minimum`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    share = try s.share("share", "share of failures that opens it").value
    window = try s.integer("window", default: 20, in: 1...10_000, "outcomes looked at")
    let minimum = try s.optionalInteger(
      "minimum", in: 1...10_000, "outcomes before it judges; default: the whole window")
    self.minimum = Swift.min(minimum ?? window, window)
    bits = Array(repeating: 0, count: (window + 63) / 64)
  }

  /// Counts an outcome; whether the breaker opens.
  public mutating func counts(failed: Bool, at now: Instant) -> Bool {
    let (word, bit) = (next >> 6, UInt64(1) << UInt64(next & 63))
    if seen == window, bits[word] & bit != 0 { failures -= 1 }
    if failed {
      bits[word] |= bit
      failures += 1
    } else {
      bits[word] &= ~bit
    }
    next = next + 1 == window ? 0 : next + 1
    seen = Swift.min(window, seen + 1)
    return seen >= minimum && failures > 0 && Double(failures) / Double(seen) >= share
  }

  /// Begins anew.
  public mutating func forget() {
    next = 0
    seen = 0
    failures = 0
  }
}
