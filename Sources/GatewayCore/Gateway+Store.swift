import Vocabulary

// The central store of counters, as a replica sees it: a question after the replica's own limits have
// admitted a request, an answer that may be late or none, and a report when the request settles.
//
// A request that waits for the store holds what the replica's own limits have given it; if the store
// refuses, all of it is given back, and the request waits in the queue or ends.

extension Gateway {
  /// Asks the store about a request, if any of its limits concerns it.
  ///
  /// - Returns: whether the request waits for the answer; it goes on from `stage` then.
  @inline(never)
  mutating func asksStore(
    about slot: UInt32, before stage: Pending.Stage, at now: Instant, into output: inout Output
  ) -> Bool {
    guard central.concerns(slots[slot].request) else {
      // Nobody has looked into the cache yet.
      return stage == .look && plan.order == .admitFirst
        && answersFromCache(slot, at: now, into: &output)
    }
    slots[slot].askedStore = true
    slots[slot].isPromoted = stage != .look
    askStore(slot, at: now, into: &output)
    return true
  }

  /// Sends the question, and waits for the answer until the store's deadline or the request's.
  mutating func askStore(_ slot: UInt32, at now: Instant, into output: inout Output) {
    slots[slot].state = .asking
    let deadline = min(now.advanced(byNanoseconds: plan.storeDeadline), slots[slot].deadline)
    ask(.store, for: slot, deadline: deadline, at: now, into: &output)
  }

  /// The store has answered, or not in time.
  mutating func storeAnswered(
    _ slot: UInt32, _ succeeded: Bool, _ value: UInt64, at now: Instant, into output: inout Output
  ) {
    // A policy taken over meanwhile has not asked this store.
    let isCurrent = !slots[slot].isUprooted
    slots[slot].isUprooted = false
    if succeeded {
      let answer = StoreAnswer(value: value)
      if !answer.isAdmitted {
        let limit = answer.limit
        let isKnown = isCurrent && limit < plan.limits.count
        let retryAt = answer.wait.map { now.advanced(byNanoseconds: $0) } ?? .distantFuture
        if isKnown, queues, waits(slot, forStore: limit, until: retryAt, at: now, into: &output) {
          return
        }
        slots[slot].hint = RetryAfter(from: now, until: retryAt)
        return refuse(
          slot, by: isKnown ? limit : nil, isKnown ? plan.limits[limit].status : 429, at: now,
          into: &output)
      }
    } else if isCurrent {
      guard now < slots[slot].deadline else {
        return finish(slot, .failed, .totalTimeout, at: now, into: &output)
      }
      if let (limit, status, retryAt) = refusedForSilence(slot, at: now, into: &output) {
        if queues,
          waits(
            slot, forStore: limit, until: retryAt, isSilent: true, at: now, into: &output)
        {
          return
        }
        return refuse(slot, by: limit, status, at: now, into: &output)
      }
    }
    if queues, slots[slot].waiter != .max { leaveOutside(slot, 0, at: now, into: &output) }
    let isPromoted = slots[slot].isPromoted
    if !isPromoted, plan.order == .admitFirst, answersFromCache(slot, at: now, into: &output) {
      return
    }
    proceed(slot, from: isPromoted ? .semantic : .look, at: now, into: &output)
  }

  /// What the store's silence means: who refuses the request because of it, if anybody does.
  private mutating func refusedForSilence(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> (limit: Int, status: UInt16, retryAt: Instant)? {
    let request = slots[slot].request
    if let (limit, status) = central.refusesForSilence(
      request, at: now, replica: replica, into: &output)
    {
      return (limit, status, .distantFuture)
    }
    guard !standIns.isEmpty else { return nil }
    switch standIns.admit(request, at: now, replica: replica, into: &output) {
    case .admit(let spared):
      slots[slot].sparedByStandIns = spared
      return nil
    case .refuse(let limit, let retryAt): return (limit, plan.limits[limit].status, retryAt)
    }
  }

  /// Ends a request that the store, or its silence, refuses.
  private mutating func refuse(
    _ slot: UInt32, by limit: Int?, _ status: UInt16, at now: Instant, into output: inout Output
  ) {
    slots[slot].isUndone = true
    let isBudget = limit.map { plan.limits[$0].isBudget } ?? false
    slots[slot].record.rejection = isBudget ? .budget : .limit
    slots[slot].record.limit = limit.map { UInt16(truncatingIfNeeded: $0) } ?? .max
    finish(slot, .rejected, .status(status), at: now, into: &output)
  }

  /// Tells the store what a request has used that it was asked about, and the stand-ins what they
  /// have charged.
  @inline(never)
  mutating func settleWithStore(_ slot: UInt32, at now: Instant, into output: inout Output) {
    let isHit = slots[slot].servedFromCache || slots[slot].record.source == .follow
    let end: StoreReport.End = slots[slot].isUndone ? .refused : isHit ? .hit : .used
    let usage = slots[slot].servedUsage
    output.commands.append(
      .tellStore(
        id(ofSlot: slot),
        StoreReport(
          end, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens,
          cost: slots[slot].record.estimate)))
    guard slots[slot].sparedByStandIns != .max else { return }
    standIns.settle(
      slots[slot].request, usage: usage, cost: slots[slot].record.estimate, hit: isHit,
      undone: slots[slot].isUndone, spared: slots[slot].sparedByStandIns,
      chargedAt: slots[slot].chargedAt, at: now, replica: replica, into: &output)
  }

  /// Another replica has told of a charge.
  @inline(never)
  mutating func heard(_ delta: Delta, at now: Instant, into output: inout Output) {
    // What was charged before these limits began is not counted here, so it is not given back here.
    guard hearsLimits, delta.policy == limits.policy, delta.charged > limitsSince else { return }
    guard let entry = limits.hear(delta, at: now, replica: replica, into: &output) else {
      _ = attemptLimits.hear(delta, at: now, replica: replica, into: &output)
      return
    }
    // What is given back may let somebody in.
    if queues, queue.count > 0, delta.change < 0 {
      queue.stir(queue.line(lines[entry] + delta.bucket))
      hasDue = true
    }
  }

  /// The replica forgets what is in flight: the others need not count it any more.
  mutating func giveUpTold(into output: inout Output) {
    guard hearsLimits else { return }
    for slot in 0..<UInt32(slots.used)
    where slots[slot].state != .free && slots[slot].isAdmitted && slots[slot].spared != .max {
      limits.giveUp(
        slots[slot].request, spared: slots[slot].spared, charged: slots[slot].chargedAt,
        into: &output)
    }
    for flight in 0..<UInt32(flights.used)
    where flights[flight].isLive && flights[flight].isLimited {
      attemptLimits.giveUp(
        slots[flights[flight].requestSlot].request,
        deployment: flights[flight].record.deployment, spared: flights[flight].sparedByLimits,
        charged: flights[flight].record.started, into: &output)
    }
  }
}
