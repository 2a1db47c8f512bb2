import Settings
import Vocabulary

/// What opens a closed breaker: counts outcomes and says when there are too many failures.
///
/// A trip is a value: as it stands in the rule it has counted nothing, and two that are equal then
/// have the same parameters.
public protocol Trip: Sendable, Hashable {
  /// Counts an outcome of a closed breaker; whether it opens.
  mutating func counts(failed: Bool, at now: Instant) -> Bool
  /// Forgets what it has counted.
  mutating func forget()
  /// Failures that it counts at present.
  var failures: Int { get }
}

/// All trips, by name.
public enum Trips {
  /// The registry: one line a trip.
  public static let registry = Registry<any Trip>(
    "trip",
    [
      .init(
        "consecutiveFailures", "so many failures in a row",
        source: "M. Nygard, Release It! (2007); LiteLLM; Envoy consecutive_5xx", shorthand: "count",
        make: { s throws(SettingError) in try ConsecutiveFailures(reading: &s) }),
      .init(
        "failureRatio", "too many failures among the last outcomes",
        source: "resilience4j COUNT_BASED",
        make: { s throws(SettingError) in try FailureRatio(reading: &s) }),
      .init(
        "failuresInTime", "too many failures, or too large a share of them, within a time",
        source: "resilience4j TIME_BASED; Azure APIM interval; Portkey cb_config",
        make: { s throws(SettingError) in try FailuresInTime(reading: &s) }),
      .init(
        "totalFailures", "so many failures that no late success has wiped out",
        source: "Kong max_fails, fail_timeout", shorthand: "count",
        make: { s throws(SettingError) in try TotalFailures(reading: &s) }),
    ])
}
