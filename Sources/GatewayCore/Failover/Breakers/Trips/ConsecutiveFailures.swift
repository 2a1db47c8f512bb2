import Settings
import Vocabulary

/// Opens on `count` failures in a row; a success begins anew.
///
/// Source: M. Nygard, "Release It!" (2007); Envoy `consecutive_5xx`.
/// - Complexity: O(1).
public struct ConsecutiveFailures: Trip {
  private let limit: Int
  /// Failures since the last success.
  public private(set) var failures = 0

  /// Reads `count`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    limit = try s.integer("count", in: 1...1_000_000, "failures in a row that open the breaker")
  }

  /// Counts an outcome; whether the breaker opens.
  public mutating func counts(failed: Bool, at now: Instant) -> Bool {
    failures = failed ? failures + 1 : 0
    return failures >= limit
  }

  /// Begins anew.
  public mutating func forget() { failures = 0 }
}
