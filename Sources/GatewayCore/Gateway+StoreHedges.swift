import Vocabulary

// Hedges under central limits of deployments and models: the store is asked when the delay is over.
//
// The first attempt goes on meanwhile, and the request stays in the state `attempting`: that a
// question is out is in `question`. If the first attempt serves, or its client leaves, there is no
// hedge when the answer comes; if it fails, what is to come next waits for the answer, so that a
// request never has two side calls out. What the store refuses is left out, and the next candidate is
// asked about, at most eight in all.

extension Gateway {
  /// The store has answered about a hedge, or not in time.
  mutating func storeAnswered(
    aboutHedgeOf slot: UInt32, _ succeeded: Bool, _ value: UInt64, at now: Instant,
    into output: inout Output
  ) {
    let question = slots[slot].question
    slots[slot].question = .request
    guard stillHedges(slot, at: now) else {
      tellUnused(slot, question, into: &output)
      return giveUpHedge(slot, at: now, into: &output)
    }
    let walk = slots[slot].hedgeWalk
    let leaf = plan.tree.nodes[Int(walk.nodes[Int(walk.depth) - 1])]
    var spared = UInt64.max
    if grants(question, leaf, slot, succeeded, value, &spared, at: now, into: &output) {
      slots[slot].leftOutCount = 0
      slots[slot].walk = walk
      startAttempt(slot, reason: .hedge, at: now, into: &output)
      flights[slots[slot].hedge.slot].askedStore = true
      flights[slots[slot].hedge.slot].sparedByStandIns = spared
      noteHedge(slot, at: now, into: &output)
    } else if Int(slots[slot].leftOutCount) == slots[slot].leftOut.scalarCount
      || !beginsHedge(slot, at: now, into: &output)
    {
      return giveUpHedge(slot, at: now, into: &output)
    }
    // It takes the place of a first attempt that is gone.
    guard slots[slot].attempt == .none, slots[slot].hedge != .none else { return }
    slots[slot].attempt = slots[slot].hedge
    slots[slot].hedge = .none
    armHedge(
      slot, flights[slots[slot].attempt.slot].record.deployment, isFirst: false, at: now,
      into: &output)
  }

  /// Whether a hedge that was asked about is still wanted: nothing has begun, the policy is the one
  /// that wanted it, and the first attempt has not failed in a way after which none is made.
  private mutating func stillHedges(_ slot: UInt32, at now: Instant) -> Bool {
    guard !slots[slot].isUprooted, now < slots[slot].deadline,
      slots[slot].record.began == .distantFuture, !slots[slot].followersBegan
    else { return false }
    let rule = plan.tree.hedges[Int(slots[slot].hedgeRule)]
    return slots[slot].attempt != .none || !rule.judges
      || rule.nonFatal.contains(slots[slot].record.outcome)
  }

  /// There is no hedge; if the first attempt has failed meanwhile, the request goes on after that.
  private mutating func giveUpHedge(_ slot: UInt32, at now: Instant, into output: inout Output) {
    giveBackHedge(slot, at: now, into: &output)
    guard slots[slot].attempt == .none else { return forgetRefusals(slot) }
    goOn(slot, after: slots[slot].record.outcome, slots[slot].hint, at: now, into: &output)
  }
}
