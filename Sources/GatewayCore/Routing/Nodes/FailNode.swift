import Settings
import Vocabulary

/// A leaf that asks nobody: the request fails with a status.
///
/// As the `else` of a condition it is Portkey's router error when nothing matches; behind a
/// condition on a budget it is Cloudflare's end of a branch.
enum FailNode {
  static let kind = RouteKind(
    "fail", "asks nobody: the request fails with a status",
    source: "Portkey conditional without default; Cloudflare dynamic routing"
  ) { builder, s, place throws(SettingError) in
    let status = try s.integer(
      "fail", default: 503, in: 400...599, "the status that the client gets")
    if s.isDescribing { return }
    builder.tree.nodes[Int(place.number)].kind = .fail
    builder.tree.nodes[Int(place.number)].target = UInt16(status)
  }
}
