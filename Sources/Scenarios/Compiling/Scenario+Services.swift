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
    }
  }
}
