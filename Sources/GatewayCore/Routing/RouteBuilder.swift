import Settings
import Vocabulary

/// Reads route trees and compiles them.
///
/// A node is the name of a deployment or of an alias, or an object with exactly one of
/// `deployment`, `alias`, `balance` (with `over`), `fallback` (with `on`), `condition` (with
/// `else`), `split` (with `by`), `sticky` (with `over`), and beside it `weight`, `retry`,
/// `timeouts`, `breaker`. The nearest level of timeouts and breaker wins.
struct RouteBuilder {
  let names: PolicyNames
  var tree = RouteTree()
  private let deploymentNames: [String]
  private var breakerRules: [BreakerRule] = []
  /// Whether a node has been described: those below it are described by it.
  private var isDescribed = false

  init(names: PolicyNames, attempts: AttemptRules, breaker: BreakerRule?) {
    self.names = names
    deploymentNames = names.deployments.map(\.name)
    tree.roots = names.aliases.map { _ in .max }
  }

  static let kinds = [
    "deployment", "alias", "balance", "fallback", "condition", "split", "sticky",
  ]

  /// Reads one node and all below it; returns its number.
  mutating func node(
    _ setting: Setting, _ inherited: Inherited
  ) throws(SettingError) -> UInt16 {
    if case .string(let name) = setting.content {
      let number = try add(setting)
      try setLeaf(number, named: name, setting, inherited)
      return number
    }
    if setting.isDescribing, isDescribed {
      var form = ParameterDescription(key: "", kind: .object, doc: "a route node")
      form.isRecursive = true
      setting.allow(form)
      return 0
    }
    isDescribed = setting.isDescribing
    return try setting.object { s throws(SettingError) -> UInt16 in
      try self.node(&s, setting, inherited)
    }
  }

  private mutating func node(
    _ s: inout SettingsReader, _ setting: Setting, _ outer: Inherited
  ) throws(SettingError) -> UInt16 {
    let number = try add(setting)
    var inherited = outer
    let stated = RouteBuilder.kinds.filter { s.has($0) }
    guard stated.count == 1 || s.isDescribing else {
      throw SettingError(
        at: setting.position, path: setting.path,
        found: stated.isEmpty ? "no kind of node" : stated.joined(separator: " and "),
        expected: "a name, or an object with exactly one of "
          + RouteBuilder.kinds.joined(separator: ", "))
    }
    tree.weights[Int(number)] = try s.number(
      "weight", default: 1, in: 0...1_000_000, "the weight among its siblings")
    if let own = try s.object(
      "timeouts", "deadlines of the attempts below",
      {
        r throws(SettingError) -> DeadlineRule in
        try DeadlineRule(reading: &r, over: outer.deadlines)
      })
    {
      inherited.deadlines = own
    }
    if let own = try s.object(
      "breaker", "the breaker of the deployments below",
      {
        r throws(SettingError) -> BreakerRule in try BreakerRule(reading: &r)
      })
    {
      inherited.breaker = own
    }
    let retry = try s.object("retry", "when this node is tried again") {
      r throws(SettingError) -> RetryRule in try RetryRule(reading: &r)
    }
    if let retry {
      tree.retries.append(retry)
      tree.nodes[Int(number)].retry = Int16(tree.retries.count - 1)
      if stated == ["deployment"] { inherited.retry = nil }
    }
    try choose(&s, setting, number, stated.first ?? "", inherited)
    return number
  }

