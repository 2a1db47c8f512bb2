import Vocabulary

// Sticky nodes that remember: where a key went, and that it was answered there.

extension Gateway {
  /// The child that a request is pinned to at a node, if it is among the candidates.
  mutating func pinned(
    _ node: RouteNode, _ slot: UInt32, among set: CandidateSet, at now: Instant
  ) -> Int? {
    let rule = plan.tree.stickies[Int(node.pins)]
    guard rule.field.isLasting(for: slots[slot].request) else { return nil }
    let key = rule.field.hash(of: slots[slot].request)
    guard let child = pins[Int(node.pins)].child(of: key, at: now), set.contains(child) else {
      return nil
    }
    return child
  }

  /// A child was chosen at a node that remembers.
  mutating func pinChoice(_ node: RouteNode, _ child: Int, _ slot: UInt32, at now: Instant) {
    let rule = plan.tree.stickies[Int(node.pins)]
    guard rule.pinsAtChoice || rule.renewal == .use,
      rule.field.isLasting(for: slots[slot].request), isWorthPinning(node, child, rule)
    else { return }
    pins[Int(node.pins)].chosen(
      child, for: rule.field.hash(of: slots[slot].request), at: now)
  }

  /// An attempt has answered: the nodes on its way that remember learn it.
  @inline(never)
  mutating func pinAnswer(
    _ path: SIMD8<UInt16>, _ depth: Int, _ slot: UInt32, at now: Instant
  ) {
    for level in 0..<max(0, depth - 1) {
      let node = plan.tree.nodes[Int(path[level])]
      guard node.pins >= 0 else { continue }
      let rule = plan.tree.stickies[Int(node.pins)]
      let child = Int(plan.tree.nodes[Int(path[level + 1])].place)
      guard rule.field.isLasting(for: slots[slot].request), isWorthPinning(node, child, rule)
      else { continue }
      pins[Int(node.pins)].answered(
        child, for: rule.field.hash(of: slots[slot].request), at: now)
    }
  }

  private mutating func isWorthPinning(
    _ node: RouteNode, _ child: Int, _ rule: StickyRule
  ) -> Bool {
    guard rule.onlyCheaperCache else { return true }
    let leaf = plan.tree.nodes[Int(plan.tree.children[Int(node.firstChild) + child])]
    guard leaf.kind == .deployment else { return true }
    return sheets[Int(leaf.target)].cachedInput < sheets[Int(leaf.target)].input
  }
}
