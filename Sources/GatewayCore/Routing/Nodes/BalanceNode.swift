import Settings
import Vocabulary

/// A strategy chooses one of the children that fit.
enum BalanceNode {
  static let kind = RouteKind("balance", "a strategy chooses one child") {
    builder, s, place throws(SettingError) in
    let strategy = try s.optionalChoice(
      "balance", from: Strategies.registry, "a strategy chooses among the nodes of \"over\"")
    if let strategy {
      builder.tree.nodes[Int(place.number)].kind = .balance
      builder.tree.nodes[Int(place.number)].target = UInt16(builder.tree.strategies.count)
      builder.tree.strategies.append(strategy)
    }
    let age = try s.object("signals", "how old what the strategy sees is") {
      r throws(SettingError) -> AgedSignals.Age in try AgedSignals.Age(reading: &r)
    }
    if let age, let strategy {
      builder.tree.strategies[builder.tree.strategies.count - 1] = AgedSignals(strategy, age: age)
    }
    try builder.over(&s, place)
  }
}

extension RouteBuilder {
  /// Reads the nodes that a balance or a sticky node chooses among.
  mutating func over(
    _ s: inout SettingsReader, _ place: RouteKind.Place
  ) throws(SettingError) {
    let nodes = try nodes(
      "over", &s, place.inherited, "the nodes that a balance or a sticky node chooses among")
    try adopt(place.number, nodes, place.setting, atLeast: 1)
  }
}
