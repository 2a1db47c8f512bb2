import Chance
import Vocabulary

// The walk through a route tree: a resumable value in the request's slot.
//
// `descend` goes down from a node to a leaf and starts an attempt there. `goOn` offers a failure
// from the leaf upwards: in each frame a retry comes before the next child, and the first frame
// whose rule covers the outcome and has something left continues.

extension Gateway {
  /// Takes a request into its slot and passes it through the stages.
  mutating func begin(
    _ request: borrowing Request, _ id: RequestID, spared: UInt64,
    held: SIMD4<UInt16> = SIMD4(repeating: 0), at now: Instant, into output: inout Output
  ) {
    keep(request, id, at: now)
    admit(id.slot, spared: spared, held: held, at: now)
    if asksStore, asksStore(about: id.slot, before: .look, at: now, into: &output) { return }
    proceed(id.slot, from: .look, at: now, into: &output)
  }

  /// Takes a request into its slot.
  mutating func keep(_ request: borrowing Request, _ id: RequestID, at now: Instant) {
    let slot = id.slot
    slots[slot].request = copy request
    slots[slot].record = RequestRecord(arrival: request, id: id, at: now, replica: replica)
    slots[slot].deadline = min(
      request.deadline, now.advanced(byNanoseconds: plan.requestDeadline))
    slots[slot].retries = SIMD8(repeating: 0)
    slots[slot].depth = 0
    slots[slot].inFlight = 0
    slots[slot].state = .attempting
    slots[slot].bypasses = false
    slots[slot].excluded = 0
    slots[slot].failed = false
    slots[slot].skipped = 0
    slots[slot].waited = 0
    slots[slot].hint = .unsaid
    slots[slot].permitBudget = -1
    slots[slot].hedge = .none
    slots[slot].isHedgeArmed = false
    slots[slot].restarts = 0
    slots[slot].carried = 0
    slots[slot].asked = 0
    slots[slot].strong = plan.tree.strongWithoutScore
    slots[slot].bypassLevel = .max
    slots[slot].visited = 0
    slots[slot].dropsSoftFilters = false
    slots[slot].isUprooted = false
    slots[slot].servedUsage = .none
    slots[slot].servedFromCache = false
    slots[slot].staleLook = StaleLook()
    slots[slot].spared = 0
    slots[slot].chargedAt = now
    slots[slot].isAdmitted = false
    slots[slot].askedStore = false
    slots[slot].isUndone = false
    slots[slot].sparedByStandIns = .max
  }

  /// Passes a request through the stages from one on, until one keeps it.
  mutating func proceed(
    _ slot: UInt32, from stage: Pending.Stage, at now: Instant, into output: inout Output
  ) {
    if looksOutside, stage == .look, asksCache(about: slot, at: now, into: &output) { return }
    if coalesces, stage.rawValue <= Pending.Stage.coalesce.rawValue,
      coalesce(slot, at: now, into: &output)
    {
      return
    }
    if understands, stage.rawValue <= Pending.Stage.semantic.rawValue,
      keepsForMeaning(slot, at: now, into: &output)
    {
      return
    }
    if wantsScores, stage.rawValue <= Pending.Stage.score.rawValue,
      asksForScore(slot, at: now, into: &output)
    {
      return
    }
    route(slot, at: now, into: &output)
  }

  /// The last stage: the first attempt.
  mutating func route(_ slot: UInt32, at now: Instant, into output: inout Output) {
    if policyBudget >= 0 { countFirst(ofBudget: Int(policyBudget), at: now, into: &output) }
    let alias = Int(slots[slot].request.alias.index)
    let root = alias < plan.tree.roots.count ? plan.tree.roots[alias] : .max
    guard root != .max else {
      return finish(slot, .failed, .status(404), at: now, into: &output)
    }
    beginVisits(slot, alias)
    if asksBeforeAttempts { forgetRefusals(slot) }
    if !plan.tree.nodes[Int(root)].alwaysFit, !opens(root, slot, at: now) {
      return endUnfit(slot, root, at: now, into: &output)
    }
    if !descend(slot, to: root, reason: .first, at: now, into: &output) {
      finish(slot, .failed, .status(503), at: now, into: &output)
    }
  }

  /// Ends a request for which nothing of its route fits.
  @inline(never)
  private mutating func endUnfit(
    _ slot: UInt32, _ root: UInt16, at now: Instant, into output: inout Output
  ) {
    if refusedByLimits(slot, root, at: now, into: &output) { return }
    let explains = output.explains(slots[slot].request.number)
    tellRemovals(below: root, slot, at: now, explains, &output)
    finish(slot, .failed, unfitOutcome(root, slot, at: now), at: now, into: &output)
  }

  /// A walk from an alias' root begins; if the alias is on a cycle it has been visited.
  @inline(__always)
  mutating func beginVisits(_ slot: UInt32, _ alias: Int) {
    if hasCycles, alias < plan.tree.cycles.count, plan.tree.cycles[alias] > 0 {
      slots[slot].visited = 1 << UInt64(plan.tree.cycles[alias] - 1)
    }
  }

