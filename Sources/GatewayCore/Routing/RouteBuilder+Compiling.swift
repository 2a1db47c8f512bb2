import Settings
import Vocabulary

// How the nodes that have been read become one tree.

extension RouteBuilder {
  /// Adds a node; its kind is set when it has been read.
  mutating func add(_ setting: Setting) throws(SettingError) -> UInt16 {
    // Each may have five budgets, and what nodes refer to is numbered in 16 bits with a sign.
    guard tree.nodes.count < RouteTree.maximumNodes else {
      throw SettingError(at: setting, "more than 6,000 route nodes")
    }
    tree.nodes.append(RouteNode(kind: .deployment))
    tree.weights.append(1)
    tree.hashes.append(0)
    tree.orders.append(0)
    tree.names.append(setting.path)
    return UInt16(tree.nodes.count - 1)
  }

  /// Makes a node a leaf: an attempt on a deployment, with what the levels above say.
  mutating func setDeployment(_ number: UInt16, _ index: Int, _ inherited: Inherited) {
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
    if let span = inherited.retry, tree.nodes[Int(number)].retry < 0 {
      tree.nodes[Int(number)].retry = span.first
      tree.nodes[Int(number)].retryCount = span.count
    }
    if let rule = inherited.breaker {
      let same =
        rule.isPerLeaf
        ? nil : tree.breakers.firstIndex { $0.rule == rule && $0.deployment == deployment }
      if same == nil { tree.breakers.append((rule, deployment)) }
      tree.nodes[Int(number)].breaker = Int16(same ?? tree.breakers.count - 1)
    }
    guardLeaf(number, index, inherited)
  }

  /// Gives a node its children, in order.
  mutating func adopt(
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

  mutating func prepare(_ number: UInt16) {
    let node = tree.nodes[Int(number)]
    let routeChildren = (0..<Int(node.childCount)).map { place in
      let child = tree.children[Int(node.firstChild) + place]
      let leaf = firstLeaf(below: child)
      return RouteChild(
        name: label(of: child, place), weight: tree.weights[Int(child)],
        deployment: tree.nodes[Int(child)].kind == .deployment ? leaf ?? .none : .none,
        sheet: leaf.map { names.deployments[Int($0.index)].sheet },
        curve: leaf.flatMap { names.deployments[Int($0.index)].curve })
    }
    tree.strategies[Int(node.target)].prepare(for: routeChildren)
  }

  private func firstLeaf(below number: UInt16) -> DeploymentID? {
    var node = tree.nodes[Int(number)]
    // A cycle of first children has no leaf.
    for _ in 0...tree.nodes.count {
      if node.kind == .deployment { return DeploymentID(Int(node.target)) }
      if node.kind == .alias {
        guard tree.roots[Int(node.target)] != .max else { return nil }
        node = tree.nodes[Int(tree.roots[Int(node.target)])]
        continue
      }
      guard node.childCount > 0 else { return nil }
      node = tree.nodes[Int(tree.children[Int(node.firstChild)])]
    }
    return nil
  }

  /// Sets the roots, refuses cycles without a leaf and walks that are too deep, and marks what always fits.
  mutating func connect(
    _ routes: [(alias: Int, root: UInt16)], at setting: Setting
  ) throws(SettingError) {
    for (alias, root) in routes { tree.roots[alias] = root }
    guard tree.guards.count < 65_000, tree.tests.count < 65_000,
      tree.nodes.allSatisfy({ $0.guardCount < .max }), tree.fields.count < 256
    else {
      throw SettingError(
        at: setting.position, path: setting.path,
        "more filters and conditions than a policy may have",
        next: "a leaf has at most 254 filters, a policy 65,000 rules of filters and tests")
    }
    try findCycles(routes, at: setting)
    for (alias, root) in routes {
      try measure(root, depth: 1, aliases: [alias], at: setting)
    }
    for number in tree.nodes.indices where tree.nodes[number].kind == .balance {
      prepare(UInt16(number))
    }
    gatherTags()
    try gatherThresholds(routes.map(\.alias))
    for number in tree.nodes.indices.reversed() {
      tree.nodes[number].alwaysFit = alwaysFits(UInt16(number))
    }
  }

  /// Marks the aliases that lead back to themselves: a request is sent to each of them once.
  private mutating func findCycles(
    _ routes: [(alias: Int, root: UInt16)], at setting: Setting
  ) throws(SettingError) {
    tree.cycles = tree.roots.map { _ in 0 }
    var count: UInt8 = 0
    for (alias, root) in routes {
      let below = tree.reachable(from: root).map { tree.nodes[Int($0)] }
      guard below.contains(where: { $0.kind == .alias && Int($0.target) == alias }) else {
        continue
      }
      guard below.contains(where: { $0.kind == .deployment || $0.kind == .fail }) else {
        throw SettingError(
          at: setting.position, path: tree.names[Int(root)],
          "the alias \"\(names.aliases[alias])\" leads back to itself, and to no deployment",
          next: "let a route on the cycle have a deployment, or another way out")
      }
      guard count < 64 else {
        throw SettingError(at: setting, "more than 64 aliases that lead back to themselves")
      }
      count += 1
      tree.cycles[alias] = count
    }
    for number in tree.nodes.indices where tree.nodes[number].kind == .alias {
      tree.nodes[number].cycle = tree.cycles[Int(tree.nodes[number].target)]
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
      if aliases.contains(target) { return }
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

  /// What the leaves below each node are marked with; an alias counts as what its route reaches.
  private mutating func gatherTags() {
    tree.tags = tree.nodes.map { _ in 0 }
    tree.defaults = tree.nodes.map { _ in false }
    guard !tree.matches.isEmpty else { return }
    tree.bareTags = names.bareTags
    for number in tree.nodes.indices {
      for leaf in tree.reachable(from: UInt16(number))
      where tree.nodes[Int(leaf)].kind == .deployment {
        let facts = names.deployments[Int(tree.nodes[Int(leaf)].target)]
        tree.tags[number] |= facts.tags.rawValue
        tree.defaults[number] = tree.defaults[number] || facts.isDefault
      }
    }
  }

  /// Whether nothing below a node can ever be unfit.
  private func alwaysFits(_ number: UInt16) -> Bool {
    let node = tree.nodes[Int(number)]
    switch node.kind {
    case .deployment:
      return node.breaker < 0 && !node.checks.asks && node.guardCount == 0
    case .fail:
      return true
    case .alias:
      return node.cycle == 0 && tree.roots[Int(node.target)] != .max
        && alwaysFits(tree.roots[Int(node.target)])
    default:
      return node.match < 0
        && (0..<Int(node.childCount)).allSatisfy {
          alwaysFits(tree.children[Int(node.firstChild) + $0])
        }
    }
  }
}
