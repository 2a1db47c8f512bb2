import Vocabulary

// Hedges: a second attempt before the first has ended; who begins first serves.
//
// `attempt` and `hedge` of a slot are the two that live; `none` where there is none. A third is not
// started before one of them is gone.

extension AttemptID {
  /// No attempt.
  static var none: AttemptID { AttemptID(slot: .max, generation: .max) }
}

extension Gateway {
  /// Sets the timer of a hedge for the attempt that has just started, if a rule says so.
  @inline(never)
  mutating func armHedge(
    _ slot: UInt32, _ deployment: DeploymentID, isFirst: Bool, at now: Instant,
    into output: inout Output
  ) {
    guard slots[slot].record.began == .distantFuture, !slots[slot].followersBegan else { return }
    var level = Int(slots[slot].depth) - 1
    while level >= 0, plan.tree.nodes[Int(slots[slot].nodes[level])].hedge < 0 { level -= 1 }
    guard level >= 0 else { return }
    let number = plan.tree.nodes[Int(slots[slot].nodes[level])].hedge
    let rule = plan.tree.hedges[Int(number)]
    if isFirst, rule.budget >= 0 {
      countFirst(ofBudget: Int(rule.budget), at: now, into: &output)
    }
    guard slots[slot].record.hedges < rule.max,
      Int(slots[slot].record.attempts) < plan.maximumAttempts
    else { return }
    var delay = rule.after
    if rule.observed >= 0, let seen = observedTime(rule.observed, deployment, at: now) {
      delay = seen
    }
    guard delay >= 0, now.advanced(byNanoseconds: delay) < slots[slot].deadline else { return }
    slots[slot].hedgeRule = number
    slots[slot].hedgeLevel = UInt8(level)
    slots[slot].hedgeDelay = delay
    slots[slot].hedgeWaits &+= 1
    slots[slot].isHedgeArmed = true
    output.commands.append(
      .setTimer(
        TimerID(.hedge, of: id(ofSlot: slot), number: slots[slot].hedgeWaits),
        at: now.advanced(byNanoseconds: delay)))
  }

  /// Forgets the timer of a hedge.
  @inline(__always)
  mutating func disarmHedge(_ slot: UInt32, into output: inout Output) {
    guard slots[slot].isHedgeArmed else { return }
    slots[slot].isHedgeArmed = false
    output.commands.append(
      .clearTimer(TimerID(.hedge, of: id(ofSlot: slot), number: slots[slot].hedgeWaits)))
  }

  /// Whether a hedge's timer is the one that is set.
  func awaitsHedge(_ timer: TimerID) -> Bool {
    holds(timer.request) && slots[timer.request.slot].state == .attempting
      && slots[timer.request.slot].isHedgeArmed
      && slots[timer.request.slot].hedgeWaits == timer.number
  }

  /// The delay is over and nothing has begun: starts the second attempt, or asks a store about it, if
  /// something fits.
  mutating func hedge(_ slot: UInt32, at now: Instant, into output: inout Output) {
    slots[slot].isHedgeArmed = false
    guard now < slots[slot].deadline else { return }
    let budget = plan.tree.hedges[Int(slots[slot].hedgeRule)].budget
    if budget >= 0 {
      guard
        let taken = take(
          fromBudget: Int(budget), after: .succeeded, slot,
          slots[slot].nodes[Int(slots[slot].hedgeLevel)], at: now, into: &output)
      else { return }
      (slots[slot].hedgePermit, slots[slot].hedgeBudget) = (taken, budget)
    }
    if !beginsHedge(slot, at: now, into: &output) { giveBackHedge(slot, at: now, into: &output) }
  }

  /// Goes down to a leaf for the second attempt; `false` if nothing fits.
  ///
  /// While a store is asked about it, the walk stays where the first attempt's is.
  mutating func beginsHedge(_ slot: UInt32, at now: Instant, into output: inout Output) -> Bool {
    let rule = plan.tree.hedges[Int(slots[slot].hedgeRule)]
    let level = Int(slots[slot].hedgeLevel)
    let number = slots[slot].nodes[level]
    let isLeaf = plan.tree.nodes[Int(number)].kind == .deployment
    let walk = slots[slot].walk
    slots[slot].excluded = slots[slot].skipped
    if rule.exclude, !isLeaf {
      slots[slot].excluded |= Gateway.mask(slots[slot].record.attempts)
    }
    var isStarted = false
    if fits(number, slot, at: now) {
      slots[slot].depth = UInt8(level)
      isStarted = descend(slot, to: number, reason: .hedge, at: now, into: &output)
    }
    slots[slot].excluded = slots[slot].skipped
    slots[slot].retries[level] = walk.retries[level]
    guard isStarted else {
      slots[slot].walk = walk
      return false
    }
    if slots[slot].question.isAboutAttempt {
      slots[slot].hedgeWalk = slots[slot].walk
      slots[slot].walk = walk
    } else {
      noteHedge(slot, at: now, into: &output)
    }
    return true
  }

  /// A second attempt has started.
  mutating func noteHedge(_ slot: UInt32, at now: Instant, into output: inout Output) {
    slots[slot].hedgeBudget = -1
    output.notes.append(
      Note(
        .hedged, at: now, request: slots[slot].request.number,
        deployment: flights[slots[slot].hedge.slot].record.deployment,
        subject: slots[slot].nodes[Int(slots[slot].hedgeLevel)], value: slots[slot].hedgeDelay,
        replica: replica))
  }

