import Vocabulary

// Filters: which leaves a request may not go to, whatever their health.

extension Gateway {
  /// Why the filters leave a leaf out; `nil` if they do not.
  @inline(__always)
  mutating func filtered(
    _ leaf: RouteNode, _ slot: UInt32, at now: Instant
  ) -> Note.Removal? {
    if leaf.checks.asks {
      if leaf.checks.contains(.capabilities),
        !plan.deployments[Int(leaf.target)].capabilities
          .isSuperset(of: slots[slot].request.capabilities)
      {
        return .capability
      }
      if leaf.checks.contains(.input),
        slots[slot].request.inputTokens > plan.deployments[Int(leaf.target)].contextWindow
      {
        return .contextWindow
      }
      if leaf.checks.contains(.total), exceeds(leaf, slot) { return .contextWindow }
    }
    return leaf.guardCount > 0 ? guarded(leaf, slot, at: now) : nil
  }

  /// Whether prompt and output cap together are longer than the window.
  private mutating func exceeds(_ leaf: RouteNode, _ slot: UInt32) -> Bool {
    let cap = slots[slot].request.outputCap
    let total = UInt64(slots[slot].request.inputTokens) + (cap == .max ? 0 : UInt64(cap))
    return total > UInt64(plan.deployments[Int(leaf.target)].contextWindow)
  }

  private mutating func guarded(
    _ leaf: RouteNode, _ slot: UInt32, at now: Instant
  ) -> Note.Removal? {
    removing(leaf, slot, at: now).map { plan.tree.guards[$0].removal }
  }

  /// The place of the rule that leaves a leaf out, in `RouteTree.guards`; `nil` if none does.
  @inline(never)
  mutating func removing(_ leaf: RouteNode, _ slot: UInt32, at now: Instant) -> Int? {
    let first = Int(leaf.firstGuard)
    for place in first..<(first + Int(leaf.guardCount)) {
      let rule = plan.tree.guards[place]
      if rule.isSoft, slots[slot].dropsSoftFilters { continue }
      guard holds(rule.condition, slot, at: now) else { continue }
      if rule.bill == .min { return place }
      let cap = slots[slot].request.outputCap
      let most = price(
        of: Usage(
          inputTokens: slots[slot].request.inputTokens,
          outputTokens: cap == .max ? rule.assumedOutput : cap),
        by: DeploymentID(Int(leaf.target)), at: now)
      if most.picodollars > rule.bill { return place }
    }
    return nil
  }

  /// Of the children that fit, those that the request's tags choose.
  @inline(never)
  mutating func matched(_ set: CandidateSet, _ node: RouteNode, _ slot: UInt32) -> CandidateSet {
    let rule = plan.tree.matches[Int(node.match)]
    let asked = slots[slot].request.tags.rawValue & rule.mask
    if asked & (rule.excluding | rule.requiring) != 0 {
      return matchedByPrefixes(set, node, rule, asked)
    }
    var some = CandidateSet(bits: 0)
    var standard = CandidateSet(bits: 0)
    set.forEach { place in
      let child = Int(plan.tree.children[Int(node.firstChild) + place])
      let carried = plan.tree.tags[child]
      if plan.tree.defaults[child] { standard.insert(place) }
      if asked != 0, rule.all ? carried & asked == asked : carried & asked != 0 {
        some.insert(place)
      }
    }
    if !some.isEmpty { return some }
    return asked == 0 && standard.isEmpty ? set : standard
  }

  /// The same for a request some of whose tags leave out or are a must.
  private mutating func matchedByPrefixes(
    _ set: CandidateSet, _ node: RouteNode, _ rule: TagMatch, _ asked: UInt64
  ) -> CandidateSet {
    var (out, must, isPossible) = (UInt64(0), UInt64(0), true)
    for bit in plan.tree.bareTags.indices where asked & 1 << UInt64(bit) != 0 {
      let bare = plan.tree.bareTags[bit]
      if rule.excluding & 1 << UInt64(bit) != 0 { out |= bare }
      if rule.requiring & 1 << UInt64(bit) != 0 {
        must |= bare
        isPossible = isPossible && bare != 0
      }
    }
    let plain = asked & ~(rule.excluding | rule.requiring)
    let isRequired = asked & rule.requiring != 0
    var all = CandidateSet(bits: 0)
    var some = CandidateSet(bits: 0)
    var standard = CandidateSet(bits: 0)
    var hasStandard = false
    set.forEach { place in
      let child = Int(plan.tree.children[Int(node.firstChild) + place])
      let carried = plan.tree.tags[child]
      hasStandard = hasStandard || plan.tree.defaults[child]
      guard isPossible, carried & out == 0, carried & must == must else { return }
      all.insert(place)
      if plan.tree.defaults[child] { standard.insert(place) }
      if plain != 0, rule.all ? carried & plain == plain : carried & plain != 0 {
        some.insert(place)
      }
    }
    if plain == 0 { return isRequired || !hasStandard ? all : standard }
    return some.isEmpty ? standard : some
  }

  /// What a request is told when nothing below a node can take it.
  ///
  /// If prompts that are too long are to look like it (LiteLLM) and nothing but the window speaks
  /// against the deployments, that; if health does, the status for that; else the status for
  /// filters.
  @inline(never)
  mutating func unfitOutcome(_ number: UInt16, _ slot: UInt32, at now: Instant) -> Outcome {
    var reasons = RemovalSet()
    gatherRemovals(below: number, slot, at: now, &reasons)
    if reasons.contains(.breaker) || reasons.contains(.ejected) || reasons.contains(.limit)
      || reasons.contains(.inFlight)
    {
      return .status(plan.unfit.down)
    }
    if plan.unfit.tellsTooLong, reasons.contains(.contextWindow) { return .contextWindow }
    return .status(plan.unfit.filtered)
  }

  private mutating func gatherRemovals(
    below number: UInt16, _ slot: UInt32, at now: Instant, _ reasons: inout RemovalSet
  ) {
    let node = plan.tree.nodes[Int(number)]
    switch node.kind {
    case .deployment:
      if let why = removal(of: node, slot, at: now) { reasons.insert(why) }
    case .alias:
      let root = plan.tree.roots[Int(node.target)]
      if root == .max || node.cycle > 0 && !enter(node.cycle, slot) { return }
      gatherRemovals(below: root, slot, at: now, &reasons)
      if node.cycle > 0 { leave(node.cycle, slot) }
    case .condition, .threshold:
      let child =
        node.kind == .condition ? branch(of: node, slot, at: now) : side(of: node, slot)
      gatherRemovals(
        below: plan.tree.children[Int(node.firstChild) + child], slot, at: now, &reasons)
    default:
      for place in 0..<Int(node.childCount) {
        gatherRemovals(
          below: plan.tree.children[Int(node.firstChild) + place], slot, at: now, &reasons)
      }
    }
  }
}
