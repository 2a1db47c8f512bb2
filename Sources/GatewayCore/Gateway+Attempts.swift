import Vocabulary

// Attempts: started at a leaf, told to strategies and breakers, booked when they have ended.

extension Gateway {
  /// The walk has come to a leaf: an attempt starts there, or a store is asked first.
  @inline(__always)
  mutating func goTo(
    leafOf slot: UInt32, reason: AttemptRecord.Reason, at now: Instant, into output: inout Output
  ) {
    if asksBeforeAttempts, asksStore(forAttemptOf: slot, reason, at: now, into: &output) { return }
    startAttempt(slot, reason: reason, at: now, into: &output)
  }

  /// Starts an attempt at the leaf on top of the walk.
  mutating func startAttempt(
    _ slot: UInt32, reason: AttemptRecord.Reason, at now: Instant, into output: inout Output
  ) {
    let top = Int(slots[slot].depth) - 1
    let leaf = plan.tree.nodes[Int(slots[slot].nodes[top])]
    let deployment = DeploymentID(Int(leaf.target))
    let index = Int(slots[slot].record.attempts)
    var ordinal: UInt8 = 0
    for earlier in 0..<index where slots[slot].tried[earlier] == leaf.target { ordinal += 1 }
    slots[slot].tried[index] = leaf.target

    let flight = flights.take()
    let id = AttemptID(slot: flight, generation: flights[flight].generation)
    let number = slots[slot].request.number
    var isProbe = false
    if ejects || (leaf.breaker >= 0 && !breakers[Int(leaf.breaker)].isClosed) {
      isProbe = passGuards(leaf, slot, at: now, into: &output)
    }
    flights[flight].record = AttemptRecord(
      request: number, call: slots[slot].request.call, arrived: slots[slot].record.arrived,
      started: now, deployment: deployment, alias: slots[slot].request.alias,
      index: UInt8(index), ordinal: ordinal, reason: reason, replica: replica)
    flights[flight].record.leaf = slots[slot].nodes[top]
    flights[flight].path = slots[slot].nodes
    flights[flight].depth = slots[slot].depth
    flights[flight].requestSlot = slot
    flights[flight].breaker = leaf.breaker
    flights[flight].isProbe = isProbe
    flights[flight].isLive = true
    chargeAttempt(flight, slot, at: now, into: &output)
    for level in 0..<top {
      let node = plan.tree.nodes[Int(slots[slot].nodes[level])]
      if node.kind == .balance, observing[Int(node.target)] {
        strategies[Int(node.target)].started(
          Int(slots[slot].taken[level]), for: slots[slot].request, at: now)
      }
    }
    if limitsFlights {
      flights[flight].held = concurrency.acquire(
        deployment, for: number, at: now, replica: replica, into: &output)
    }
    if plan.hasPeers { tellStart(of: slot, at: deployment, top, at: now, into: &output) }
    if nodeBudgets, reason != .retry { countFirst(slot, at: now, into: &output) }
    slots[slot].record.attempts += 1
    switch reason {
    case .first: break
    case .retry: slots[slot].record.retries += 1
    case .fallback: slots[slot].record.fallbacks += 1
    case .hedge: slots[slot].record.hedges += 1
    }
    slots[slot].inFlight += 1
    if reason == .hedge { slots[slot].hedge = id } else { slots[slot].attempt = id }
    slots[slot].state = .attempting
    if restartsStreams, slots[slot].record.began != .distantFuture || slots[slot].followersBegan {
      restart(slot, at: now, into: &output)
    }
    flights[flight].carried = slots[slot].carried
    var deadlines = Deadlines(total: slots[slot].deadline)
    if leaf.deadlines >= 0 {
      let rule = plan.tree.deadlines[Int(leaf.deadlines)]
      deadlines.total = min(deadlines.total, now.advanced(byNanoseconds: rule.total))
      deadlines.firstTokenMicroseconds = rule.firstToken
      deadlines.idleMicroseconds = rule.idle
    }
    output.commands.append(.startAttempt(deadlines, id, requestSlot: slot, deployment))
    if hedges, reason != .hedge {
      armHedge(slot, deployment, isFirst: reason == .first, at: now, into: &output)
    }
  }

