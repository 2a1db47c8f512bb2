import Vocabulary

// Sticky nodes that remember: where a key went, and that it was answered there; what replicas tell
// each other of it.

extension Gateway {
  /// The child that a request is pinned to at a node, if it is among the candidates.
  mutating func pinned(
    _ node: RouteNode, _ slot: UInt32, among set: CandidateSet, at now: Instant,
    into output: inout Output
  ) -> Int? {
    let rule = plan.tree.stickies[Int(node.pins)]
    guard rule.field.isLasting(for: slots[slot].request) else { return nil }
    let key = rule.field.hash(of: slots[slot].request)
    guard let pin = pins[Int(node.pins)].pin(of: key, at: now), set.contains(Int(pin.child))
    else { return nil }
    if pin.origin != .max, output.explains(slots[slot].request.number) {
      let number = slots[slot].nodes[Int(slots[slot].depth) - 1]
      noteTold(.pin, Int64(pin.origin), number, slot, at: now, &output)
    }
    return Int(pin.child)
  }

  /// A child was chosen at a node that remembers.
  mutating func pinChoice(
    _ node: RouteNode, _ child: Int, _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    let rule = plan.tree.stickies[Int(node.pins)]
    guard rule.pinsAtChoice || rule.renewal == .use,
      rule.field.isLasting(for: slots[slot].request), isWorthPinning(node, child, rule)
    else { return }
    let key = rule.field.hash(of: slots[slot].request)
    if let pin = pins[Int(node.pins)].chosen(child, for: key, at: now) {
      tell(pin, of: key, node.pins, into: &output)
    }
  }

  /// An attempt has answered: the nodes on its way that remember learn it.
  @inline(never)
  mutating func pinAnswer(
    _ path: SIMD8<UInt16>, _ depth: Int, _ slot: UInt32, at now: Instant,
    into output: inout Output
  ) {
    for level in 0..<max(0, depth - 1) {
      let node = plan.tree.nodes[Int(path[level])]
      guard node.pins >= 0 else { continue }
      let rule = plan.tree.stickies[Int(node.pins)]
      let child = Int(plan.tree.nodes[Int(path[level + 1])].place)
      guard rule.field.isLasting(for: slots[slot].request), isWorthPinning(node, child, rule)
      else { continue }
      let key = rule.field.hash(of: slots[slot].request)
      if let pin = pins[Int(node.pins)].answered(child, for: key, at: now) {
        tell(pin, of: key, node.pins, into: &output)
      }
    }
  }

  /// Tells the others where a key is kept now.
  private mutating func tell(
    _ pin: PinTable.Pin, of key: UInt64, _ table: Int16, into output: inout Output
  ) {
    guard let way = pinWays[Int(table)] else { return }
    output.commands.append(
      .publish(Delta(pin, of: key, table: table, policy: limits.policy, way: way)))
  }

  /// Another replica tells where it keeps a key.
  @inline(never)
  mutating func heardPin(_ delta: Delta, from sender: ReplicaID, at now: Instant) {
    let table = Int(delta.subject)
    guard delta.policy == limits.policy, table < pins.count, pinWays[table] == delta.way else {
      return
    }
    pins[table].hear(
      delta.pin(from: sender), of: UInt64(bitPattern: delta.change), at: now)
  }

  /// Notes that a decision rests on what other replicas have told.
  @inline(never)
  mutating func noteTold(
    _ what: Note.Told, _ other: Int64, _ number: UInt16, _ slot: UInt32, at now: Instant,
    _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .toldByOthers, at: now, request: slots[slot].request.number, subject: number,
        value: what.rawValue, other: other, replica: replica))
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
