import Settings
import Vocabulary

/// The same child for the same key, by rendezvous hashing.
enum StickyNode {
  static let kind = RouteKind(
    "sticky", "the same child for the same key", source: "Thaler and Ravishankar 1998"
  ) { builder, s, place throws(SettingError) in
    let by = try s.optionalName(
      "sticky", among: RouteNode.Field.names, kind: "field",
      "the same node of \"over\" for the same key")
    builder.tree.nodes[Int(place.number)].kind = .sticky
    builder.tree.nodes[Int(place.number)].field = RouteNode.Field(rawValue: UInt8(by ?? 0)) ?? .call
    try builder.over(&s, place)
  }
}

extension RouteNode.Field {
  /// The words of a file, in the order of the raw values.
  static let names = ["call", "conversation", "user", "team", "key"]
}
