import Vocabulary

// What befalls the replica itself: it starts anew, or takes over another policy.
//
// Requests in flight go on in both cases: their answers come from upstream and their clients wait.
// What they had charged, reserved or begun belongs to the life before and is not corrected after.

extension Gateway {
  /// Starts anew: breakers, limits, caches and the memory of strategies are forgotten.
  ///
  /// - Complexity: O(slots + what is forgotten).
  public mutating func restart(at now: Instant, into output: inout Output) {
    beginAnew(plan)
    output.notes.append(Note(.restarted, at: now, replica: replica))
  }

  /// Takes over another policy, with nothing learnt yet.
  ///
  /// A request in flight keeps its attempts. If they fail, it is walked anew, once, from its alias'
  /// root in the new policy; a pause before a retry ends at once with such a walk.
  /// - Complexity: O(slots + what is forgotten).
  public mutating func reload(
    _ plan: GatewayPlan, at now: Instant, into output: inout Output
  ) {
    beginAnew(plan)
    output.notes.append(Note(.reloaded, at: now, replica: replica))
    for slot in 0..<UInt32(slots.used) where slots[slot].state != .free {
      slots[slot].depth = 0
      slots[slot].isUprooted = true
      guard slots[slot].state == .waiting else { continue }
      output.commands.append(
        .clearTimer(TimerID(.backoff, of: id(ofSlot: slot), number: slots[slot].waits)))
      slots[slot].state = .attempting
      goOn(slot, after: slots[slot].record.outcome, .unsaid, at: now, into: &output)
    }
  }

  /// Walks a request whose route is gone from the new root; `false` if nothing fits there.
  mutating func walkAnew(_ slot: UInt32, at now: Instant, into output: inout Output) -> Bool {
    slots[slot].isUprooted = false
    slots[slot].strong = plan.tree.strongWithoutScore
    slots[slot].bypassLevel = .max
    let alias = Int(slots[slot].request.alias.index)
    guard alias < plan.tree.roots.count, plan.tree.roots[alias] != .max else { return false }
    return descend(slot, to: plan.tree.roots[alias], reason: .retry, at: now, into: &output)
  }

  /// Becomes a replica that has seen nothing, but for the requests and attempts in flight.
  private mutating func beginAnew(_ plan: GatewayPlan) {
    var anew = Gateway(plan, replica: replica, chance: chance)
    swap(&anew.slots, &slots)
    swap(&anew.flights, &flights)
    anew.nextBody = nextBody
    anew.lateReports = lateReports
    self = anew
    for slot in 0..<UInt32(slots.used) where slots[slot].state != .free {
      // No limit of this life has charged it.
      slots[slot].spared = .max
      // Budgets and hedge rules are those of the life before.
      slots[slot].permitBudget = -1
      slots[slot].isHedgeArmed = false
    }
    for flight in 0..<UInt32(flights.used) where flights[flight].isLive {
      // Nobody of this life has seen it start.
      flights[flight].depth = 0
      flights[flight].breaker = -1
      flights[flight].isProbe = false
      flights[flight].isLimited = false
    }
  }
}
