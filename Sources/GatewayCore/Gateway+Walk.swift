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
    proceed(id.slot, from: .coalesce, at: now, into: &output)
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
    slots[slot].excludesTried = false
    slots[slot].failed = false
    slots[slot].asked = 0
    slots[slot].servedUsage = .none
    slots[slot].spared = 0
    slots[slot].isAdmitted = false
    if coalesces { standAlone(slot) }
  }

  /// Passes a request through the stages from one on, until one keeps it.
  mutating func proceed(
    _ slot: UInt32, from stage: Pending.Stage, at now: Instant, into output: inout Output
  ) {
    if coalesces, stage == .coalesce, coalesce(slot, at: now, into: &output) { return }
    route(slot, at: now, into: &output)
  }

  /// The last stage: the first attempt.
  mutating func route(_ slot: UInt32, at now: Instant, into output: inout Output) {
    retryBudget?.firstAttempt(at: now)
    let alias = Int(slots[slot].request.alias.index)
    let root = alias < plan.tree.roots.count ? plan.tree.roots[alias] : .max
    guard root != .max else {
      return finish(slot, .failed, .status(404), at: now, into: &output)
    }
    if !plan.tree.nodes[Int(root)].alwaysFit, !fits(root, slot, at: now) {
      slots[slot].bypasses = plan.allDown == .use
      guard slots[slot].bypasses, fits(root, slot, at: now) else {
        noteRemovals(below: root, slot, at: now, &output)
        return finish(slot, .failed, .status(503), at: now, into: &output)
      }
    }
    if !descend(slot, to: root, reason: .first, at: now, into: &output) {
      finish(slot, .failed, .status(503), at: now, into: &output)
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
        startAttempt(slot, reason: reason, at: now, into: &output)
        return true
      case .alias:
        number = plan.tree.roots[Int(node.target)]
        if number == .max { return false }
        continue
      case .balance:
        let candidates = candidates(of: node, slot, at: now, explains, &output)
        guard !candidates.isEmpty else { return false }
        child = strategies[Int(node.target)].choose(
          among: candidates, for: slots[slot].request, at: now,
          draws: RoutingDraws(
            key: routingKey, script: chance.script, call: slots[slot].request.call,
            attempt: UInt32(slots[slot].record.attempts), level: UInt32(level)))
        if explains { noteChoice(node, number, child, candidates, slot, at: now, &output) }
      case .fallback:
        guard let first = firstFit(of: node, from: 0, slot, at: now, explains, &output) else {
          return false
        }
        child = first
      case .condition:
        child = branch(of: node, for: slots[slot].request)
      case .split, .sticky:
        guard let hashed = hashed(node, slot, at: now, explains, &output) else { return false }
        child = hashed
      }
      slots[slot].taken[level] = UInt8(child)
      number = plan.tree.children[Int(node.firstChild) + child]
    }
  }

  /// Offers a failure from the leaf upwards, and goes on at the first frame that can.
  mutating func goOn(
    _ slot: UInt32, after outcome: Outcome, _ hint: RetryAfter, at now: Instant,
    into output: inout Output
  ) {
    if slots[slot].record.began != .distantFuture || slots[slot].followersBegan {
      return stop(slot, 4, at: now, into: &output)
    }
    if Int(slots[slot].record.attempts) >= plan.maximumAttempts {
      return stop(slot, 1, at: now, into: &output)
    }
    while slots[slot].depth > 0 {
      let level = Int(slots[slot].depth) - 1
      let number = slots[slot].nodes[level]
      let node = plan.tree.nodes[Int(number)]
      if node.retry >= 0 {
        switch retry(slot, level, node, after: outcome, hint, at: now, into: &output) {
        case .continued: return
        case .stopped(let reason): return stop(slot, reason, at: now, into: &output)
        case .passed: break
        }
      }
      if node.kind == .fallback, node.on.contains(outcome) {
        guard now < slots[slot].deadline else { return stop(slot, 2, at: now, into: &output) }
        let explains = output.explains(slots[slot].request.number)
        var from = Int(slots[slot].taken[level]) + 1
        while let child = firstFit(of: node, from: from, slot, at: now, explains, &output) {
          slots[slot].taken[level] = UInt8(child)
          slots[slot].depth = UInt8(level + 1)
          if explains { noteContinued(number, 1, 0, slot, at: now, &output) }
          let next = plan.tree.children[Int(node.firstChild) + child]
          if descend(slot, to: next, reason: .fallback, at: now, into: &output) { return }
          from = child + 1
        }
      }
      slots[slot].depth = UInt8(level)
    }
    stop(slot, 0, at: now, into: &output)
  }

  private enum Retried {
    case continued
    case passed
    case stopped(Int64)
  }

  /// Tries the node of a frame again, if its rule covers the outcome and has something left.
  private mutating func retry(
    _ slot: UInt32, _ level: Int, _ node: RouteNode, after outcome: Outcome, _ hint: RetryAfter,
    at now: Instant, into output: inout Output
  ) -> Retried {
    let rule = plan.tree.retries[Int(node.retry)]
    let used = slots[slot].retries[level]
    guard used < rule.max, rule.on.contains(outcome) else { return .passed }
    var wait: Int64 = 0
    if rule.backoff != .none {
      let uniform =
        rule.backoff.draws
        ? chance.uniform(
          jitterKey, call: slots[slot].request.call,
          ordinal: UInt32(slots[slot].record.attempts)) : 0.5
      wait = rule.backoff.wait(beforeRetry: Int(used), uniform: uniform)
    }
    if rule.honoursRetryAfter, let asked = hint.nanoseconds {
      guard asked <= rule.retryAfterLimit else { return .passed }
      wait = max(wait, asked)
    }
    guard now < slots[slot].deadline else { return .stopped(2) }
    guard now.advanced(byNanoseconds: wait) < slots[slot].deadline else { return .passed }
    if retryBudget != nil, retryBudget?.takeRetry(at: now) == false { return .passed }
    slots[slot].retries[level] = used + 1
    slots[slot].excludesTried = rule.reselect && rule.exclude && node.kind != .deployment
    slots[slot].resumeLevel = UInt8(level)
    if output.explains(slots[slot].request.number) {
      noteContinued(slots[slot].nodes[level], 0, wait, slot, at: now, &output)
    }
    guard wait > 0 else {
      return retryNow(slot, at: now, into: &output) ? .continued : .passed
    }
    slots[slot].state = .waiting
    slots[slot].waits &+= 1
    output.commands.append(
      .setTimer(
        TimerID(.backoff, of: id(ofSlot: slot), number: slots[slot].waits),
        at: now.advanced(byNanoseconds: wait)))
    return .continued
  }

  /// The pause before a retry is over.
  mutating func resume(_ slot: UInt32, at now: Instant, into output: inout Output) {
    slots[slot].state = .attempting
    // A timer may come late; nothing starts after the request's own deadline.
    guard now < slots[slot].deadline else { return stop(slot, 2, at: now, into: &output) }
    if retryNow(slot, at: now, into: &output) { return }
    // Nothing fits below the retried node any more: the failure goes on upwards from there.
    goOn(slot, after: slots[slot].record.outcome, .unsaid, at: now, into: &output)
  }

  private mutating func retryNow(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    let level = Int(slots[slot].resumeLevel)
    let number = slots[slot].nodes[level]
    let node = plan.tree.nodes[Int(number)]
    let rule = plan.tree.retries[Int(node.retry)]
    if rule.reselect, node.kind != .deployment {
      let used = slots[slot].retries[level]
      // A retry that finds nothing must not find itself retried again by what it left behind.
      slots[slot].depth = UInt8(level)
      let started = descend(slot, to: number, reason: .retry, at: now, into: &output)
      slots[slot].excludesTried = false
      if started { slots[slot].retries[level] = used } else { slots[slot].depth = UInt8(level) }
      return started
    }
    var deepest = level
    while plan.tree.nodes[Int(slots[slot].nodes[deepest])].kind != .deployment { deepest += 1 }
    for below in (level + 1)..<max(level + 1, deepest + 1) { slots[slot].retries[below] = 0 }
    let leaf = plan.tree.nodes[Int(slots[slot].nodes[deepest])]
    if isFull(leaf.target) || (!slots[slot].bypasses && isOut(leaf, slot, at: now) != nil) {
      slots[slot].depth = UInt8(level)
      return false
    }
    slots[slot].depth = UInt8(deepest + 1)
    startAttempt(slot, reason: .retry, at: now, into: &output)
    return true
  }

  /// Nothing is left to try.
  private mutating func stop(
    _ slot: UInt32, _ reason: Int64, at now: Instant, into output: inout Output
  ) {
    if output.explains(slots[slot].request.number) {
      output.notes.append(
        Note(
          .stopped, at: now, request: slots[slot].request.number, value: reason, replica: replica))
    }
    let outcome = plan.reportsFirstError ? slots[slot].firstFailure : slots[slot].record.outcome
    finish(slot, .failed, outcome, at: now, into: &output)
  }
}
