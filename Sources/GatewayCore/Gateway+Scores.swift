import Vocabulary

// The score stage: how hard a request is, asked once, and the side of each threshold it falls on.

extension Gateway {
  /// Asks for a request's score if its route has a threshold; whether it waits for the answer.
  @inline(never)
  mutating func asksForScore(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    let alias = Int(slots[slot].request.alias.index)
    guard alias < plan.tree.scoreDeadlines.count, plan.tree.scoreDeadlines[alias] > 0 else {
      return false
    }
    let deadline = min(
      slots[slot].deadline, now.advanced(byNanoseconds: plan.tree.scoreDeadlines[alias]))
    ask(.complexity, for: slot, deadline: deadline, at: now, into: &output)
    slots[slot].state = .asking
    return true
  }

  /// The score has come, or it has not; decides the side of every threshold, once.
  mutating func scored(_ slot: UInt32, _ succeeded: Bool, _ value: UInt64) {
    // The service's value is in 2⁻⁶³.
    let score = Double(min(value, 1 << 63)) / 9_223_372_036_854_775_808
    let alias = Int(slots[slot].request.alias.index)
    let asked = alias < plan.tree.aliasThresholds.count ? plan.tree.aliasThresholds[alias] : 0
    var strong = plan.tree.strongWithoutScore
    for place in plan.tree.thresholds.indices where asked & 1 << UInt32(place) != 0 {
      let rule = plan.tree.thresholds[place]
      let isStrong: Bool
      if !succeeded {
        isStrong = rule.strongWithoutScore
      } else if rule.sample > 0 {
        isStrong = score >= samples[place].threshold
        samples[place].add(score)
      } else {
        isStrong = score >= rule.at
      }
      if isStrong { strong |= 1 << UInt32(place) } else { strong &= ~(1 << UInt32(place)) }
    }
    slots[slot].strong = strong
  }

  /// A score in millionths, for notes.
  static func millionths(_ value: UInt64) -> Int64 {
    Int64(min(value, 1 << 63) / 9_223_372_036_854)
  }

  /// The child of a threshold node: 0 strong, 1 weak.
  @inline(__always)
  mutating func side(of node: RouteNode, _ slot: UInt32) -> Int {
    slots[slot].strong & 1 << UInt32(node.target) != 0 ? 0 : 1
  }
}