  /// The first token of a streamed answer: the commit.
  mutating func firstToken(_ id: AttemptID, at now: Instant, into output: inout Output) {
    guard flights[id.slot].record.firstToken == .distantFuture else { return }
    flights[id.slot].record.firstToken = now
    let slot = flights[id.slot].requestSlot
    guard slots[slot].state == .attempting,
      slots[slot].attempt == id || slots[slot].hedge == id,
      slots[slot].record.began == .distantFuture, slots[slot].request.streams
    else { return }
    if slots[slot].isHedgeArmed || slots[slot].hedge != .none { win(slot, id, into: &output) }
    if slots[slot].leads { beginFollowers(slot, id, at: now, into: &output) }
    if slots[slot].isDetached { return }
    slots[slot].record.began = now
    output.commands.append(.beginAnswer(self.id(ofSlot: slot), .attempt(id)))
  }

  /// An attempt has ended: book it, learn from it, and go on.
  mutating func attemptEnded(
    _ id: AttemptID, _ outcome: Outcome, _ hint: RetryAfter, _ usage: Usage, at now: Instant,
    into output: inout Output
  ) {
    let slot = flights[id.slot].requestSlot
    let deployment = flights[id.slot].record.deployment
    let started = flights[id.slot].record.started
    let estimate = charge(usage, by: deployment, at: started)
    let isCurrent = slots[slot].attempt == id || slots[slot].hedge == id
    let serves = outcome.isSuccess && slots[slot].state == .attempting && isCurrent
    book(outcome, usage, estimate, serves, of: id.slot, at: now, into: &output)
    flights[id.slot].record.ended = now
    flights[id.slot].record.outcome = outcome
    flights[id.slot].record.usage = usage
    flights[id.slot].record.estimate = estimate
    settleAttempt(id.slot, slot, at: now, into: &output)
    if asksBeforeAttempts { settleWithStore(attempt: id.slot, at: now, into: &output) }

    let firstToken = flights[id.slot].record.firstToken
    let observation = AttemptObservation(
      outcome: outcome, elapsed: started.nanoseconds(to: now),
      untilFirstToken: started.nanoseconds(to: firstToken == .distantFuture ? now : firstToken),
      usage: usage, estimate: estimate, inputTokens: slots[slot].request.inputTokens,
      outputCap: slots[slot].request.outputCap, streams: slots[slot].request.streams,
      retryAfter: hint)
    let path = flights[id.slot].path
    for level in 0..<max(0, Int(flights[id.slot].depth) - 1) {
      let node = plan.tree.nodes[Int(path[level])]
      guard node.kind == .balance, observing[Int(node.target)] else { continue }
      let child = plan.tree.nodes[Int(path[level + 1])]
      strategies[Int(node.target)].ended(Int(child.place), observation, at: now)
    }
    if remembers, outcome.isSuccess {
      pinAnswer(path, Int(flights[id.slot].depth), slot, at: now, into: &output)
    }
    let breaker = flights[id.slot].breaker
    if breaker >= 0,
      breakers[Int(breaker)].ended(
        outcome, hint, isProbe: flights[id.slot].isProbe, started: started, at: now)
    {
      noteBreaker(breaker, deployment, slots[slot].request.number, at: now, &output)
      tellOpening(of: breaker, at: now, into: &output)
    }
    if ejects { tellEjections(deployment, outcome, hint, at: now, into: &output) }
    if limitsFlights { releaseAttempt(id.slot, outcome, at: now, into: &output) }
    if plan.hasPeers { tellEnd(of: id.slot, observation, at: now, into: &output) }
    if learns { learnTimes(flights[id.slot].record) }
    let carried = flights[id.slot].carried
    if budgetsObserve { tellBudgets(id, outcome, at: now, into: &output) }
    let index = flights[id.slot].record.index
    flights[id.slot].isLive = false
    flights[id.slot].generation &+= 1
    flights.give(id.slot)

    slots[slot].inFlight -= 1
    slots[slot].record.estimate += estimate
    if !serves { slots[slot].record.wasted += estimate }
    if slots[slot].state == .settling {
      settleIfQuiet(slot, at: now, into: &output)
      return
    }
    // The loser of a race is booked, and that is all.
    guard isCurrent else { return }
    if serves {
      if slots[slot].isHedgeArmed || slots[slot].hedge != .none { win(slot, id, into: &output) }
      var usage = usage
      if carried > 0 {
        usage.inputTokens -= min(carried, usage.inputTokens)
        usage.outputTokens += carried
      }
      slots[slot].record.source = .provider
      slots[slot].record.deployment = deployment
      slots[slot].record.inputTokens = usage.inputTokens
      slots[slot].record.outputTokens = usage.outputTokens
      slots[slot].servedUsage = usage
      if slots[slot].record.began == .distantFuture, !slots[slot].isDetached {
        slots[slot].record.began = now
        output.commands.append(.beginAnswer(self.id(ofSlot: slot), .attempt(id)))
      }
      store(slot, usage, from: deployment, at: now, into: &output)
      finish(slot, .succeeded, outcome, at: now, into: &output)
      return
    }
    if !slots[slot].failed {
      slots[slot].failed = true
      slots[slot].firstFailure = outcome
    }
    if slots[slot].record.fallbacks == 0 { slots[slot].originalFailure = outcome }
    slots[slot].record.outcome = outcome
    slots[slot].failedIndex = index
    slots[slot].hint = hint
    if restartsStreams, plan.brokenStream.continues,
      slots[slot].record.began != .distantFuture || slots[slot].followersBegan,
      firstToken != .distantFuture
    {
      slots[slot].carried += usage.outputTokens
    }
    if slots[slot].isHedgeArmed || slots[slot].hedge != .none
      || slots[slot].question.isAboutAttempt,
      otherLives(slot, after: id, at: now, into: &output)
    {
      return
    }
    goOn(slot, after: outcome, hint, at: now, into: &output)
  }