  /// Gives the permit of a hedge that was not made back to its budget.
  mutating func giveBackHedge(_ slot: UInt32, at now: Instant, into output: inout Output) {
    let budget = slots[slot].hedgeBudget
    guard budget >= 0 else { return }
    giveBack(slots[slot].hedgePermit, toBudget: Int(budget), at: now, into: &output)
    slots[slot].hedgeBudget = -1
  }

  /// One of two attempts has begun to answer: the other is withdrawn.
  @inline(never)
  mutating func win(_ slot: UInt32, _ winner: AttemptID, into output: inout Output) {
    disarmHedge(slot, into: &output)
    let other = slots[slot].attempt == winner ? slots[slot].hedge : slots[slot].attempt
    slots[slot].attempt = winner
    slots[slot].hedge = .none
    if other != .none { output.commands.append(.cancelAttempt(other)) }
  }

  /// An attempt has failed: whether the other of two still lives, or a store is asked about it, so that
  /// nothing else happens yet.
  @inline(never)
  mutating func otherLives(
    _ slot: UInt32, after ended: AttemptID, at now: Instant, into output: inout Output
  ) -> Bool {
    if slots[slot].attempt == ended { slots[slot].attempt = slots[slot].hedge }
    slots[slot].hedge = .none
    let number = Int(slots[slot].hedgeRule)
    if number < plan.tree.hedges.count, plan.tree.hedges[number].judges {
      if !plan.tree.hedges[number].nonFatal.contains(slots[slot].record.outcome) {
        withdrawAll(slot, into: &output)
        slots[slot].attempt = .none
        return slots[slot].question.isAboutAttempt
      }
      if slots[slot].isHedgeArmed, slots[slot].attempt == .none {
        disarmHedge(slot, into: &output)
        hedge(slot, at: now, into: &output)
        slots[slot].attempt = slots[slot].hedge
        slots[slot].hedge = .none
      }
    }
    guard slots[slot].attempt != .none else {
      disarmHedge(slot, into: &output)
      return slots[slot].question.isAboutAttempt
    }
    armHedge(
      slot, flights[slots[slot].attempt.slot].record.deployment, isFirst: false, at: now,
      into: &output)
    return true
  }

  /// Withdraws all that lives of a request whose client has left.
  mutating func withdrawAll(_ slot: UInt32, into output: inout Output) {
    if slots[slot].attempt != .none { output.commands.append(.cancelAttempt(slots[slot].attempt)) }
    disarmHedge(slot, into: &output)
    if slots[slot].hedge != .none { output.commands.append(.cancelAttempt(slots[slot].hedge)) }
  }

  // MARK: What deployments take

  /// The observed quantile of a rule at a deployment; `nil` while it is not known.
  @inline(never)
  mutating func observedTime(
    _ rule: Int16, _ deployment: DeploymentID, at now: Instant
  ) -> Int64? {
    clocks[Int(rule) * sheets.count + Int(deployment.index)].value(at: now)
  }

  /// Learns from an attempt that has ended how long its deployment takes.
  ///
  /// A failure says nothing; what was cut short says that it would have taken longer.
  @inline(never)
  mutating func learnTimes(_ attempt: AttemptRecord) {
    let whole = attempt.started.nanoseconds(to: attempt.ended)
    let wasCut = attempt.outcome.isTimeout || attempt.outcome.kind == .cancelled
    let hasBegun = attempt.firstToken != .distantFuture
    let untilBegun = hasBegun ? attempt.started.nanoseconds(to: attempt.firstToken) : whole
    for rule in plan.tree.observed.indices {
      let isFirst = plan.tree.observed[rule].signal == .firstToken
      guard attempt.outcome.isSuccess || wasCut || (isFirst && hasBegun) else { continue }
      clocks[rule * sheets.count + Int(attempt.deployment.index)].add(
        isFirst ? untilBegun : whole, at: attempt.ended)
    }
  }

  /// Whether an attempt at a deployment could not end before the request's deadline.
  @inline(never)
  mutating func isTooLate(_ deployment: UInt16, _ slot: UInt32, at now: Instant) -> Bool {
    guard let rule = plan.finish, slots[slot].deadline != .distantFuture else { return false }
    var least = rule.atLeast
    if rule.observed >= 0,
      let seen = observedTime(rule.observed, DeploymentID(Int(deployment)), at: now)
    {
      least = max(least, seen)
    }
    return now.advanced(byNanoseconds: least) > slots[slot].deadline
  }

  // MARK: Broken streams

  /// Whether an answer that the client has begun to see may go on from another attempt.
  mutating func mayRestart(_ slot: UInt32, after outcome: Outcome) -> Bool {
    slots[slot].restarts < plan.brokenStream.max && plan.brokenStream.on.contains(outcome)
  }

  /// An attempt starts for an answer that has begun already.
  @inline(never)
  mutating func restart(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    slots[slot].restarts += 1
    let broken = slots[slot].tried[Int(slots[slot].failedIndex)]
    output.notes.append(
      Note(
        .streamRestarted, at: now, request: slots[slot].request.number,
        deployment: DeploymentID(Int(broken)), value: Int64(slots[slot].carried), replica: replica))
  }

  /// How many output tokens that earlier attempts had delivered an attempt gets as further input.
  public func carried(by attempt: AttemptID) -> UInt32 { flights[attempt.slot].carried }
}
