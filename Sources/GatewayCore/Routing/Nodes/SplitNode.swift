import Settings
import Vocabulary

/// A fixed share of the keys for each child: canaries.
///
/// The share of a child is its weight over the sum of the weights; a child whose weight is raised
/// gains keys from the others, and no other key moves.
enum SplitNode {
  static let kind = RouteKind(
    "split", "a fixed share of the keys for each child (canary)",
    source: "Cloudflare percentage; Thaler and Ravishankar 1998"
  ) { builder, s, place throws(SettingError) in
    let nodes = try builder.nodes(
      "split", &s, place.inherited, "nodes, each with its fixed share of the keys (weights)")
    let field = try HashedField(reading: &s, "by", names: builder.names, "what is hashed")
    try builder.adopt(place.number, nodes, place.setting, atLeast: 1)
    if s.isDescribing { return }
    builder.tree.nodes[Int(place.number)].kind = .split
    builder.setField(place.number, field)
    guard nodes.contains(where: { builder.tree.weights[Int($0)] > 0 }) else {
      throw SettingError(
        at: place.setting.position, path: place.setting.path, found: "weights that are all 0",
        expected: "at least one child with a positive weight")
    }
  }
}
