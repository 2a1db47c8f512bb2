import Settings
import Vocabulary

/// When a breaker opens, how long it stays open, and how it comes back.
///
/// `trip` says what opens it (`Trips`), `open` for how long (`OpenTime`), `recovery` what passes
/// afterwards (`Recoveries`; without it `probes` in flight). `retryAfter`: a provider's Retry-After
/// is ignored; or it replaces the open time when the breaker opens (`whenOpening`: Azure APIM,
/// acceptRetryAfter); or any 429 with one opens the breaker until then (`atOnce`). `per`: one
/// breaker for a deployment over all routes, or one for each leaf (Portkey keeps its state by the
/// path of the target in the configuration). `state`: whose attempts count (`GuardState`).
public struct BreakerRule: Sendable, Hashable {
  /// What is done with a provider's Retry-After.
  public enum RetryAfterRule: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Nothing.
    case ignore
    /// It replaces the open time.
    case whenOpening
    /// A 429 with one opens the breaker until then.
    case atOnce
  }

  let trip: any Trip
  let recovery: any Recovery
  let open: OpenTime
  let on: OutcomeSet
  let retryAfter: RetryAfterRule
  /// Whether every leaf has a breaker of its own.
  let isPerLeaf: Bool
  /// Whose attempts count, where there are several replicas.
  let state: GuardState

  /// Reads a breaker rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    trip = try s.choice(
      "trip", from: Trips.registry, "what opens the breaker, such as { consecutiveFailures: 5 }")
    on = try OutcomeSet(
      reading: &s, "on", default: .serverFailures, "5xx, timeout, connection, broken, malformed",
      "outcomes that count as failures.")
    open = try OpenTime(reading: &s, "open")
    let recovery = try s.optionalChoice(
      "recovery", from: Recoveries.registry,
      "what passes when the open time is over; default: probes")
    let probes = try s.optionalInteger(
      "probes", in: 1...100, "probes in flight while half open; default 1; instead of recovery")
    try s.require(
      recovery == nil || probes == nil, "probes",
      expected: "either \"probes\" or \"recovery\", not both")
    self.recovery = recovery ?? Probes(inFlight: probes ?? 1)
    retryAfter =
      RetryAfterRule(
        rawValue: UInt8(
          try s.name(
            "retryAfter", default: "ignore", among: ["ignore", "whenOpening", "atOnce"],
            kind: "treatment", "what to do with a provider's Retry-After"))) ?? .ignore
    isPerLeaf =
      try s.name(
        "per", default: "deployment", among: ["deployment", "leaf"], kind: "scope",
        "one breaker for a deployment over all routes, or one for each leaf of a route") == 1
    state = try GuardState(reading: &s)
  }

  /// Whether both say the same.
  public static func == (one: BreakerRule, other: BreakerRule) -> Bool {
    one.open == other.open && one.on == other.on && one.retryAfter == other.retryAfter
      && one.isPerLeaf == other.isPerLeaf && one.state == other.state
      && AnyHashable(one.trip) == AnyHashable(other.trip)
      && AnyHashable(one.recovery) == AnyHashable(other.recovery)
  }

  /// Hashes what is compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(open)
    hasher.combine(on)
    hasher.combine(state)
    hasher.combine(AnyHashable(trip))
    hasher.combine(AnyHashable(recovery))
  }
}
