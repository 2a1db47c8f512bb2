import Settings
import Vocabulary

/// Tiers: the highest one with a fit member is used; a strategy chooses inside.
///
/// `tiers: [["a", "b"], ["c"]]` states them in order; `tiers: ["a", "b", "c"], by: "weight"` makes
/// a group of the nodes of equal weight, the heaviest first (Kong `priority`); `by: "order"` one of
/// those with equal `order`, the smallest first (LiteLLM `order`, Azure API Management `priority`).
/// `next` says when the next tier is used: after a failure (LiteLLM), when every member of the tier
/// has failed (`exhausted`, Kong), or only while none is fit (`unfit`, Azure).
///
/// It is compiled into a fallback over balances, so it costs what these cost.
enum TiersNode {
  static let kind = RouteKind(
    "tiers", "the highest tier with a fit member; a strategy chooses inside",
    source: "Kong priority; LiteLLM order; Azure API Management priority; Envoy priority"
  ) { builder, s, place throws(SettingError) in
    try builder.tiers(&s, place)
  }
}

extension RouteBuilder {
  fileprivate mutating func tiers(
    _ s: inout SettingsReader, _ place: RouteKind.Place
  ) throws(SettingError) {
    let stated = try s.list("tiers", "tiers in order: lists of nodes; or nodes, grouped by \"by\"")
    {
      tier throws(SettingError) -> (nodes: [UInt16], at: Setting, isList: Bool) in
      guard let elements = tier.elements else {
        return ([try self.node(tier, place.inherited)], tier, false)
      }
      var nodes: [UInt16] = []
      for element in elements { nodes.append(try self.node(element, place.inherited)) }
      return (nodes, tier, true)
    }
    let by = try s.name(
      "by", default: "place", among: ["place", "weight", "order"], kind: "grouping",
      "what makes a tier of the nodes: their place, equal weight, equal order")
    let next = try s.name(
      "next", default: "failure", among: ["failure", "exhausted", "unfit"], kind: "instant",
      "when the next tier is used: after a failure, when all of the tier failed, while none is fit")
    let on = try OutcomeSet(
      reading: &s, "on", default: .any, "any", "outcomes that move on to the next node.")
    let within = try s.optionalChoice(
      "within", from: Strategies.registry, "how a member of a tier is chosen; default by weight")
    if s.isDescribing { return }
    var tiers = stated
    if by != 0 {
      guard stated.allSatisfy({ !$0.isList }) else {
        throw s.error("tiers", expected: "nodes, not lists of nodes, if \"by\" makes the tiers")
      }
      tiers = grouped(stated.flatMap(\.nodes), by: by == 1 ? \.weights : \.orders, place.setting)
      if by == 1 { tiers.reverse() }
    }
    let inside: any Strategy
    if let within {
      inside = within
    } else {
      inside = try Strategies.registry.make(from: "weighted-random")
    }
    var groups: [UInt16] = []
    for tier in tiers {
      let group = try add(tier.at)
      tree.nodes[Int(group)].kind = .balance
      tree.nodes[Int(group)].target = UInt16(tree.strategies.count)
      tree.nodes[Int(group)].match = place.inherited.match
      tree.strategies.append(inside)
      try adopt(group, tier.nodes, tier.at, atLeast: 1)
      if next == 1, tier.nodes.count > 1 { try exhaust(group, tier.nodes.count, on, place.setting) }
      groups.append(group)
    }
    tree.nodes[Int(place.number)].kind = .fallback
    tree.nodes[Int(place.number)].on = next == 2 ? OutcomeSet() : on
    try adopt(place.number, groups, place.setting, atLeast: 1)
  }

  /// Nodes in groups of equal value, the smallest value first, in a group as in the file.
  private func grouped(
    _ nodes: [UInt16], by values: KeyPath<RouteTree, [Double]>, _ setting: Setting
  ) -> [(nodes: [UInt16], at: Setting, isList: Bool)] {
    let values = tree[keyPath: values]
    var distinct: [Double] = []
    for node in nodes where !distinct.contains(values[Int(node)]) {
      distinct.append(values[Int(node)])
    }
    return distinct.sorted().map { value in
      (nodes.filter { values[Int($0)] == value }, setting, true)
    }
  }

  /// A failure tries the other members of a tier first, each once.
  private mutating func exhaust(
    _ group: UInt16, _ members: Int, _ on: OutcomeSet, _ setting: Setting
  ) throws(SettingError) {
    let retry: Setting = [
      "retry": [
        "max": Setting(integerLiteral: min(15, members - 1)), "reselect": true,
        "retryAfter": "ignore",
      ]
    ]
    var reader = try SettingsReader(retry)
    if var read = try StatedRetries.read(&reader, "retry", "") {
      for place in read.rules.indices { read.rules[place].rule.on = on }
      let span = tree.add(read)
      tree.nodes[Int(group)].retry = span.first
      tree.nodes[Int(group)].retryCount = span.count
    }
  }
}
