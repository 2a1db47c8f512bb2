import Settings
import Vocabulary

/// How a breaker whose open time is over comes back: what it lets pass, and what closes it.
public protocol Recovery: Sendable, Hashable {
  /// Whether the end of the open time alone closes it.
  var isImmediate: Bool { get }
  /// What a candidate is told; the open time was over at `since`.
  ///
  /// `draw` gives a uniform in (0, 1), the same for the same call at the same deployment.
  func verdict(
    since: Instant, at now: Instant, draw: () -> Double
  ) -> CircuitBreaker.Verdict
  /// The breaker has become half open.
  mutating func begin()
  /// A probe has started.
  mutating func probeStarted()
  /// A probe of this half-open spell has ended.
  mutating func probeEnded(_ end: ProbeEnd) -> RecoveryTurn
}

extension Recovery {
  /// Most want to see something first.
  public var isImmediate: Bool { false }
}

/// How a probe ended.
public enum ProbeEnd: Sendable {
  /// It succeeded, or failed in a way that does not count.
  case well
  /// It failed.
  case badly
  /// It was withdrawn and says nothing.
  case withdrawn
}

/// What the end of a probe does to the breaker.
public enum RecoveryTurn: Sendable {
  /// Nothing.
  case stays
  /// It closes.
  case closes
  /// It opens again.
  case opens
}

/// All recoveries, by name.
public enum Recoveries {
  /// The registry: one line a recovery.
  public static let registry = Registry<any Recovery>(
    "recovery",
    [
      .init(
        "probes", "a few probes in flight; a success closes, a failure opens again",
        source: "M. Nygard, Release It! (2007); Polly", shorthand: "inFlight",
        make: { s throws(SettingError) in try Probes(reading: &s) }),
      .init(
        "trial", "so many calls pass; the share of failures among them decides",
        source: "resilience4j permittedNumberOfCallsInHalfOpenState", shorthand: "calls",
        make: { s throws(SettingError) in try Trial(reading: &s) }),
      .init(
        "ramp", "a share of the calls that grows with time; a failure opens again",
        source: "Google SRE book, ch. 22 (slow start); Envoy slow_start_config", shorthand: "over",
        make: { s throws(SettingError) in try Ramp(reading: &s) }),
      .init(
        "everyRequest", "every request passes as a probe; the first outcome decides",
        source: "Kong fail_timeout",
        make: { _ throws(SettingError) in EveryRequest() }),
      .init(
        "none", "closed at once, with nothing counted", source: "Portkey cb_config",
        make: { _ throws(SettingError) in NoRecovery() }),
    ])
}
