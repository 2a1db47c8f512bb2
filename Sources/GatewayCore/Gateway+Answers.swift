import Vocabulary

// How requests end: refused, answered from the cache, answered by a provider, failed, abandoned.

extension Gateway {
  /// Ends a request that never got past admission.
  mutating func refuse(
    _ request: borrowing Request, _ id: RequestID, _ why: RequestRecord.Rejection, limit: UInt16,
    status: UInt16, at now: Instant, into output: inout Output
  ) -> RequestID {
    output.commands.append(.finishAnswer(id, .rejected, at: now))
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

  /// Answers from the cache if it holds a fresh answer.
  mutating func answerFromCache(
    _ request: borrowing Request, _ id: RequestID, spared: UInt64, at now: Instant,
    into output: inout Output
  ) -> Bool {
    // A fingerprint of zero is no body: nobody knows whether two such requests are equal.
    guard caches, request.fingerprint != 0 else { return false }
    let hit = cache.look(cache.rule.key(of: request), at: now, into: &output)
    if output.explains(request.number) {
      output.notes.append(
        Note(
          .cacheLooked, at: now, request: request.number, value: hit == nil ? 0 : 1,
          replica: replica))
    }
    guard let hit else { return false }
    let end = now.advanced(byNanoseconds: cache.rule.latency)
    output.commands.append(.beginAnswer(id, .cache(hit.body)))
    output.commands.append(.finishAnswer(id, .succeeded, at: end))
    var record = RequestRecord(arrival: request, id: id, at: now, replica: replica)
    record.end = .succeeded
    record.source = .cache
    record.deployment = hit.deployment
    record.outputTokens = hit.usage.outputTokens
    record.saved = sheets[Int(hit.deployment.index)].bill(for: hit.usage)
    record.began = end
    record.ended = end
    record.settled = end
    output.requests.append(record)
    // With the cache first no limit has seen the request, so there is nothing to correct.
    if limitsSettle, plan.order == .admitFirst {
      limits.settle(
        request, usage: hit.usage, hit: true, spared: spared, at: now, replica: replica,
        into: &output)
    }
    slots[id.slot].generation &+= 1
    slots.give(id.slot)
    return true
  }

  /// Ends a request for its client; writes its record as soon as nothing of it is in flight.
  mutating func finish(
    _ slot: UInt32, _ end: RequestRecord.End, _ outcome: Outcome, at now: Instant,
    into output: inout Output
  ) {
    let followers = slots[slot].leads ? stopLeading(slot) : nil
    // The client of a detached leader had its end when it left.
    if !slots[slot].isDetached {
      slots[slot].record.end = end
      slots[slot].record.outcome = outcome
      slots[slot].record.ended = now
      output.commands.append(.finishAnswer(id(ofSlot: slot), end, at: now))
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
    slots[slot].record.settled = now
    if limitsRequests || queues { leave(slot, at: now, into: &output) }
    if limitsSettle, slots[slot].isAdmitted {
      limits.settle(
        slots[slot].request, usage: slots[slot].servedUsage,
        hit: slots[slot].record.source == .follow, spared: slots[slot].spared, at: now,
        replica: replica, into: &output)
    }
    output.requests.append(slots[slot].record)
    slots[slot].state = .free
    slots[slot].generation &+= 1
    slots.give(slot)
  }

  /// Keeps a whole answer in the cache.
  mutating func store(
    _ slot: UInt32, _ usage: Usage, from deployment: DeploymentID, at now: Instant,
    into output: inout Output
  ) {
    guard caches, slots[slot].request.fingerprint != 0 else { return }
    let body = BodyID(bits: nextBody)
    nextBody &+= 1
    output.commands.append(.keepBody(body, from: id(ofSlot: slot)))
    let evicted = cache.store(
      cache.rule.key(of: slots[slot].request), usage: usage, from: deployment, body: body,
      at: now, into: &output)
    if evicted > 0 || output.explains(slots[slot].request.number) {
      output.notes.append(
        Note(
          .cacheStored, at: now, request: slots[slot].request.number, deployment: deployment,
          value: Int64(cache.count), other: Int64(evicted), replica: replica))
    }
  }

  /// The client has left: what is in flight is withdrawn, and settles.
  mutating func abandon(_ id: RequestID, at now: Instant, into output: inout Output) {
    let slot = id.slot
    if slots[slot].leads || slots[slot].state == .queued || slots[slot].state == .following,
      abandonsLinked(slot, at: now, into: &output)
    {
      return
    }
    withdraw(slot, into: &output)
    if slots[slot].state != .settling {
      finish(slot, .abandoned, .cancelled, at: now, into: &output)
    }
  }

  /// Takes back what a request has out: its timer, its attempt.
  mutating func withdraw(_ slot: UInt32, into output: inout Output) {
    switch slots[slot].state {
    case .free, .settling:
      return
    case .waiting:
      output.commands.append(
        .clearTimer(TimerID(.backoff, of: id(ofSlot: slot), number: slots[slot].waits)))
    case .attempting:
      output.commands.append(.cancelAttempt(slots[slot].attempt))
    case .queued, .following, .asking:
      break
    }
  }
}
