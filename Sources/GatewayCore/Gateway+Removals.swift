import Vocabulary

// What is said of candidates that are left out: for a request that is explained, each of them; for
// all others, a reason once, so that a run shows that the mechanism behind it has acted.

extension Gateway {
  /// A child was left out.
  @inline(__always)
  mutating func tellRemovals(
    below child: UInt16, _ slot: UInt32, at now: Instant, _ explains: Bool, _ output: inout Output
  ) {
    if explains {
      noteRemovals(below: child, slot, at: now, &output)
    } else if removals.isNew {
      noteNewRemovals(slot, at: now, &output)
    }
  }

  /// Notes the reasons that the replica has not noted yet.
  @inline(never)
  mutating func noteNewRemovals(_ slot: UInt32, at now: Instant, _ output: inout Output) {
    for why in Note.Removal.allCases where removals.take(why) {
      output.notes.append(
        Note(
          .candidateRemoved, at: now, request: slots[slot].request.number, value: why.rawValue,
          replica: replica))
    }
  }

  @inline(never)
  mutating func noteRemovals(
    below number: UInt16, _ slot: UInt32, at now: Instant, _ output: inout Output
  ) {
    guard output.explains(slots[slot].request.number) else { return }
    let node = plan.tree.nodes[Int(number)]
    if node.kind == .alias {
      let root = plan.tree.roots[Int(node.target)]
      if root == .max || node.cycle > 0 && !enter(node.cycle, slot) { return }
      noteRemovals(below: root, slot, at: now, &output)
      if node.cycle > 0 { leave(node.cycle, slot) }
      return
    }
    guard node.kind == .deployment else {
      for place in 0..<Int(node.childCount) {
        noteRemovals(
          below: plan.tree.children[Int(node.firstChild) + place], slot, at: now, &output)
      }
      return
    }
    guard let why = removal(of: node, slot, at: now) else { return }
    output.notes.append(
      Note(
        .candidateRemoved, at: now, request: slots[slot].request.number,
        deployment: DeploymentID(Int(node.target)), subject: number, value: why.rawValue,
        other: whose(why, node, slot, at: now), replica: replica))
  }

  /// Which filter or limit left a leaf out: its place and 1; 0 if it was neither.
  private mutating func whose(
    _ why: Note.Removal, _ leaf: RouteNode, _ slot: UInt32, at now: Instant
  ) -> Int64 {
    if why == .limit {
      let refusing = attemptLimits.refusing(
        slots[slot].request, deployment: DeploymentID(Int(leaf.target)), at: now)
      return refusing.map { Int64(attemptLimits.entries[$0].subject) + 1 } ?? 0
    }
    guard leaf.guardCount > 0, let rule = removing(leaf, slot, at: now),
      plan.tree.guards[rule].removal == why
    else { return 0 }
    return Int64(plan.tree.guards[rule].filter) + 1
  }

  /// Notes the children that the request's tags have not chosen.
  @inline(never)
  mutating func noteMismatches(
    of node: RouteNode, _ fit: CandidateSet, _ chosen: CandidateSet, _ slot: UInt32,
    at now: Instant, _ output: inout Output
  ) {
    let number = slots[slot].request.number
    let subject = slots[slot].nodes[Int(slots[slot].depth) - 1]
    CandidateSet(bits: fit.bits & ~chosen.bits).forEach { place in
      output.notes.append(
        Note(
          .candidateRemoved, at: now, request: number, deployment: leaf(of: node, place),
          subject: subject, value: Note.Removal.tags.rawValue, replica: replica))
    }
  }
}

/// Reasons of removals, one bit each.
struct RemovalSet: BitwiseCopyable, Sendable {
  private var bits: UInt32 = 0
  mutating func insert(_ why: Note.Removal) { bits |= 1 << UInt32(why.rawValue) }
  mutating func remove(_ why: Note.Removal) { bits &= ~(1 << UInt32(why.rawValue)) }
  func contains(_ why: Note.Removal) -> Bool { bits & (1 << UInt32(why.rawValue)) != 0 }
  var isEmpty: Bool { bits == 0 }
}

/// The reasons for which a replica has left candidates out, and which of them it has noted.
struct RemovalsSeen: BitwiseCopyable, Sendable {
  private var new = RemovalSet()
  private var noted = RemovalSet()

  /// A candidate was left out.
  mutating func insert(_ why: Note.Removal) {
    if !noted.contains(why) { new.insert(why) }
  }

  /// Whether there is a reason that has not been noted.
  var isNew: Bool { !new.isEmpty }

  /// Whether a reason is to be noted now; it is not again.
  mutating func take(_ why: Note.Removal) -> Bool {
    guard new.contains(why) else { return false }
    new.remove(why)
    noted.insert(why)
    return true
  }
}
