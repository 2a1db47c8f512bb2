import Settings
import Vocabulary

/// At most `inFlight` probes at a time; `successes` in a row close the breaker, a failure opens it.
///
/// Source: M. Nygard, "Release It!" (2007); Polly (one probe); failsafe-go (success threshold).
/// - Complexity: O(1).
public struct Probes: Recovery {
  private let limit: Int
  private let needed: Int
  /// Probes that have not ended.
  private(set) var inFlight = 0
  private var successes = 0

  /// Reads `inFlight` and `successes`.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    limit = try s.integer("inFlight", default: 1, in: 1...100, "probes in flight while half open")
    needed = try s.integer("successes", default: 1, in: 1...100, "successes that close it")
  }

  init(inFlight: Int) {
    limit = inFlight
    needed = 1
  }

  /// A probe if fewer are in flight than may be.
  public func verdict(
    since: Instant, at now: Instant, draw: () -> Double
  ) -> CircuitBreaker.Verdict { inFlight < limit ? .probe : .refuse }

  /// Begins anew.
  public mutating func begin() {
    inFlight = 0
    successes = 0
  }

  /// Counts a probe in flight.
  public mutating func probeStarted() { inFlight += 1 }

  /// A failure opens, enough successes close.
  public mutating func probeEnded(_ end: ProbeEnd) -> RecoveryTurn {
    inFlight = max(0, inFlight - 1)
    switch end {
    case .withdrawn: return .stays
    case .badly: return .opens
    case .well:
      successes += 1
      return successes >= needed ? .closes : .stays
    }
  }
}
