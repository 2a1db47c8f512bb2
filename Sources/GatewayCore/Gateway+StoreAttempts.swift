import Vocabulary

// The central limits of deployments and models: the store is asked when the walk has come to a leaf,
// before the attempt, and told when the attempt has ended.
//
// Who asks has no attempt in flight, or asks about a hedge (`Gateway+StoreHedges`). What the store
// refuses, or its silence, or what befalls the leaf meanwhile, leaves the deployment out until the
// request's next attempt has started, and the walk goes on from where it had begun, as if the
// deployment had not fitted there. A walk asks at most eight times between two attempts.

extension Gateway {
  /// What the question to a store that is out for a request is about.
  public func storeQuestion(inSlot slot: UInt32) -> StoreQuestion { slots[slot].question }

  /// Asks the store about an attempt at the leaf on top of the walk, if any limit concerns it.
  ///
  /// - Returns: whether the request waits for the answer.
  @inline(never)
  mutating func asksStore(
    forAttemptOf slot: UInt32, _ reason: AttemptRecord.Reason, at now: Instant,
    into output: inout Output
  ) -> Bool {
    let deployment = leafOfWalk(slot).target
    guard centralAttempts.concerns(slots[slot].request, DeploymentID(Int(deployment))) else {
      slots[slot].leftOutCount = 0
      return false
    }
    slots[slot].question = StoreQuestion(
      deployment: DeploymentID(Int(deployment)), attempt: slots[slot].record.attempts)
    slots[slot].questionReason = reason
    askStore(slot, at: now, into: &output)
    // The first attempt goes on while a hedge is asked about.
    if reason == .hedge { slots[slot].state = .attempting }
    return true
  }

  /// The store has answered about an attempt, or not in time.
  mutating func storeAnswered(
    aboutAttemptOf slot: UInt32, _ succeeded: Bool, _ value: UInt64, at now: Instant,
    into output: inout Output
  ) {
    let question = slots[slot].question
    slots[slot].question = .request
    guard !slots[slot].isUprooted else {
      tellUnused(slot, question, into: &output)
      return goOnUprooted(slot, at: now, into: &output)
    }
    var spared = UInt64.max
    guard
      grants(
        question, leafOfWalk(slot), slot, succeeded, value, &spared, at: now, into: &output)
    else { return walkOn(slot, at: now, into: &output) }
    slots[slot].leftOutCount = 0
    startAttempt(slot, reason: slots[slot].questionReason, at: now, into: &output)
    flights[slots[slot].attempt.slot].askedStore = true
    flights[slots[slot].attempt.slot].sparedByStandIns = spared
  }

  /// Whether an attempt at a leaf that the store was asked about may be made; if not, its deployment is
  /// left out.
  mutating func grants(
    _ question: StoreQuestion, _ leaf: RouteNode, _ slot: UInt32, _ succeeded: Bool,
    _ value: UInt64, _ spared: inout UInt64, at now: Instant, into output: inout Output
  ) -> Bool {
    let answer = StoreAnswer(value: value)
    if succeeded, !answer.isAdmitted {
      let isKnown = answer.limit < plan.limits.count
      leaveOut(
        question.deployment, slot, by: isKnown ? answer.limit : nil,
        isKnown ? plan.limits[answer.limit].status : 429,
        until: answer.wait.map { now.advanced(byNanoseconds: $0) } ?? .distantFuture)
      return false
    }
    if removal(of: leaf, slot, at: now) != nil {
      tellUnused(slot, question, into: &output)
      leaveOut(question.deployment, slot, by: nil, 429)
      return false
    }
    if !succeeded,
      let (limit, status, retryAt) = refusedForSilence(
        slot, question, &spared, at: now, into: &output)
    {
      tellUnused(slot, question, into: &output)
      leaveOut(question.deployment, slot, by: limit, status, until: retryAt)
      return false
    }
    return true
  }

