import Settings
import Vocabulary

/// The first branch whose condition holds is taken, else the last.
enum ConditionNode {
  static let kind = RouteKind(
    "condition", "the first branch whose condition holds",
    source: "Portkey conditional; Cloudflare dynamic routing"
  ) { builder, s, place throws(SettingError) in
    try builder.condition(&s, place)
  }
}

extension RouteBuilder {
  fileprivate mutating func condition(
    _ s: inout SettingsReader, _ place: RouteKind.Place
  ) throws(SettingError) {
    let branches = try s.list("condition", "branches; the first whose \"if\" holds is taken") {
      branch throws(SettingError) -> (RouteCondition?, UInt16?) in
      try branch.object { b throws(SettingError) -> (RouteCondition?, UInt16?) in
        let condition = try b.object("if", "all that it names must hold") {
          p throws(SettingError) -> RouteCondition in
          try RouteCondition(reading: &p, names: self.names)
        }
        let then = try b.raw("then", "the node of this branch")
        return (
          condition,
          try then.map { t throws(SettingError) in
            try self.node(t, place.inherited)
          }
        )
      }
    }
    let otherwise = try s.raw("else", "the node if no branch holds")
    let last = try otherwise.map { o throws(SettingError) in try self.node(o, place.inherited) }
    if s.isDescribing { return }
    guard let last, branches.allSatisfy({ $0.1 != nil }) else {
      throw SettingError(
        at: place.setting.position, path: place.setting.path, found: "a branch without a node",
        expected: "condition: [{ if: {…}, then: node }], else: node")
    }
    tree.nodes[Int(place.number)].kind = .condition
    tree.nodes[Int(place.number)].target = UInt16(tree.conditions.count)
    for branch in branches { tree.conditions.append(tree.compile(branch.0 ?? .all([]))) }
    try adopt(place.number, branches.compactMap(\.1) + [last], place.setting, atLeast: 2)
  }
}
