import Settings
import Vocabulary

/// A fixed share of the keys for each child: canaries.
enum SplitNode {
  static let kind = RouteKind(
    "split", "a fixed share of the keys for each child (canary)",
    source: "Cloudflare percentage; Thaler and Ravishankar 1998"
  ) { builder, s, place throws(SettingError) in
    let nodes = try builder.nodes(
      "split", &s, place.inherited, "nodes, each with its fixed share of the keys (weights)")
    let by = try s.name(
      "by", default: "call", among: RouteNode.Field.names, kind: "field", "what is hashed")
    builder.tree.nodes[Int(place.number)].kind = .split
    builder.tree.nodes[Int(place.number)].field = RouteNode.Field(rawValue: UInt8(by)) ?? .call
    try builder.adopt(place.number, nodes, place.setting, atLeast: 1)
  }
}