  /// Goes down from `node` to a leaf and starts an attempt there; `false` if nothing fits.
  mutating func descend(
    _ slot: UInt32, to start: UInt16, reason: AttemptRecord.Reason, at now: Instant,
    into output: inout Output
  ) -> Bool {
    var number = start
    let explains = output.explains(slots[slot].request.number)
    while true {
      let level = Int(slots[slot].depth)
      guard level < RouteTree.maximumDepth else { return false }
      slots[slot].nodes[level] = number
      slots[slot].retries[level] = 0
      slots[slot].depth = UInt8(level + 1)
      let node = plan.tree.nodes[Int(number)]
      let child: Int
      switch node.kind {
      case .deployment:
        goTo(leafOf: slot, reason: reason, at: now, into: &output)
        return true
      case .alias:
        number = plan.tree.roots[Int(node.target)]
        if number == .max || node.cycle > 0 && !enter(node.cycle, slot) { return false }
        continue
      case .balance:
        let candidates = candidates(of: node, slot, at: now, explains, &output)
        guard !candidates.isEmpty else { return false }
        if node.pins >= 0,
          let kept = pinned(node, slot, among: candidates, at: now, into: &output)
        {
          child = kept
        } else {
          child = strategies[Int(node.target)].choose(
            among: candidates, for: slots[slot].request, at: now,
            draws: RoutingDraws(
              key: routingKey, script: chance.script, call: slots[slot].request.call,
              attempt: UInt32(slots[slot].record.attempts), level: UInt32(level)))
        }
        if node.pins >= 0 { pinChoice(node, child, slot, at: now, into: &output) }
        if explains { noteChoice(node, number, child, candidates, slot, at: now, &output) }
      case .fallback:
        guard let first = firstFit(of: node, from: 0, slot, at: now, explains, &output) else {
          return false
        }
        child = first
      case .condition:
        child = branch(of: node, slot, at: now)
      case .threshold:
        child = side(of: node, slot)
      case .fail:
        // A hedge that finds only this node is no hedge: the failure goes on in its own way.
        guard slots[slot].inFlight == 0, reason != .hedge else { return false }
        finish(slot, .failed, .status(node.target), at: now, into: &output)
        return true
      case .split, .sticky:
        guard let hashed = hashed(node, slot, at: now, explains, &output) else { return false }
        child = hashed
      }
      if explains, node.kind != .balance, node.kind != .fallback {
        noteBranch(node, number, child, slot, at: now, &output)
      }
      slots[slot].taken[level] = UInt8(child)
      number = plan.tree.children[Int(node.firstChild) + child]
    }
  }

  /// Offers a failure from the leaf upwards, and goes on at the first frame that can.
  ///
  /// `passing`: the retries of the frame on top have been used or have come to nothing.
  mutating func goOn(
    _ slot: UInt32, after outcome: Outcome, _ hint: RetryAfter, passing: Bool = false,
    at now: Instant, into output: inout Output
  ) {
    var passing = passing
    if slots[slot].record.began != .distantFuture || slots[slot].followersBegan,
      !mayRestart(slot, after: outcome)
    {
      return stop(slot, 4, at: now, into: &output)
    }
    if Int(slots[slot].record.attempts) >= plan.maximumAttempts {
      return stop(slot, 1, at: now, into: &output)
    }
    while slots[slot].depth > 0 {
      let level = Int(slots[slot].depth) - 1
      let number = slots[slot].nodes[level]
      let node = plan.tree.nodes[Int(number)]
      if node.retry >= 0, !passing {
        switch retry(slot, level, node, after: outcome, hint, at: now, into: &output) {
        case .continued: return
        case .stopped(let reason): return stop(slot, reason, at: now, into: &output)
        case .passed: break
        }
      }
      passing = false
      if node.kind == .fallback, node.on.contains(outcome), mayMoveOn(slot, level) {
        guard now < slots[slot].deadline else { return stop(slot, 2, at: now, into: &output) }
        let explains = output.explains(slots[slot].request.number)
        var from = Int(slots[slot].taken[level]) + 1
        while let child = firstFit(of: node, from: from, slot, at: now, explains, &output) {
          slots[slot].taken[level] = UInt8(child)
          slots[slot].depth = UInt8(level + 1)
          slots[slot].resumeLevel = UInt8(level)
          if explains { noteContinued(number, 1, 0, slot, at: now, &output) }
          let next = plan.tree.children[Int(node.firstChild) + child]
          if descend(slot, to: next, reason: .fallback, at: now, into: &output) { return }
          from = child + 1
        }
      }
      slots[slot].depth = UInt8(level)
      if slots[slot].bypassLevel != .max, level <= slots[slot].bypassLevel { endBypass(slot) }
    }
    if slots[slot].isUprooted, walkAnew(slot, at: now, into: &output) { return }
    stop(slot, 0, at: now, into: &output)
  }

  /// Nothing is left to try.
  mutating func stop(
    _ slot: UInt32, _ reason: Int64, at now: Instant, into output: inout Output
  ) {
    if output.explains(slots[slot].request.number) {
      output.notes.append(
        Note(
          .stopped, at: now, request: slots[slot].request.number, value: reason, replica: replica))
    }
    let outcome: Outcome
    switch plan.reportedError {
    case .last: outcome = slots[slot].record.outcome
    case .first: outcome = slots[slot].firstFailure
    case .original: outcome = slots[slot].originalFailure
    }
    finish(slot, .failed, outcome, at: now, into: &output)
  }
}
