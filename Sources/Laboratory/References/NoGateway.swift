import GatewayCore
import Scenarios
import Settings
import Vocabulary

/// The reference without a gateway: every alias goes to one deployment, once.
///
/// The deployment is the baseline's first (every node's first child); an alias that the baseline
/// does not route takes the first other policy that does. No retry, no timeout, no limit, no cache.
enum NoGateway {
  /// The plan; `nil` if no alias has a route.
  static func plan(for scenario: Scenario) throws(SettingError) -> GatewayPlan? {
    guard scenario.policies.indices.contains(scenario.baseline) else { return nil }
    let baseline = scenario.policies[scenario.baseline].plan
    let others = [baseline] + scenario.policies.map(\.plan)
    var routes: [Setting.Member] = []
    for (index, alias) in scenario.aliases.enumerated() {
      guard
        let primary = others.lazy.compactMap({ $0.tree.primary(of: index) }).first,
        Int(primary.index) < baseline.deployments.count
      else { continue }
      let name = baseline.deployments[Int(primary.index)].name
      routes.append(
        Setting.Member(
          key: alias, keyPosition: .code, value: ["deployment": Setting(.string(name))]))
    }
    guard !routes.isEmpty else { return nil }
    let setting = Setting(
      .object([
        Setting.Member(key: "routes", keyPosition: .code, value: Setting(.object(routes)))
      ])
    ).moved(to: "")
    let names = PolicyNames(
      deployments: baseline.deployments, aliases: scenario.aliases,
      populations: scenario.populations)
    return try setting.object { reader throws(SettingError) -> GatewayPlan in
      try GatewayPlan(reading: &reader, names: names)
    }
  }
}
