import Settings
import Vocabulary

/// What a replica's breakers, cooldowns and ejections know of the other replicas' attempts.
///
/// `local`: nothing. `gossiped`: what the others tell, when they hear of it, after the fleet's lag.
/// `central`: the same through the store of counters: what is told takes the store's latency to be
/// seen, and is lost while the store is down; each replica then goes on with what it knows
/// (what `onFailure: local` is for a limit). Nobody waits for a guard's store.
///
/// What is told is a choice. `outcomes`: how each attempt has ended, with its Retry-After; who hears
/// it counts it as its own, so that k failures open every breaker however they are spread over the
/// replicas. `verdicts`: only that a deployment is out, and until when; each counts by itself, and
/// the first to decide decides for all. A verdict is for guards whose end is known when they begin:
/// breakers, cooldowns, remembered outages; the others come back by counts of their own.
///
/// An outcome that is heard is no probe's: each replica probes for itself. With one replica nothing
/// is told. With a lag of 0 and outcomes, the replicas' closed breakers and counters are those of one
/// replica with all the attempts.
/// - Source: LiteLLM 1.106.2 writes a cooldown to its DualCache (Redis, if there is one) and reads all
///   cooldowns from there at most once a second (`cooldown_cache.py`), while it counts successes and
///   failures with `local_only=True` (`track_deployment_metrics.py`): `central` with `verdicts`.
///   Envoy's outlier detection, Kong's passive checks and resilience4j are of one process: `local`.
/// - Complexity: outcomes one message an attempt for all guards, verdicts one an opening.
public struct GuardState: BitwiseCopyable, Sendable, Hashable {
  /// What is told.
  public enum Telling: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// How each attempt has ended.
    case outcomes
    /// What the guard has decided.
    case verdicts
  }

  /// Whose attempts count.
  public var scope = StateScope.local
  /// What is told.
  public var tells = Telling.outcomes

  /// State in each replica.
  public static let local = GuardState()

  /// How its messages go; `nil` if there are none.
  var way: Delta.Way? { scope.way }

  /// The scopes that a file may name.
  public static let registry = Registry<GuardState>(
    "scope of a guard's state",
    [
      .init(
        "local", "each replica judges by its own attempts",
        make: { (_) throws(SettingError) in GuardState() }),
      .init(
        "gossiped", "replicas tell each other, with the fleet's lag", shorthand: "tells",
        make: { s throws(SettingError) in try GuardState(.gossiped, reading: &s) }),
      .init(
        "central", "replicas tell each other through the store of counters",
        source: "LiteLLM (cooldowns in Redis)", shorthand: "tells",
        make: { s throws(SettingError) in try GuardState(.central, reading: &s) }),
    ])

  /// Reads `state` of a guard; `endsKnown`: when it takes a deployment out, it knows until when.
  init(reading s: inout SettingsReader, endsKnown: Bool = true) throws(SettingError) {
    self = try s.choice(
      "state", from: GuardState.registry, default: "local",
      "whose attempts it judges by, where there are several replicas")
    try s.require(
      endsKnown || tells == .outcomes, "state",
      expected:
        "\"outcomes\": it comes back by what is counted, not at an instant that could be told",
      next: "leave \"tells\" out, or use a cooldown, a recentOutage or a breaker")
  }

  private init(_ scope: StateScope, reading s: inout SettingsReader) throws(SettingError) {
    self.scope = scope
    tells =
      Telling(
        rawValue: UInt8(
          try s.name(
            "tells", default: "outcomes", among: Telling.allCases.map { "\($0)" }, kind: "message",
            "what is told: how each attempt has ended, or only that a deployment is out"))
      ) ?? .outcomes
  }

  private init() {}
}

extension GatewayPlan {
  /// What all breakers and ejections say of their state.
  private var guardStates: [GuardState] { tree.breakers.map(\.rule.state) + ejections.map(\.state) }

  /// Whether replicas have to tell each other what their attempts have shown.
  public var tellsGuards: Bool { guardStates.contains { $0.scope == .gossiped } }

  /// Whether they tell it to a store.
  var storesGuards: Bool { guardStates.contains { $0.scope == .central } }

  /// The ways on which outcomes are told; empty without other replicas.
  var outcomeWays: [Delta.Way] {
    guard hasPeers else { return [] }
    let ways = Set(guardStates.filter { $0.tells == .outcomes }.compactMap(\.way))
    return Delta.Way.allCases.filter { ways.contains($0) && ($0 != .gossip || gossips) }
  }
}
