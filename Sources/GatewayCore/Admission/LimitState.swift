import Settings
import Vocabulary

/// Whose counts a replica judges by: its own, its own and what the others have told, or those of a
/// store that all replicas ask.
///
/// With N replicas a limit of `burst` and `rate` admits in any stretch of t at most
///
///     local     N × (burst + rate × t)
///     gossiped  burst + rate × t + (N − 1) × (burst + rate × lag)
///     central   burst + rate × t
///
/// Gossip bounds what a token bucket or a cell rate admits in the long run; windows and logs forget
/// what was charged beyond them, so that N replicas may each fill theirs before they hear of the
/// others: the bound of gossip is that of local state then. A store is exact, whatever is in flight:
/// it judges and charges in one step, in the order in which questions are put to it.
///
/// What a store's silence means (it fails, or says nothing until the `deadline`) is stated: `open`
/// admits, uncounted, so that nothing is promised meanwhile; `closed` refuses with `status`; `local`
/// judges by a bucket of the replica's own that fills only then, N × the local bound on top. What a
/// request has used is told to the store when it settles; while the store is down such messages
/// wait.
///
/// A central limit of each deployment or of a model is asked when a route has been chosen, before the
/// attempt: what the store refuses is left out, and the route goes on without it. A hedge cannot
/// wait for that; a policy with both is refused.
/// - Source: Kong `rate-limiting` (`policy: local | cluster | redis`, `fault_tolerant`); Envoy's global
///   rate limit service (`failure_mode_deny`, `timeout` 20 ms by default); LiteLLM's router, whose
///   instances share counters through Redis.
/// - Complexity: local nothing; gossiped one message a charge; central one side call a request,
///   or an attempt.
public struct LimitState: BitwiseCopyable, Sendable, Hashable {
  /// Where the counts are.
  public enum Scope: UInt8, BitwiseCopyable, Sendable, Hashable {
    /// In each replica.
    case local
    /// In each replica, which is told of the others'.
    case gossiped
    /// In a store that is asked.
    case central
    /// In each replica, while a store is silent: the stand-in of a central limit.
    case standIn
  }

  /// What a silent store means for a request.
  public enum OnFailure: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// It is admitted, and charged nowhere.
    case open
    /// It is refused.
    case closed
    /// The replica judges by a bucket of its own.
    case local
  }

  /// Where the counts are.
  public var scope = Scope.local
  /// What a silent store means.
  public var onFailure = OnFailure.open
  /// The status of a refusal because of a silent store.
  public var status: UInt16 = 503
  /// Nanoseconds until a store must have answered.
  public var deadline: Int64 = 0

  /// State in each replica.
  public static let local = LimitState()

  /// The scopes that a file may name.
  public static let registry = Registry<LimitState>(
    "scope of a limit's state",
    [
      .init(
        "local", "each replica counts by itself: N replicas admit N times as much",
        make: { (_) throws(SettingError) in LimitState() }),
      .init(
        "gossiped", "own counts and the others' as they are told, with the fleet's lag",
        make: { (_) throws(SettingError) in
          var state = LimitState()
          state.scope = .gossiped
          return state
        }),
      .init(
        "central",
        "a store outside judges and counts for all replicas: one side call a request, or an "
          + "attempt if it is a deployment's or a model's",
        source: "Kong rate-limiting (redis); Envoy's global rate limit service",
        make: { s throws(SettingError) in
          var state = LimitState()
          state.scope = .central
          state.deadline =
            try s.duration(
              "deadline", default: .milliseconds(50), in: .microseconds(1) ... .seconds(60),
              "until the store must have answered"
            ).nanoseconds
          let failure = try s.name(
            "onFailure", default: "open", among: OnFailure.allCases.map { "\($0)" },
            kind: "failure mode",
            "what a silent store means: admitted, refused, or judged by the replica alone")
          state.onFailure = OnFailure(rawValue: UInt8(failure)) ?? .open
          state.status = UInt16(
            try s.integer(
              "status", default: 503, in: 400...599,
              "the HTTP status of a refusal because the store is silent"))
          return state
        }),
    ])

  /// Reads `state`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    self = try s.choice(
      "state", from: LimitState.registry, default: "local",
      "whose counts a replica judges by, where there are several")
  }

  private init() {}
}

extension LimitRule {
  /// What it promises where so many replicas tell each other of their charges after `lag`.
  ///
  /// `isAlone`: no other limit of its chain can undo a charge, by a store's refusal.
  func envelope(replicas: Int, lag: Duration, isAlone: Bool) -> LimitEnvelope {
    var envelope = envelope
    // What another limit, or an attempt that does not start, may undo is held until it has settled.
    let isUndoable = isPerAttempt ? state.scope == .central : !isAlone
    if isUndoable, charge == .check { envelope.reserves = true }
    switch state.scope {
    case .local, .standIn: break
    case .central: envelope.perReplica = false
    case .gossiped:
      // What is given back is heard of later than it was given: only charges bound each other.
      guard replicas > 1, charge == .check, countsHits, isAlone, !envelope.forgives,
        case .bucket(let rate, let burst) = envelope.shape
      else { break }
      let within = Int128(rate.count) * Int128(max(0, lag.nanoseconds))
      let period = Int128(rate.periodNanoseconds)
      let each = Int128(burst) + (within + period - 1) / period
      envelope.fleetSlack = Int64(clamping: each * Int128(replicas - 1))
    }
    return envelope
  }

  /// The rule by which each replica judges while a store is silent; `nil` for one that needs none.
  var standIn: LimitRule? {
    guard state.scope == .central, state.onFailure == .local else { return nil }
    var rule = self
    rule.state.scope = .standIn
    return rule
  }
}
