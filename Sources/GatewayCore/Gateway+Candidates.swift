import Chance
import Vocabulary

// Which children of a node a request may be sent to, and the choices that need no strategy.
//
// These ask and change nothing, yet are `mutating`: for a method that borrows a noncopyable value
// which the caller holds inout, Swift 6.3 copies the value (1,280 bytes a call, measured).

extension Gateway {
  /// Whether something below a node can take the request.
  mutating func fits(_ number: UInt16, _ slot: UInt32, at now: Instant) -> Bool {
    let node = plan.tree.nodes[Int(number)]
    if node.alwaysFit && !slots[slot].excludesTried { return true }
    switch node.kind {
    case .deployment:
      guard let why = removal(of: node, slot, at: now) else { return true }
      removals.insert(why)
      return false
    case .alias:
      let root = plan.tree.roots[Int(node.target)]
      guard root != .max, node.cycle > 0 else { return root != .max && fits(root, slot, at: now) }
      guard enter(node.cycle, slot) else { return false }
      defer { leave(node.cycle, slot) }
      return fits(root, slot, at: now)
    case .fail:
      return true
    case .condition, .threshold:
      let child =
        node.kind == .condition ? branch(of: node, slot, at: now) : side(of: node, slot)
      return fits(plan.tree.children[Int(node.firstChild) + child], slot, at: now)
    case .split:
      return fits(hashedChild(of: node, slot, among: nil), slot, at: now)
    case .balance, .fallback, .sticky:
      if someFits(of: node, slot, at: now) { return true }
      guard node.usesDown, !slots[slot].bypasses else { return false }
      slots[slot].bypasses = true
      defer { slots[slot].bypasses = false }
      return someFits(of: node, slot, at: now)
    }
  }

  /// Marks an alias on a cycle as visited; `false` if the request has been there.
  mutating func enter(_ cycle: UInt8, _ slot: UInt32) -> Bool {
    let bit = UInt64(1) << UInt64(cycle &- 1)
    guard slots[slot].visited & bit == 0 else { return false }
    slots[slot].visited |= bit
    return true
  }

  /// Takes the mark away: the visit was only thought of.
  mutating func leave(_ cycle: UInt8, _ slot: UInt32) {
    slots[slot].visited &= ~(UInt64(1) << UInt64(cycle &- 1))
  }

  /// Whether one of a node's children can take the request.
  private mutating func someFits(
    of node: RouteNode, _ slot: UInt32, at now: Instant
  ) -> Bool {
    if node.match >= 0, node.kind != .fallback {
      var set = CandidateSet(bits: 0)
      for place in 0..<Int(node.childCount)
      where fits(plan.tree.children[Int(node.firstChild) + place], slot, at: now) {
        set.insert(place)
      }
      return !matched(set, node, slot).isEmpty
    }
    for place in 0..<Int(node.childCount) {
      let child = plan.tree.children[Int(node.firstChild) + place]
      if fits(child, slot, at: now) { return true }
      if node.judgesUnfit, !node.on.contains(unfitOutcome(child, slot, at: now)) { return false }
    }
    return false
  }

  /// Whether a route can take the request at all: as it is, using what is down if that is the
  /// policy, or without the filters that may be dropped.
  mutating func opens(_ root: UInt16, _ slot: UInt32, at now: Instant) -> Bool {
    while true {
      if fits(root, slot, at: now) { return true }
      if plan.unfit.allDown != .fail {
        slots[slot].bypasses = true
        if fits(root, slot, at: now) { return true }
        slots[slot].bypasses = false
      }
      guard plan.tree.hasSoftGuards, !slots[slot].dropsSoftFilters else { return false }
      slots[slot].dropsSoftFilters = true
    }
  }

  /// What is down is not used any more.
  mutating func endBypass(_ slot: UInt32) {
    slots[slot].bypasses = false
    slots[slot].bypassLevel = .max
  }

  /// What is down below the node on top of the walk is used.
  mutating func beginBypass(_ slot: UInt32) {
    slots[slot].bypasses = true
    slots[slot].bypassLevel = slots[slot].depth &- 1
  }

