import Vocabulary

// Conditions: which branch a request takes, and which filters concern it.

extension Gateway {
  /// Whether a compiled condition holds for a request now.
  @inline(__always)
  mutating func holds(_ condition: UInt16, _ slot: UInt32, at now: Instant) -> Bool {
    var next = condition
    guard next < RouteTest.fails else { return next == RouteTest.holds }
    let localSeconds = plan.tree.localSecondsAtStart &+ now.nanoseconds / 1_000_000_000
    repeat {
      let test = plan.tree.tests[Int(next)]
      let yes: Bool
      switch test.subject {
      case .budgetLeft: yes = budgetLeft(slot, at: now) <= test.high
      case .rerouted: yes = isRerouted(slot, at: now)
      default: yes = test.answer(for: slots[slot].request, localSeconds: localSeconds)
      }
      next = yes ? test.yes : test.no
    } while next < RouteTest.fails
    return next == RouteTest.holds
  }

  /// The first branch of a condition that holds; the last branch is `else`.
  @inline(__always)
  mutating func branch(of node: RouteNode, _ slot: UInt32, at now: Instant) -> Int {
    let branches = Int(node.childCount) - 1
    for place in 0..<branches
    where holds(plan.tree.conditions[Int(node.target) + place], slot, at: now) {
      return place
    }
    return branches
  }

  /// The smallest share that a budget of the request has left, in millionths.
  private mutating func budgetLeft(_ slot: UInt32, at now: Instant) -> Int64 {
    Int64(limits.remaining(slots[slot].request, at: now) * 1_000_000)
  }

  /// Whether a budget of the request asks to be rerouted.
  private mutating func isRerouted(_ slot: UInt32, at now: Instant) -> Bool {
    limits.reroutes(slots[slot].request, at: now)
  }
}
