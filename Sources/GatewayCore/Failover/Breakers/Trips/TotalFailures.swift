import Settings
import Vocabulary

/// Opens on `count` failures in total: a success does not wipe them out, unless it comes later than
/// `forgetAfter` after the last of them.
///
/// Source: Kong AI Gateway 3.13, `max_fails` and `fail_timeout` (there `forgetAfter` is the time
/// that the breaker stays open, too).
/// - Complexity: O(1).
public struct TotalFailures: Trip {
  private let limit: Int
  private let forgetAfter: Int64
  private var last = Instant.distantPast
  /// Failures counted.
  public private(set) var failures = 0

  /// Reads `count` and `forgetAfter`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    limit = try s.integer("count", in: 1...1_000_000, "failures that open the breaker")
    forgetAfter = try s.duration(
      "forgetAfter", default: .seconds(10), in: .zero ... .seconds(86_400),
      "a success later than this after the last failure wipes the failures out"
    ).nanoseconds
  }

  /// Counts an outcome; whether the breaker opens.
  public mutating func counts(failed: Bool, at now: Instant) -> Bool {
    if failed {
      failures += 1
      last = now
      return failures >= limit
    }
    if failures > 0, last.nanoseconds(to: now) > forgetAfter { failures = 0 }
    return false
  }

  /// Begins anew.
  public mutating func forget() { failures = 0 }
}