  /// Reads what the node does.
  private mutating func choose(
    _ s: inout SettingsReader, _ setting: Setting, _ number: UInt16, _ kind: String,
    _ inherited: Inherited
  ) throws(SettingError) {
    let fields = ["call", "conversation", "user", "team", "key"]
    if kind == "deployment" || s.isDescribing {
      let index = try s.optionalName(
        "deployment", among: deploymentNames, kind: "deployment", "an attempt on this deployment")
      if let index { setDeployment(number, index, inherited) }
    }
    if kind == "alias" || s.isDescribing {
      let index = try s.optionalName(
        "alias", among: names.aliases, kind: "alias", "go on at the route of another alias")
      if let index {
        tree.nodes[Int(number)].kind = .alias
        tree.nodes[Int(number)].target = UInt16(index)
      }
    }
    if kind == "balance" || s.isDescribing {
      let strategy = try s.optionalChoice(
        "balance", from: Strategies.registry, "a strategy chooses among the nodes of \"over\"")
      if let strategy {
        tree.nodes[Int(number)].kind = .balance
        tree.nodes[Int(number)].target = UInt16(tree.strategies.count)
        tree.strategies.append(strategy)
      }
    }
    if kind == "fallback" || s.isDescribing {
      let nodes = try s.list("fallback", "nodes in order; a failure moves on to the next") {
        child throws(SettingError) -> UInt16 in try self.node(child, inherited)
      }
      let on = try OutcomeSet(
        reading: &s, "on", default: .any, "any", "outcomes that move on to the next node.")
      tree.nodes[Int(number)].kind = .fallback
      tree.nodes[Int(number)].on = on
      try adopt(number, nodes, setting, atLeast: 1)
    }
    if kind == "condition" || s.isDescribing {
      try condition(&s, setting, number, inherited)
    }
    if kind == "split" || s.isDescribing {
      let nodes = try s.list("split", "nodes, each with its fixed share of the keys (weights)") {
        child throws(SettingError) -> UInt16 in try self.node(child, inherited)
      }
      let by = try s.name("by", default: "call", among: fields, kind: "field", "what is hashed")
      tree.nodes[Int(number)].kind = .split
      tree.nodes[Int(number)].field = RouteNode.Field(rawValue: UInt8(by)) ?? .call
      try adopt(number, nodes, setting, atLeast: 1)
    }
    if kind == "sticky" || s.isDescribing {
      let by = try s.optionalName(
        "sticky", among: fields, kind: "field", "the same node of \"over\" for the same key")
      tree.nodes[Int(number)].kind = .sticky
      tree.nodes[Int(number)].field = RouteNode.Field(rawValue: UInt8(by ?? 0)) ?? .call
    }
    if kind == "balance" || kind == "sticky" || s.isDescribing {
      let nodes = try s.list("over", "the nodes that a balance or a sticky node chooses among") {
        child throws(SettingError) -> UInt16 in try self.node(child, inherited)
      }
      try adopt(number, nodes, setting, atLeast: 1)
    }
  }

  private mutating func condition(
    _ s: inout SettingsReader, _ setting: Setting, _ number: UInt16, _ inherited: Inherited
  ) throws(SettingError) {
    let branches = try s.list("condition", "branches; the first whose \"if\" holds is taken") {
      branch throws(SettingError) -> (RoutePredicate, UInt16?) in
      try branch.object { b throws(SettingError) -> (RoutePredicate, UInt16?) in
        let predicate = try b.object("if", "all that it names must hold") {
          p throws(SettingError) -> RoutePredicate in
          try RoutePredicate(reading: &p, names: self.names)
        }
        let then = try b.raw("then", "the node of this branch")
        return (
          predicate ?? RoutePredicate(),
          try then.map { t throws(SettingError) in
            try self.node(t, inherited)
          }
        )
      }
    }
    let otherwise = try s.raw("else", "the node if no branch holds")
    let last = try otherwise.map { o throws(SettingError) in try self.node(o, inherited) }
    if s.isDescribing { return }
    guard let last, branches.allSatisfy({ $0.1 != nil }) else {
      throw SettingError(
        at: setting.position, path: setting.path, found: "a branch without a node",
        expected: "condition: [{ if: {…}, then: node }], else: node")
    }
    tree.nodes[Int(number)].kind = .condition
    tree.nodes[Int(number)].target = UInt16(tree.predicates.count)
    tree.predicates.append(contentsOf: branches.map(\.0))
    try adopt(number, branches.compactMap(\.1) + [last], setting, atLeast: 2)
  }

  // MARK: Compilation

  private mutating func add(_ setting: Setting) throws(SettingError) -> UInt16 {
    guard tree.nodes.count < 60_000 else {
      throw SettingError(at: setting, "more than 60,000 route nodes")
    }
    tree.nodes.append(RouteNode(kind: .deployment))
    tree.weights.append(1)
    tree.hashes.append(0)
    tree.names.append(setting.path)
    return UInt16(tree.nodes.count - 1)
  }