  /// A request is over while the store is asked about an attempt: there will be none.
  @inline(never)
  mutating func withdrawQuestion(_ slot: UInt32, at now: Instant, into output: inout Output) {
    let question = slots[slot].question
    guard question.isAboutAttempt else { return }
    slots[slot].question = .request
    giveBackHedge(slot, at: now, into: &output)
    tellUnused(slot, question, into: &output)
  }

  /// Tells the store, and the stand-ins, what an attempt has used.
  @inline(never)
  mutating func settleWithStore(attempt flight: UInt32, at now: Instant, into output: inout Output)
  {
    guard flights[flight].askedStore else { return }
    flights[flight].askedStore = false
    let slot = flights[flight].requestSlot
    let record = flights[flight].record
    output.commands.append(
      .tellStore(
        id(ofSlot: slot),
        StoreReport(
          .used, of: StoreQuestion(deployment: record.deployment, attempt: record.index),
          inputTokens: record.usage.inputTokens, outputTokens: record.usage.outputTokens,
          cost: record.estimate)))
    guard flights[flight].sparedByStandIns != .max else { return }
    attemptStandIns.settle(
      slots[slot].request, deployment: record.deployment, attempt: record.index,
      usage: record.usage, cost: record.estimate, hit: false,
      spared: flights[flight].sparedByStandIns, chargedAt: record.started, at: now,
      replica: replica, into: &output)
    flights[flight].sparedByStandIns = .max
  }

  /// Whether a deployment is left out of the walk of a request.
  @inline(never)
  mutating func isLeftOut(_ deployment: DeploymentID, _ slot: UInt32) -> Bool {
    for place in 0..<Int(slots[slot].leftOutCount)
    where slots[slot].leftOut[place] == UInt16(deployment.index) {
      return true
    }
    return false
  }

  private func leafOfWalk(_ slot: UInt32) -> RouteNode {
    plan.tree.nodes[Int(slots[slot].nodes[Int(slots[slot].depth) - 1])]
  }

  /// An attempt that was asked about is not made; the store may have charged it.
  func tellUnused(_ slot: UInt32, _ question: StoreQuestion, into output: inout Output) {
    output.commands.append(
      .tellStore(id(ofSlot: slot), StoreReport(.refused, of: question)))
  }

  /// Forgets what stores have refused.
  mutating func forgetRefusals(_ slot: UInt32) {
    slots[slot].leftOutCount = 0
    slots[slot].refusingLimit = .max
    slots[slot].refusedUntil = .distantFuture
  }

  private mutating func leaveOut(
    _ deployment: DeploymentID, _ slot: UInt32, by limit: Int?, _ status: UInt16,
    until instant: Instant = .distantFuture
  ) {
    slots[slot].leftOut[Int(slots[slot].leftOutCount)] = UInt16(deployment.index)
    slots[slot].leftOutCount += 1
    guard let limit else { return }
    slots[slot].refusedUntil = min(slots[slot].refusedUntil, instant)
    slots[slot].refusingLimit = UInt16(truncatingIfNeeded: limit)
    slots[slot].refusingStatus = status
  }

  /// What the store's silence means for an attempt: who refuses it because of that, if anybody does.
  private mutating func refusedForSilence(
    _ slot: UInt32, _ question: StoreQuestion, _ spared: inout UInt64, at now: Instant,
    into output: inout Output
  ) -> (limit: Int, status: UInt16, retryAt: Instant)? {
    let request = slots[slot].request
    if let (limit, status) = centralAttempts.refusesForSilence(
      request, question.deployment, at: now, replica: replica, into: &output)
    {
      return (limit, status, .distantFuture)
    }
    guard !attemptStandIns.isEmpty else { return nil }
    switch attemptStandIns.admit(
      request, deployment: question.deployment, attempt: question.attempt, at: now,
      replica: replica, into: &output)
    {
    case .admit(let some):
      spared = some
      return nil
    case .refuse(let limit, let retryAt): return (limit, plan.limits[limit].status, retryAt)
    }
  }

