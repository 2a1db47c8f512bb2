import Foundation
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
    case "context_window": .contextWindow
    case "content_policy": .contentPolicy
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
    var parts: [(String, Setting)] = [
      ("allDown", "fail"), ("attempts", object([("error", "first")])), ("routes", object(routes)),
    ]
    if one.settings["disable_cooldowns"] as? Bool != true {
      parts.append(("cooldown", object([("litellm", cooldown)])))
    }
    return object(parts)
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
    var whole = nodes.count == 1 ? nodes[0] : object([("fallback", array(nodes))])
    // A class of errors that has fallbacks of its own does not take the usual ones.
    let special = [
      ("context_window_fallbacks", "contextWindow"), ("content_policy_fallbacks", "contentPolicy"),
    ].filter { one.settings[$0.0] != nil }
    if nodes.count > 1, !special.isEmpty {
      let usual = special.map { "!\($0.1)" }
      whole = object([("fallback", array(nodes)), ("on", array(usual.map(text)))])
    }
    for (key, word) in special {
      guard let groups = list(key, of: group) else { continue }
      whole = object([
        ("fallback", array([whole] + groups.flatMap(tiers))), ("on", array([text(word)])),
      ])
    }
    return whole
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

  // MARK: Cooldown

  private static let classes = [
    ("BadRequest", "badRequest"), ("Authentication", "authentication"), ("Timeout", "timeout"),
    ("RateLimit", "rateLimit"), ("InternalServer", "internalServer"),
    ("ServiceUnavailable", "serviceUnavailable"), ("BadGateway", "badGateway"),
    ("NotFound", "notFound"),
  ]

  private var cooldown: Setting {
    var parts = allowance(one.settings)
    if let seconds = one.number("cooldown_time") { parts.append(("time", text("\(seconds)s"))) }
    var own: [(String, Setting)] = []
    for member in one.members {
      var parts = allowance(member.info)
      if let seconds = member.number("cooldown_time") {
        parts.append(("time", text("\(seconds)s")))
      }
      // Tiers of a group are nodes of their own here; for LiteLLM they are one group.
      if one.members.count(where: { $0.group == member.group }) > 1 {
        parts.append(("single", false))
      }
      if !parts.isEmpty { own.append((member.name, object(parts))) }
    }
    if !own.isEmpty { parts.append(("deployments", object(own))) }
    return object(parts)
  }

  private func allowance(_ stated: [String: Any]) -> [(String, Setting)] {
    var parts: [(String, Setting)] = []
    if let fails = stated["allowed_fails"] as? NSNumber {
      parts.append(("allowedFails", number(fails.doubleValue)))
    }
    if let policy = stated["allowed_fails_policy"] as? [String: NSNumber] {
      var classes: [(String, Setting)] = []
      for (theirs, ours) in LiteLLMTranslation.classes {
        if let fails = policy["\(theirs)ErrorAllowedFails"] {
          classes.append((ours, number(fails.doubleValue)))
        }
      }
      parts.append(("policy", object(classes)))
    }
    return parts
  }

  // MARK: Retries

  /// What LiteLLM retries: by its rules for statuses, or as often as `retry_policy` says for a class.
  ///
  /// The number is fixed by the first failure. It waits only if no other member of the group is up,
  /// and also after the last retry that fails.
  private func retry(_ members: [LiteLLMCase.Member]) -> Setting? {
    let times = Int(
      members.compactMap { $0.number("num_retries") }.first ?? one.number("num_retries") ?? 2)
    let policy = one.settings["retry_policy"] as? [String: NSNumber] ?? [:]
    var rules: [Setting] = []
    for (theirs, words) in [
      ("RateLimit", ["429"]), ("Timeout", ["408", "timeout"]), ("BadRequest", ["400"]),
    ] {
      guard let own = policy["\(theirs)ErrorRetries"] else { continue }
      rules.append(rule(own.intValue, words, skips: words == ["400"]))
    }
    if times > 0 {
      rules.append(
        rule(
          times, ["408", "409", "429", "5xx", "timeout"], skips: false,
          waits: members.count > 1 || one.members.count { $0.group == members[0].group } == 1))
      if members.count > 1 { rules.append(rule(times, ["401", "403"], skips: true)) }
    }
    if one.settings["enable_weighted_failover"] as? Bool == true {
      rules.append(
        object([
          ("max", number(Double(members.count - 1))), ("on", array(["any"])), ("reselect", true),
        ]))
    }
    return rules.isEmpty ? nil : array(rules)
  }

  private func rule(
    _ times: Int, _ words: [String], skips: Bool, waits: Bool = true
  ) -> Setting {
    // A tier that is one of several of its group does not wait: the group has others.
    let pause: Setting = waits ? backoff : "none"
    return object([
      ("max", number(Double(times))), ("on", array(words.map(text))), ("count", "first"),
      ("reselect", true), ("exclude", false), ("skip", Setting(.bool(skips))),
      ("whenAllTried", "again"),
      ("wait", "ifAlone"), ("waitAfterLast", true),
      ("backoff", pause),
      ("retryAfter", waits ? "instead" : "ignore"), ("retryAfterLimit", "60s"),
      ("retryAfterBeyond", "ignore"),
      ("retryAfterJitter", true),
    ])
  }

  private var backoff: Setting {
    let most: [(String, Setting)] = [
      ("from", "500ms"), ("to", "8s"), ("jitter", "additive"),
      ("least", text("\(one.number("retry_after") ?? 0)s")),
    ]
    return object([("exponential", object(most))])
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