  private mutating func setLeaf(
    _ number: UInt16, named name: String, _ setting: Setting, _ inherited: Inherited
  ) throws(SettingError) {
    if let index = deploymentNames.firstIndex(of: name) {
      setDeployment(number, index, inherited)
    } else if let index = names.aliases.firstIndex(of: name) {
      tree.nodes[Int(number)].kind = .alias
      tree.nodes[Int(number)].target = UInt16(index)
    } else {
      throw SettingError(
        at: setting, unknown: "deployment or alias", name: name,
        among: deploymentNames + names.aliases)
    }
  }

  private mutating func setDeployment(_ number: UInt16, _ index: Int, _ inherited: Inherited) {
    let deployment = DeploymentID(index)
    tree.nodes[Int(number)].kind = .deployment
    tree.nodes[Int(number)].target = UInt16(index)
    if inherited.deadlines != DeadlineRule() {
      if let same = tree.deadlines.firstIndex(of: inherited.deadlines) {
        tree.nodes[Int(number)].deadlines = Int16(same)
      } else {
        tree.deadlines.append(inherited.deadlines)
        tree.nodes[Int(number)].deadlines = Int16(tree.deadlines.count - 1)
      }
    }
    if let retry = inherited.retry, tree.nodes[Int(number)].retry < 0 {
      tree.retries.append(retry)
      tree.nodes[Int(number)].retry = Int16(tree.retries.count - 1)
    }
    if let rule = inherited.breaker {
      let same =
        rule.isPerLeaf
        ? nil : tree.breakers.firstIndex { $0.rule == rule && $0.deployment == deployment }
      if same == nil { tree.breakers.append((rule, deployment)) }
      tree.nodes[Int(number)].breaker = Int16(same ?? tree.breakers.count - 1)
    }
  }

  private mutating func adopt(
    _ number: UInt16, _ nodes: [UInt16], _ setting: Setting, atLeast: Int
  ) throws(SettingError) {
    guard nodes.count >= atLeast, nodes.count <= 64 else {
      if setting.isDescribing { return }
      throw SettingError(
        at: setting.position, path: setting.path, found: "\(nodes.count) nodes",
        expected: "\(atLeast) to 64 nodes")
    }
    tree.nodes[Int(number)].firstChild = UInt32(tree.children.count)
    tree.nodes[Int(number)].childCount = UInt8(nodes.count)
    for (place, child) in nodes.enumerated() {
      tree.nodes[Int(child)].parent = number
      tree.nodes[Int(child)].place = UInt8(place)
      tree.hashes[Int(child)] = NameHash(label(of: child, place)).bits
    }
    tree.children.append(contentsOf: nodes)
  }

  /// What a child is called in hashes: its deployment or alias; its place if it is a subtree.
  private func label(of number: UInt16, _ place: Int) -> String {
    let node = tree.nodes[Int(number)]
    return switch node.kind {
    case .deployment: deploymentNames.isEmpty ? "" : deploymentNames[Int(node.target)]
    case .alias: names.aliases[Int(node.target)]
    default: "#\(place)"
    }
  }

  private mutating func prepare(_ number: UInt16) {
    let node = tree.nodes[Int(number)]
    let routeChildren = (0..<Int(node.childCount)).map { place in
      let child = tree.children[Int(node.firstChild) + place]
      let leaf = firstLeaf(below: child)
      return RouteChild(
        name: label(of: child, place), weight: tree.weights[Int(child)],
        deployment: tree.nodes[Int(child)].kind == .deployment ? leaf ?? .none : .none,
        sheet: leaf.map { names.deployments[Int($0.index)].sheet })
    }
    tree.strategies[Int(node.target)].prepare(for: routeChildren)
  }

  private func firstLeaf(below number: UInt16) -> DeploymentID? {
    var node = tree.nodes[Int(number)]
    while node.kind != .deployment {
      if node.kind == .alias {
        guard tree.roots[Int(node.target)] != .max else { return nil }
        node = tree.nodes[Int(tree.roots[Int(node.target)])]
        continue
      }
      guard node.childCount > 0 else { return nil }
      node = tree.nodes[Int(tree.children[Int(node.firstChild)])]
    }
    return DeploymentID(Int(node.target))
  }