  /// Why a leaf may not take the request; `nil` if it may.
  mutating func removal(of leaf: RouteNode, _ slot: UInt32, at now: Instant) -> Note.Removal? {
    if let why = filtered(leaf, slot, at: now) { return why }
    if checksFinish, isTooLate(leaf.target, slot, at: now) { return .deadline }
    if slots[slot].excludesTried {
      for earlier in 0..<Int(slots[slot].record.attempts)
      where slots[slot].excluded & 1 << UInt16(earlier) != 0
        && slots[slot].tried[earlier] == leaf.target
      {
        return slots[slot].skipped & 1 << UInt16(earlier) != 0 ? .credential : .tried
      }
    }
    if isFull(leaf.target) { return .inFlight }
    if !slots[slot].bypasses || leaf.checks.contains(.neverBypasses),
      let why = isOut(leaf, slot, at: now)
    {
      return why
    }
    return limitRefuses(DeploymentID(Int(leaf.target)), slot, at: now) ? .limit : nil
  }

  /// The children of a balance or a sticky node that a request may be sent to.
  @inline(__always)
  mutating func candidates(
    of node: RouteNode, _ slot: UInt32, at now: Instant, _ explains: Bool, _ output: inout Output
  ) -> CandidateSet {
    if node.alwaysFit && !slots[slot].excludesTried {
      return CandidateSet(all: Int(node.childCount))
    }
    return fitting(of: node, slot, at: now, explains, &output)
  }

  private mutating func fitting(
    of node: RouteNode, _ slot: UInt32, at now: Instant, _ explains: Bool, _ output: inout Output
  ) -> CandidateSet {
    if slots[slot].bypassLevel == slots[slot].depth &- 1 { endBypass(slot) }
    var set = CandidateSet(bits: 0)
    for place in 0..<Int(node.childCount) {
      let child = plan.tree.children[Int(node.firstChild) + place]
      if fits(child, slot, at: now) {
        set.insert(place)
      } else {
        tellRemovals(below: child, slot, at: now, explains, &output)
      }
    }
    if node.match >= 0 {
      let some = matched(set, node, slot)
      if some != set { removals.insert(.tags) }
      if explains { noteMismatches(of: node, set, some, slot, at: now, &output) }
      set = some
    }
    if set.isEmpty, node.usesDown, !slots[slot].bypasses {
      beginBypass(slot)
      for place in 0..<Int(node.childCount)
      where fits(plan.tree.children[Int(node.firstChild) + place], slot, at: now) {
        set.insert(place)
      }
      if node.match >= 0 { set = matched(set, node, slot) }
    }
    if demotes { return foremost(of: set, node, at: now) }
    return set
  }

  /// The first child from `start` on that fits.
  mutating func firstFit(
    of node: RouteNode, from start: Int, _ slot: UInt32, at now: Instant, _ explains: Bool,
    _ output: inout Output
  ) -> Int? {
    if demotes { return firstForemost(of: node, from: start, slot, at: now) }
    if slots[slot].bypassLevel == slots[slot].depth &- 1 {
      if start > 0, node.triesDownLast { return firstDown(of: node, slot, at: now) }
      if start == 0 { endBypass(slot) }
    }
    for place in min(start, Int(node.childCount))..<Int(node.childCount) {
      let child = plan.tree.children[Int(node.firstChild) + place]
      if fits(child, slot, at: now) { return place }
      tellRemovals(below: child, slot, at: now, explains, &output)
      if node.judgesUnfit, !node.on.contains(unfitOutcome(child, slot, at: now)) { return nil }
    }
    if start == 0, node.usesDown, !slots[slot].bypasses {
      beginBypass(slot)
      return (0..<Int(node.childCount)).first {
        fits(plan.tree.children[Int(node.firstChild) + $0], slot, at: now)
      }
    }
    if start > 0, node.triesDownLast, !slots[slot].bypasses {
      beginBypass(slot)
      return firstDown(of: node, slot, at: now)
    }
    return nil
  }

  /// The first deployment among a node's children that has not been tried and fits, down or not.
  mutating func firstDown(
    of node: RouteNode, _ slot: UInt32, at now: Instant
  ) -> Int? {
    for place in 0..<Int(node.childCount) {
      let child = plan.tree.children[Int(node.firstChild) + place]
      guard plan.tree.nodes[Int(child)].kind == .deployment, !wasTried(child, slot),
        fits(child, slot, at: now)
      else { continue }
      return place
    }
    return nil
  }