  /// Goes on without the deployment that was left out.
  private mutating func walkOn(_ slot: UInt32, at now: Instant, into output: inout Output) {
    let isOver = Int(slots[slot].leftOutCount) == slots[slot].leftOut.scalarCount
    switch slots[slot].questionReason {
    case .retry where slots[slot].resumeRule == .max:
      slots[slot].depth = 0
      slots[slot].isUprooted = !isOver
      goOnUprooted(slot, at: now, into: &output)
    case .retry where !isOver:
      slots[slot].passes = false
      retryOrPass(slot, at: now, into: &output)
    case .fallback where !isOver:
      // The child that was moved on to is asked once more: something else may fit below it. What is
      // tried last, because it is down or to be used last, may have been the first child.
      let level = Int(slots[slot].resumeLevel)
      slots[slot].depth = UInt8(level + 1)
      slots[slot].taken[level] = max(1, slots[slot].taken[level]) - 1
      goOn(
        slot, after: slots[slot].record.outcome, slots[slot].hint, passing: true, at: now,
        into: &output)
    case .retry, .fallback:
      giveBackPermit(slot, at: now, into: &output)
      stop(slot, 0, at: now, into: &output)
    case .first, .hedge:
      let root = slots[slot].nodes[0]
      slots[slot].depth = 0
      slots[slot].visited = 0
      beginVisits(slot, Int(slots[slot].request.alias.index))
      if !isOver, opens(root, slot, at: now),
        descend(slot, to: root, reason: .first, at: now, into: &output)
      {
        return
      }
      refuseAttempts(slot, root, at: now, into: &output)
    }
  }

  /// The store, or something else, keeps a request from each deployment of its route.
  private mutating func refuseAttempts(
    _ slot: UInt32, _ root: UInt16, at now: Instant, into output: inout Output
  ) {
    let limit = Int(slots[slot].refusingLimit)
    guard limit < plan.limits.count else {
      if refusedByLimits(slot, root, at: now, into: &output) { return }
      return finish(slot, .failed, unfitOutcome(root, slot, at: now), at: now, into: &output)
    }
    slots[slot].record.rejection = plan.limits[limit].isBudget ? .budget : .limit
    slots[slot].record.limit = slots[slot].refusingLimit
    let earliest = min(slots[slot].refusedUntil, firstOpening(below: root, slot, at: now))
    slots[slot].hint = RetryAfter(from: now, until: earliest)
    finish(slot, .rejected, .status(slots[slot].refusingStatus), at: now, into: &output)
  }

  /// A request whose route is gone with the policy that it had asked for goes on in the new one.
  private mutating func goOnUprooted(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    guard slots[slot].record.attempts == 0 else {
      return goOn(
        slot, after: slots[slot].record.outcome, slots[slot].hint, at: now, into: &output)
    }
    slots[slot].isUprooted = false
    route(slot, at: now, into: &output)
  }
}

extension LimitChain {
  /// What a silent store means for a request, or for its attempt at a deployment: each limit that it
  /// would have judged is noted.
  ///
  /// - Returns: the first enforced limit that refuses because of it, with its status.
  mutating func refusesForSilence(
    _ request: borrowing Request, _ deployment: DeploymentID = .none, at now: Instant,
    replica: ReplicaID, into output: inout Output
  ) -> (limit: Int, status: UInt16)? {
    var refusing: (limit: Int, status: UInt16)?
    for step in 0..<steps.count {
      guard let index = entry(step, request, deployment) else { continue }
      let (subject, state) = (entries[index].subject, entries[index].rule.state)
      output.notes.append(
        Note(
          .storeFailed, at: now, request: request.number, subject: subject,
          value: Int64(state.onFailure.rawValue), replica: replica))
      if state.onFailure == .closed, !entries[index].rule.isShadow, refusing == nil {
        refusing = (Int(subject), state.status)
      }
    }
    return refusing
  }
}