  /// Sets the roots, refuses cycles and walks that are too deep, and marks what always fits.
  mutating func connect(
    _ routes: [(alias: Int, root: UInt16)], at setting: Setting
  ) throws(SettingError) {
    for (alias, root) in routes { tree.roots[alias] = root }
    for (alias, root) in routes {
      try measure(root, depth: 1, aliases: [alias], at: setting)
    }
    for number in tree.nodes.indices where tree.nodes[number].kind == .balance {
      prepare(UInt16(number))
    }
    for number in tree.nodes.indices.reversed() {
      tree.nodes[number].alwaysFit = alwaysFits(UInt16(number))
    }
  }

  private func measure(
    _ number: UInt16, depth: Int, aliases: [Int], at setting: Setting
  ) throws(SettingError) {
    let node = tree.nodes[Int(number)]
    guard depth <= RouteTree.maximumDepth else {
      throw SettingError(
        at: setting.position, path: tree.names[Int(number)],
        "a route is at most \(RouteTree.maximumDepth) nodes deep, aliases included")
    }
    switch node.kind {
    case .deployment: return
    case .alias:
      let target = Int(node.target)
      guard !aliases.contains(target) else {
        throw SettingError(
          at: setting.position, path: tree.names[Int(number)],
          "the alias \"\(names.aliases[target])\" leads back to itself")
      }
      guard tree.roots[target] != .max else {
        throw SettingError(
          at: setting.position, path: tree.names[Int(number)],
          "the alias \"\(names.aliases[target])\" has no route in this policy",
          next: "add it under \"routes\"")
      }
      try measure(tree.roots[target], depth: depth + 1, aliases: aliases + [target], at: setting)
    default:
      for place in 0..<Int(node.childCount) {
        try measure(
          tree.children[Int(node.firstChild) + place], depth: depth + 1, aliases: aliases,
          at: setting)
      }
    }
  }

  /// Whether nothing below a node can ever be unfit.
  private func alwaysFits(_ number: UInt16) -> Bool {
    let node = tree.nodes[Int(number)]
    switch node.kind {
    case .deployment:
      let facts = names.deployments[Int(node.target)]
      return node.breaker < 0 && facts.contextWindow == .max && facts.capabilities.rawValue == .max
    case .alias:
      return tree.roots[Int(node.target)] != .max && alwaysFits(tree.roots[Int(node.target)])
    default:
      return (0..<Int(node.childCount)).allSatisfy {
        alwaysFits(tree.children[Int(node.firstChild) + $0])
      }
    }
  }
}

extension RoutePredicate {
  /// Reads a predicate: all that it names must hold.
  init(reading s: inout SettingsReader, names: PolicyNames) throws(SettingError) {
    let pairs = try s.entries("tags", "tags that the request must carry") {
      name, value throws(SettingError) -> TagSet in
      let words = try value.elements?.map { w throws(SettingError) in try w.text() }
      let candidates: [String]
      if let words { candidates = words } else { candidates = [try value.text()] }
      var set = TagSet()
      for word in candidates {
        let tag = "\(name)=\(word)"
        guard let bit = names.tags.firstIndex(of: tag) else {
          if value.isDescribing { continue }
          throw SettingError(at: value, unknown: "tag", name: tag, among: names.tags)
        }
        set.insert(TagSet(rawValue: 1 << UInt64(bit)))
      }
      return set
    }
    for pair in pairs {
      if pair.value.rawValue.nonzeroBitCount > 1 {
        anyOf.formUnion(pair.value)
      } else {
        tags.formUnion(pair.value)
      }
    }
    inputAbove = try s.optionalInteger(
      "inputAbove", in: 0...Int(UInt32.max) - 1, "more input tokens than this"
    ).map { UInt32($0) }
    inputUpTo = try s.optionalInteger(
      "inputUpTo", in: 0...Int(UInt32.max) - 1, "at most so many input tokens"
    ).map { UInt32($0) }
    streams = try s.optionalFlag("streams", "whether the answer is streamed")
    team = try s.optionalName("team", among: names.teams, kind: "team", "the team").map {
      TeamID($0)
    }
    priorityFrom = UInt8(
      try s.integer("priorityFrom", default: 0, in: 0...255, "at least this priority"))
  }
}