  /// The child of a split or a sticky node, by weighted rendezvous hashing of its field.
  ///
  /// Child i's score is wᵢ / −ln uᵢ with uᵢ from the hash of (field, child's name); the largest
  /// wins, so the share of i is wᵢ / Σ w and removing a child moves only its own keys (D. Thaler,
  /// C. Ravishankar, IEEE/ACM ToN 6(1), 1998; weights: S. Schindelhauer, G. Schomaker, SPAA 2005).
  /// A split keeps to its child; a sticky node passes over children that do not fit.
  mutating func hashed(
    _ node: RouteNode, _ slot: UInt32, at now: Instant, _ explains: Bool, _ output: inout Output
  ) -> Int? {
    guard node.kind == .sticky else {
      let child = hashedChild(of: node, slot, among: nil)
      if fits(child, slot, at: now) { return Int(plan.tree.nodes[Int(child)].place) }
      tellRemovals(below: child, slot, at: now, explains, &output)
      return nil
    }
    let set = candidates(of: node, slot, at: now, explains, &output)
    guard !set.isEmpty else { return nil }
    guard node.pins >= 0 else {
      return Int(plan.tree.nodes[Int(hashedChild(of: node, slot, among: set))].place)
    }
    let child =
      pinned(node, slot, among: set, at: now, into: &output)
      ?? Int(plan.tree.nodes[Int(hashedChild(of: node, slot, among: set))].place)
    pinChoice(node, child, slot, at: now, into: &output)
    return child
  }

  /// The child that a request's field is hashed to, among some of the children or all.
  func hashedChild(
    of node: RouteNode, _ slot: UInt32, among set: CandidateSet?
  ) -> UInt16 {
    let field = plan.tree.fields[Int(node.field)].hash(of: slots[slot].request)
    var best = plan.tree.children[Int(node.firstChild)]
    var bestScore = -Double.infinity
    for place in 0..<Int(node.childCount) where set?.contains(place) ?? true {
      let child = plan.tree.children[Int(node.firstChild) + place]
      let call = CallKey(bits: field ^ plan.tree.hashes[Int(child)])
      let score = plan.tree.weights[Int(child)] / -Elementary.log(splitKey.uniform(call: call))
      if score > bestScore {
        bestScore = score
        best = child
      }
    }
    return best
  }

  // MARK: What is said about a request that is explained.

  @inline(never)
  mutating func noteChoice(
    _ node: RouteNode, _ number: UInt16, _ child: Int, _ candidates: CandidateSet, _ slot: UInt32,
    at now: Instant, _ output: inout Output
  ) {
    let request = slots[slot].request
    if lessonsHeard[Int(node.target)] > 0 {
      noteTold(.attempts, lessonsHeard[Int(node.target)], number, slot, at: now, &output)
    }
    candidates.forEach { place in
      guard
        let score = strategies[Int(node.target)].score(of: place, for: request, at: now)
      else { return }
      output.notes.append(
        Note(
          .scored, at: now, request: request.number, deployment: leaf(of: node, place),
          subject: number, value: Int64(place), other: score, replica: replica))
    }
    output.notes.append(
      Note(
        .chose, at: now, request: request.number, deployment: leaf(of: node, child),
        subject: number, value: Int64(child), other: Int64(candidates.count), replica: replica))
  }

  /// Notes which child a node takes that does not score them.
  @inline(never)
  mutating func noteBranch(
    _ node: RouteNode, _ number: UInt16, _ child: Int, _ slot: UInt32, at now: Instant,
    _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .chose, at: now, request: slots[slot].request.number, deployment: leaf(of: node, child),
        subject: number, value: Int64(child), other: Int64(node.childCount), replica: replica))
  }

  @inline(never)
  mutating func noteContinued(
    _ number: UInt16, _ how: Int64, _ wait: Int64, _ slot: UInt32, at now: Instant,
    _ output: inout Output
  ) {
    output.notes.append(
      Note(
        .continued, at: now, request: slots[slot].request.number, subject: number, value: how,
        other: wait, replica: replica))
  }

  func leaf(of node: RouteNode, _ place: Int) -> DeploymentID {
    let child = plan.tree.nodes[Int(plan.tree.children[Int(node.firstChild) + place])]
    return child.kind == .deployment ? DeploymentID(Int(child.target)) : .none
  }
}
