import Settings
import Vocabulary

/// The same child for the same key.
///
/// Two modes. Without `idle` the key is hashed (weighted rendezvous): nothing is remembered, every
/// replica agrees, and a child that is down gives its keys to the others until it is back. With
/// `idle` a table remembers where the key went (`StickyRule`); a key that is not in it goes where
/// `choose` says, or by the hash.
enum StickyNode {
  static let kind = RouteKind(
    "sticky", "the same child for the same key: hashed, or remembered until idle",
    source: "Thaler and Ravishankar 1998; OpenRouter; Portkey sticky"
  ) { builder, s, place throws(SettingError) in
    let field = try HashedField(
      reading: &s, "sticky", names: builder.names, "the same node of \"over\" for the same key")
    let rule = try StickyRule.read(&s, field)
    let strategy = try s.optionalChoice(
      "choose", from: Strategies.registry,
      "with idle: how a child is chosen for a key that is not remembered; default by its hash")
    try builder.over(&s, place)
    let number = Int(place.number)
    if s.isDescribing { return }
    builder.tree.nodes[number].kind = .sticky
    builder.setField(place.number, field)
    if let rule {
      builder.tree.nodes[number].pins = Int16(builder.tree.stickies.count)
      builder.tree.stickies.append(rule)
    }
    if let strategy {
      try s.require(
        rule != nil, "choose", expected: "idle beside it: what is hashed is not chosen",
        next: "add idle: \"10m\", or use a balance node")
      builder.tree.nodes[number].kind = .balance
      builder.tree.nodes[number].target = UInt16(builder.tree.strategies.count)
      builder.tree.strategies.append(strategy)
    }
  }
}

extension RouteBuilder {
  /// Notes what a node hashes.
  mutating func setField(_ number: UInt16, _ field: HashedField) {
    let same = tree.fields.firstIndex(of: field)
    if same == nil { tree.fields.append(field) }
    tree.nodes[Int(number)].field = UInt8(clamping: same ?? tree.fields.count - 1)
  }
}
