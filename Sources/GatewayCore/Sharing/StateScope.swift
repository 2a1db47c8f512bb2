import Settings
import Vocabulary

/// Whose experience a mechanism's state holds, where several replicas share the traffic.
///
/// `local`: the replica's own. `gossiped`: its own and what the others have told, after the fleet's
/// lag. `central`: the same through a store: what is told takes the store's latency to be seen, is
/// lost while the store is down, and is read again by a replica that starts anew. Nobody waits for
/// it. With one replica nothing is told.
///
/// Retry budgets are of one process in every product that has them (Finagle, gRPC, AWS SDKs).
/// LiteLLM 1.106.2 keeps what its router remembers (latencies, tokens and requests a minute, where a
/// key was sent) in a DualCache: written to memory and Redis, read from memory first and from Redis
/// on a miss (docs.litellm.ai, router/learn/shared_state, 2026-11-05): between local and central.
public enum StateScope: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
  /// The replica's own.
  case local
  /// All replicas', as they tell each other.
  case gossiped
  /// All replicas', as a store tells.
  case central

  /// How its messages go; `nil` if there are none.
  var way: Delta.Way? {
    switch self {
    case .local: nil
    case .gossiped: .gossip
    case .central: .store
    }
  }

  /// Reads `state`; `what` says whose it is.
  init(reading s: inout SettingsReader, _ what: String) throws(SettingError) {
    self =
      StateScope(
        rawValue: UInt8(
          try s.name(
            "state", default: "local", among: StateScope.allCases.map { "\($0)" }, kind: "scope",
            "\(what): the replica's own, or all replicas' as they tell each other (with the"
              + " fleet's lag) or a store"))) ?? .local
  }

  /// Reads `state` of a strategy that learns from how attempts end.
  init(learntBy s: inout SettingsReader) throws(SettingError) {
    try self.init(reading: &s, "whose attempts it learns from")
  }

  /// Refuses `state` of what has nothing that could be told.
  static func refuse(
    _ s: inout SettingsReader, because why: String, next: String
  ) throws(SettingError) {
    guard !s.isDescribing, let stated = s.setting["state"] else { return }
    throw SettingError(at: stated, "there is no state to share: \(why)", next: next)
  }
}

extension GatewayPlan {
  /// How what a scope says is told; `nil` if nobody would hear it.
  func way(of scope: StateScope) -> Delta.Way? {
    guard hasPeers, let way = scope.way else { return nil }
    return way == .store || gossips ? way : nil
  }

  /// The scopes of all that remembers: sticky nodes, retry budgets, strategies.
  private var memories: [StateScope] {
    tree.stickies.map(\.scope) + tree.budgets.map(\.scope) + tree.strategies.map(\.scope)
      + (retryBudget.map { [$0.scope] } ?? [])
  }

  /// Whether replicas have to tell each other what they remember.
  public var tellsMemories: Bool { memories.contains(.gossiped) }

  /// Whether they tell it to a store.
  var storesMemories: Bool { memories.contains(.central) }
}
