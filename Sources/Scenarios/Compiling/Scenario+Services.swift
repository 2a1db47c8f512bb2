import GatewayCore
import Providers
import Settings
import Vocabulary

extension Scenario {
  /// Every kind of side call that a policy makes needs a service that answers it.
  func requireServices() throws(SettingError) {
    for policy in policies {
      for kind in SideCallKind.allCases
      where policy.plan.services.contains(SideCallKinds(kind)) && services[kind] == nil {
        throw SettingError(
          at: policy.setting,
          "service missing: the policy \(Setting.quoted(policy.name)) asks \(kind.asked), and the"
            + " scenario has no service for it",
          next: "add services: { \(kind.name): { latency: \"20ms\", price: \"$0.02/M\" } }")
      }
      if let (what, told) = policy.plan.told, replicas > 1, gossipLag == nil {
        throw SettingError(
          at: policy.setting,
          "gossip missing: the policy \(Setting.quoted(policy.name)) has \(what) whose"
            + " replicas tell each other what they \(told), and the scenario's \(replicas) replicas tell nothing",
          next: "add gateway: { replicas: \(replicas), state: { gossiped: { lag: \"50ms\" } } }")
      }
    }
    for incident in gatewayIncidents {
      guard case .service(let kind, _) = incident.effect, services[kind] == nil else { continue }
      throw SettingError(
        at: resolved["incidents"]?[incident.name] ?? resolved,
        "the incident \(Setting.quoted(incident.name)) befalls a service \(Setting.quoted(kind.name)) that the scenario does not have",
        next: "add services: { \(kind.name): { latency: \"1ms\" } }")
    }
  }
}

extension SideCallKind {
  /// What a policy does that needs the service.
  fileprivate var asked: String {
    switch self {
    case .embedding, .complexity: "for the \(name) of requests"
    case .probe: "whether deployments are well"
    case .store: "a central store of counters"
    case .cache: "a cache that replicas share"
    case .vectors: "a store of vectors that replicas share"
    }
  }
}

extension GatewayPlan {
  /// What replicas tell each other by gossip, and what of it; `nil` if it is nothing.
  fileprivate var told: (what: String, told: String)? {
    if tellsLimits { return ("limits", "charge") }
    if tellsGuards { return ("guards", "see") }
    return tellsMemories
      ? ("sticky nodes, retry budgets or strategies", "pin, count or learn") : nil
  }
}
