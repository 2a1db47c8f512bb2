import Settings
import Vocabulary

/// Opens on `count` failures within a time, or on too large a share of them.
///
/// The share opens it when failures ÷ outcomes is `share` or more among at least `minimum` outcomes;
/// the minimum guards only the share.
///
/// `window` is `sliding` in `steps` equal steps (the one that has begun included), `tumbling` (it
/// begins anew at each multiple of its length), or begins at the first failure (`fromFirstFailure`:
/// outcomes before it do not count, and when more than the window has passed since, all is
/// forgotten). Sources: resilience4j TIME_BASED (one step a second); Azure APIM (count or
/// percentage within an interval); Portkey 2.0 `circuitBreaker.ts` (from the first failure; there
/// the window is the cooldown, and `minimum_requests` 5 guards only the percentage).
/// - Complexity: O(1); at most `steps` to pass after a pause.
public struct FailuresInTime: Trip {
  private let limit: Int
  private let share: Double
  private let minimum: Int
  private let length: Int64
  private let isFromFirstFailure: Bool
  private var began = Instant.distantPast
  private var window: OutcomeWindow

  /// Failures within the window, when last looked at.
  public var failures: Int { window.failures }

  /// Reads `count`, `share`, `minimum`, `window`, `kind` and `steps`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    let count = try s.optionalInteger(
      "count", in: 1...1_000_000, "failures within the window that open the breaker")
    let share = try s.optionalShare("share", "share of failures that opens it")
    minimum = try s.integer(
      "minimum", default: 5, in: 1...1_000_000, "outcomes before the share is judged")
    length = try s.duration(
      "window", in: .milliseconds(1) ... .seconds(86_400), "over what time outcomes are counted"
    ).nanoseconds
    let index = try s.name(
      "kind", default: "sliding", among: ["sliding", "tumbling", "fromFirstFailure"],
      kind: "window", "how the window moves")
    let steps = try s.integer(
      "steps", default: 10, in: 1...120, "steps in which a sliding window moves")
    try s.require(
      count != nil || share != nil, "count", expected: "a count or a share of failures, or both")
    limit = count ?? .max
    self.share = share?.value ?? .infinity
    isFromFirstFailure = index == 2
    window = OutcomeWindow(
      nanoseconds: index == 2 ? .max : length, steps: index == 0 ? steps : 1)
  }

  /// Counts an outcome; whether the breaker opens.
  public mutating func counts(failed: Bool, at now: Instant) -> Bool {
    if isFromFirstFailure {
      if window.failures > 0, began.nanoseconds(to: now) > length { forget() }
      guard failed || window.failures > 0 else { return false }
      if window.failures == 0 { began = now }
    }
    window.add(failed: failed, at: now)
    if window.failures >= limit { return true }
    return window.outcomes >= minimum && window.failures > 0 && window.ratio >= share
  }

  /// Begins anew.
  public mutating func forget() { window.forget() }
}