  /// Writes the record of an attempt: what it was when it started, then how it has ended.
  @inline(__always)
  private mutating func book(
    _ outcome: Outcome, _ usage: Usage, _ estimate: Money, _ serves: Bool, of flight: UInt32,
    at now: Instant, into output: inout Output
  ) {
    let place = output.attempts.count
    withUnsafeMutablePointer(to: &flights[flight].record) {
      output.attempts.append(copyOf: $0)
    }
    output.attempts[place].ended = now
    output.attempts[place].outcome = outcome
    output.attempts[place].usage = usage
    output.attempts[place].estimate = estimate
    output.attempts[place].served = serves
  }

  @inline(never)
  mutating func note(
    _ kind: Note.Kind, _ request: UInt64, _ deployment: DeploymentID, subject: Int16,
    at now: Instant, _ output: inout Output
  ) {
    output.notes.append(
      Note(
        kind, at: now, request: request, deployment: deployment,
        subject: UInt16(bitPattern: subject), replica: replica))
  }

  @inline(never)
  mutating func noteBreaker(
    _ breaker: Int16, _ deployment: DeploymentID, _ request: UInt64, at now: Instant,
    _ output: inout Output
  ) {
    let noted = breakers[Int(breaker)].noted
    output.notes.append(
      Note(
        .breakerChanged, at: now, request: request, deployment: deployment,
        subject: UInt16(breaker), value: noted.value, other: noted.until, replica: replica))
  }
}
