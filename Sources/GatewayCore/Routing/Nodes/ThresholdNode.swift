import Settings
import Vocabulary

/// Two children: `strong` from a score of the request on, else `weak`.
///
/// The score comes from a side call, asked once before the walk and only for aliases whose route
/// has such a node (`ThresholdRule`, stage `score`).
enum ThresholdNode {
  static let kind = RouteKind(
    "threshold", "the strong child for hard requests, the weak one for the others",
    source: "RouteLLM, arXiv:2406.18665"
  ) { builder, s, place throws(SettingError) in
    let rule = try s.object("threshold", "from which score on a request is for the strong child") {
      t throws(SettingError) -> ThresholdRule in try ThresholdRule(reading: &t)
    }
    let children = try ["strong", "weak"].map { key throws(SettingError) -> UInt16? in
      let setting = try s.raw(key, "the node for \(key == "strong" ? "hard" : "easy") requests")
      return try setting.map { c throws(SettingError) in
        try builder.node(c, place.inherited)
      }
    }
    if s.isDescribing { return }
    guard let rule, let strong = children[0], let weak = children[1] else {
      throw SettingError(
        at: place.setting.position, path: place.setting.path,
        found: "a threshold without its nodes",
        expected: "threshold: { at: 0.116 }, strong: node, weak: node")
    }
    guard builder.tree.thresholds.count < 32 else {
      throw SettingError(at: place.setting, "more than 32 threshold nodes")
    }
    builder.tree.nodes[Int(place.number)].kind = .threshold
    builder.tree.nodes[Int(place.number)].target = UInt16(builder.tree.thresholds.count)
    builder.tree.thresholds.append(rule)
    builder.thresholdPlaces.append(place.setting)
    try builder.adopt(place.number, [strong, weak], place.setting, atLeast: 2)
  }
}
