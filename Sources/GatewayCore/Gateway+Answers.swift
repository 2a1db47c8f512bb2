import Vocabulary

// How requests end: refused, answered from the cache, answered by a provider, failed, abandoned.

extension Gateway {
  /// Ends a request that never got past admission.
  mutating func refuse(
    _ request: borrowing Request, _ id: RequestID, _ why: RequestRecord.Rejection, limit: UInt16,
    status: UInt16, retryAfter: RetryAfter = .unsaid, at now: Instant, into output: inout Output
  ) -> RequestID {
    output.commands.append(
      .finishAnswer(
        id, AnswerEnd(.rejected, .status(status), retryAfter: retryAfter, at: now)))
    var record = RequestRecord(arrival: request, id: id, at: now, replica: replica)
    record.end = .rejected
    record.rejection = why
    record.limit = limit
    record.outcome = .status(status)
    record.ended = now
    record.settled = now
    output.requests.append(record)
    slots[id.slot].generation &+= 1
    slots.give(id.slot)
    return id
  }

  /// Nanoseconds after which a driver gives up an attempt that finds no connection; `.max` for never.
  public var connectNanoseconds: Int64 { plan.connectDeadline }

  /// Writes down a request that never came in, because nobody listened where this replica was.
  ///
  /// No stage saw it and nothing is charged: it is the line of the load balancer, or of the client
  /// itself, in the books, so that they hold all that clients met.
  /// - Parameters:
  ///   - arrived: When the client knocked.
  ///   - end: `.failed` where it was refused, `.abandoned` where the client gave up.
  /// - Returns: the id of its record and of its `finishAnswer`.
  @inline(never)
  public mutating func missed(
    _ request: borrowing Request, arrived: Instant, _ end: RequestRecord.End, _ outcome: Outcome,
    at now: Instant, into output: inout Output
  ) -> RequestID {
    let slot = slots.take()
    let id = RequestID(slot: slot, generation: slots[slot].generation)
    output.commands.append(.finishAnswer(id, AnswerEnd(end, outcome, at: now)))
    var record = RequestRecord(arrival: request, id: id, at: arrived, replica: replica)
    record.end = end
    record.outcome = outcome
    record.ended = now
    record.settled = now
    output.requests.append(record)
    slots[slot].generation &+= 1
    slots.give(slot)
    return id
  }

  /// Ends a request for its client; writes its record as soon as nothing of it is in flight.
  mutating func finish(
    _ slot: UInt32, _ end: RequestRecord.End, _ outcome: Outcome, at now: Instant,
    into output: inout Output
  ) {
    if end == .failed, servesStale, answersStale(slot, instead: outcome, at: now, into: &output) {
      return
    }
    if queues, slots[slot].waiter != .max {
      slots[slot].isUndone = true
      leaveOutside(slot, end == .abandoned ? 2 : 1, at: now, into: &output)
    }
    let followers = slots[slot].leads ? stopLeading(slot) : nil
    // The client of a detached leader had its end when it left.
    if !slots[slot].isDetached {
      slots[slot].record.end = end
      slots[slot].record.outcome = outcome
      slots[slot].record.ended = now
      output.commands.append(
        .finishAnswer(
          id(ofSlot: slot),
          AnswerEnd(
            end, outcome,
            retryAfter: end == .failed && slots[slot].failed || end == .rejected
              ? slots[slot].hint : .unsaid,
            hasBegun: slots[slot].record.began != .distantFuture, at: now)))
    } else {
      slots[slot].record.outcome = .cancelled
    }
    slots[slot].state = .settling
    settleIfQuiet(slot, at: now, into: &output)
    if let followers { passOn(end, outcome, to: followers, at: now, into: &output) }
  }

  /// Settles a request that is over for its client once nothing of it is out.
  @inline(__always)
  mutating func settleIfQuiet(_ slot: UInt32, at now: Instant, into output: inout Output) {
    if slots[slot].inFlight == 0, slots[slot].asked == 0 { settle(slot, at: now, into: &output) }
  }

  /// Writes the record of a request and frees its slot.
  mutating func settle(_ slot: UInt32, at now: Instant, into output: inout Output) {
    // An answer that was kept ends when its look-up does.
    slots[slot].record.settled = max(now, slots[slot].record.ended)
    if limitsRequests || queues { leave(slot, at: now, into: &output) }
    if slots[slot].isDetached { slots[slot].isDetached = false }
    if limitsSettle, slots[slot].isAdmitted {
      limits.settle(
        slots[slot].request, usage: slots[slot].servedUsage, cost: slots[slot].record.estimate,
        hit: slots[slot].servedFromCache || slots[slot].record.source == .follow,
        undone: slots[slot].isUndone, spared: slots[slot].spared,
        chargedAt: slots[slot].chargedAt, at: now, replica: replica, into: &output)
    }
    if slots[slot].askedStore { settleWithStore(slot, at: now, into: &output) }
    withUnsafeMutablePointer(to: &slots[slot].record) { output.requests.append(copyOf: $0) }
    slots[slot].state = .free
    slots[slot].generation &+= 1
    slots.give(slot)
  }

  /// The client has left: what is in flight is withdrawn, and settles.
  mutating func abandon(_ id: RequestID, at now: Instant, into output: inout Output) {
    let slot = id.slot
    if slots[slot].leads || slots[slot].state == .queued || slots[slot].state == .following,
      abandonsLinked(slot, at: now, into: &output)
    {
      return
    }
    withdraw(slot, at: now, into: &output)
    if slots[slot].state != .settling {
      finish(slot, .abandoned, .cancelled, at: now, into: &output)
    }
  }

  /// Takes back what a request has out: its timer, its attempt.
  mutating func withdraw(_ slot: UInt32, at now: Instant, into output: inout Output) {
    switch slots[slot].state {
    case .free, .settling:
      return
    case .waiting:
      output.commands.append(
        .clearTimer(TimerID(.backoff, of: id(ofSlot: slot), number: slots[slot].waits)))
      if !slots[slot].passes { giveBackPermit(slot, at: now, into: &output) }
    case .attempting:
      withdrawAll(slot, into: &output)
    case .asking:
      if slots[slot].question.isAboutAttempt, slots[slot].questionReason == .retry {
        giveBackPermit(slot, at: now, into: &output)
      }
    case .queued, .following:
      break
    }
  }
}
