import Settings
import Vocabulary

@testable import GatewayCore

/// A LiteLLM configuration as a policy of ours: the only place that knows both languages.
///
/// A model group is a `balance` over its deployments that is retried as a whole (every retry selects
/// anew); fallbacks are nodes that follow it. LiteLLM walks fallbacks depth first and tries no group
/// twice, which is known before the first request: the walk is written out as one list.
struct LiteLLMTranslation {
  let one: LiteLLMCase

  init(_ one: LiteLLMCase) { self.one = one }

  /// Our aliases: the groups, LiteLLM's own aliases, names that only the default fallback knows, and
  /// one for each request that brings its own fallbacks.
  var aliases: [String] {
    var all = one.groups + shortNames.map(\.name)
    for ask in one.asks where !all.contains(LiteLLMTranslation.alias(of: ask)) {
      all.append(LiteLLMTranslation.alias(of: ask))
    }
    return all
  }

  static func alias(of ask: LiteLLMCase.Ask) -> String {
    ask.fallbacks.map { "\(ask.model) else \($0.joined(separator: ", "))" } ?? ask.model
  }

  static func outcome(_ word: String) -> Outcome {
    switch word {
    case "ok": .succeeded
    case "connection": .connection
    case "408": .totalTimeout
    default: .status(UInt16(word) ?? 500)
    }
  }

  func plan() throws -> GatewayPlan {
    let names = PolicyNames(
      deployments: one.members.map { DeploymentFacts(name: $0.name, sheet: .dollars(1)) },
      aliases: aliases, populations: Populations(aliases: aliases.count))
    return try GatewayPlan(policy, names: names)
  }

  /// The policy.
  var policy: Setting {
    var routes: [(String, Setting)] = one.groups.map { ($0, walk(from: $0, own: nil)) }
    for (name, group) in shortNames { routes.append((name, walk(from: group, own: nil))) }
    for ask in one.asks where !routes.contains(where: { $0.0 == LiteLLMTranslation.alias(of: ask) })
    {
      let group = one.groups.contains(ask.model) ? ask.model : standard.first
      guard let group else { continue }
      routes.append((LiteLLMTranslation.alias(of: ask), walk(from: group, own: ask.fallbacks)))
    }
    return object([
      ("allDown", "fail"), ("attempts", object([("error", "first")])), ("routes", object(routes)),
    ])
  }

  // MARK: Groups and fallbacks

  private var shortNames: [(name: String, group: String)] {
    (one.settings["model_group_alias"] as? [String: String] ?? [:]).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  private var standard: [String] { one.settings["default_fallbacks"] as? [String] ?? [] }

  private func list(_ key: String, of group: String) -> [String]? {
    let lists = one.settings[key] as? [[String: [String]]] ?? []
    let named = lists.compactMap { $0[group] }.first
    return named ?? lists.compactMap { $0["*"] }.first
  }

  /// The groups that LiteLLM would try, in its order.
  private func order(from group: String, own: [String]?) -> [String] {
    var seen: [String] = []
    let deepest = Int(one.number("max_fallbacks") ?? 5)
    func visit(_ group: String, _ depth: Int, _ own: [String]?) {
      guard !seen.contains(group) else { return }
      seen.append(group)
      guard depth < deepest else { return }
      for next in own ?? list("fallbacks", of: group) ?? standard { visit(next, depth + 1, nil) }
    }
    visit(group, 0, own)
    return seen
  }

  private func walk(from group: String, own: [String]?) -> Setting {
    let nodes = order(from: group, own: own).flatMap(tiers)
    return nodes.count == 1 ? nodes[0] : object([("fallback", array(nodes))])
  }

  /// A group's nodes: one for each `order` of its deployments, lowest first.
  private func tiers(_ group: String) -> [Setting] {
    let members = one.members.filter { $0.group == group }
    let orders = Set(members.map { $0.number("order") ?? 1 }).sorted()
    return orders.map { order in
      node(members.filter { ($0.number("order") ?? 1) == order })
    }
  }

  private func node(_ members: [LiteLLMCase.Member]) -> Setting {
    let weights = ["weight", "rpm", "tpm"].first { key in members.contains { $0.number(key) != nil }
    }
    let leaves = members.map { member -> Setting in
      var leaf: [(String, Setting)] = [("deployment", text(member.name))]
      if let weights { leaf.append(("weight", number(member.number(weights) ?? 0))) }
      if let seconds = member.number("timeout") {
        leaf.append(("timeouts", object([("total", text("\(seconds)s"))])))
      }
      return object(leaf)
    }
    let strategy =
      one.settings["routing_strategy"] as? String == "least-busy"
      ? "least-in-flight" : "weighted-random"
    var parts: [(String, Setting)] = [("balance", text(strategy)), ("over", array(leaves))]
    if let retry = retry(members) { parts.append(("retry", retry)) }
    return object(parts)
  }

  // MARK: Retries

  private func retry(_ members: [LiteLLMCase.Member]) -> Setting? {
    let times = Int(
      members.compactMap { $0.number("num_retries") }.first ?? one.number("num_retries") ?? 2)
    guard times > 0 else { return nil }
    return object([
      ("max", number(Double(times))), ("on", array(["408", "409", "429", "5xx", "timeout"])),
      ("reselect", true), ("exclude", false),
    ])
  }

  // MARK: Building settings

  private func object(_ members: [(String, Setting)]) -> Setting {
    Setting(
      .object(members.map { .init(key: $0.0, keyPosition: .code, value: $0.1) })
    ).moved(to: "")
  }
  private func array(_ elements: [Setting]) -> Setting { Setting(.array(elements)).moved(to: "") }
  private func text(_ value: String) -> Setting { Setting(stringLiteral: value) }
  private func number(_ value: Double) -> Setting {
    value == value.rounded() ? Setting(integerLiteral: Int(value)) : Setting(floatLiteral: value)
  }
}
