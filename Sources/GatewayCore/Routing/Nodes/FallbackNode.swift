import Settings
import Vocabulary

/// Children in order: a failure that `on` covers moves on to the next.
enum FallbackNode {
  static let kind = RouteKind(
    "fallback", "children in order; a failure moves on to the next",
    source: "Portkey fallback; LiteLLM fallbacks; Kong failover_criteria"
  ) { builder, s, place throws(SettingError) in
    let nodes = try builder.nodes(
      "fallback", &s, place.inherited, "nodes in order; a failure moves on to the next")
    let on = try OutcomeSet(
      reading: &s, "on", default: .any, "any", "outcomes that move on to the next node.")
    let passes = try s.name(
      "unfit", default: "pass", among: ["pass", "on"], kind: "treatment",
      "a child that does not fit is passed over: always, or only if \"on\" covers what it would say"
    )
    builder.tree.nodes[Int(place.number)].judgesUnfit = passes == 1
    builder.tree.nodes[Int(place.number)].kind = .fallback
    builder.tree.nodes[Int(place.number)].on = on
    try builder.adopt(place.number, nodes, place.setting, atLeast: 1)
  }
}
