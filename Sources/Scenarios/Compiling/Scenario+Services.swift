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
          "service missing: the policy \(Setting.quoted(policy.name)) asks for the"
            + " \(kind.name) of requests, and the scenario has no service for it",
          next: "add services: { \(kind.name): { latency: \"20ms\", price: \"$0.02/M\" } }")
      }
      let tells = policy.plan.tellsLimits || policy.plan.tellsGuards
      if tells, replicas > 1, gossipLag == nil {
        throw SettingError(
          at: policy.setting,
          "gossip missing: the policy \(Setting.quoted(policy.name)) has \(policy.plan.tellsLimits ? "limits" : "guards") whose"
            + " replicas tell each other what they \(policy.plan.tellsLimits ? "charge" : "see"), and the scenario's \(replicas) replicas tell nothing",
          next: "add gateway: { replicas: \(replicas), state: { gossiped: { lag: \"50ms\" } } }")
      }
    }
    for incident in gatewayIncidents where services[.store] == nil {
      guard case .store = incident.effect else { continue }
      throw SettingError(
        at: resolved["incidents"]?[incident.name] ?? resolved,
        "the incident \(Setting.quoted(incident.name)) befalls a store that the scenario does not have",
        next: "add services: { store: { latency: \"1ms\" } }")
    }
  }
}
