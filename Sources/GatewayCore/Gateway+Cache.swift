import Vocabulary

// The exact cache: asked before the route, filled by whole answers, and the last resort of a route
// that has failed.

extension Gateway {
  /// Answers a request that has waited from the cache, if it holds a fresh answer by now.
  mutating func answerFromCache(
    _ request: borrowing Request, _ id: RequestID, spared: UInt64, at now: Instant,
    into output: inout Output
  ) -> Bool {
    answerFromCache(
      request, id, cache.glimpse(request), spared: spared, at: now, into: &output)
  }

  /// Answers from the cache if it holds a fresh answer; `glimpse` is where it would be.
  mutating func answerFromCache(
    _ request: borrowing Request, _ id: RequestID, _ glimpse: UInt32?, spared: UInt64,
    at now: Instant, into output: inout Output
  ) -> Bool {
    guard let hit = found(request, glimpse, at: now, into: &output) else { return false }
    let end = now.advanced(byNanoseconds: cache.rule.latency)
    output.commands.append(.beginAnswer(id, .cache(hit.body)))
    output.commands.append(.finishAnswer(id, .succeeded(at: end)))
    var record = RequestRecord(arrival: request, id: id, at: now, replica: replica)
    record.end = .succeeded
    record.source = .cache
    record.deployment = hit.deployment
    record.outputTokens = hit.usage.outputTokens
    record.saved = price(of: hit.usage, by: hit.deployment, at: now)
    record.began = end
    record.ended = end
    record.settled = end
    output.requests.append(record)
    // With the cache first no limit has seen the request, so there is nothing to correct.
    if limitsSettle, plan.order == .admitFirst {
      limits.settle(
        request, usage: hit.usage, cost: .zero, hit: true, spared: spared, chargedAt: now, at: now,
        replica: replica, into: &output)
    }
    slots[id.slot].generation &+= 1
    slots.give(id.slot)
    return true
  }

  /// The fresh answer that the cache holds for a request; `glimpse` is where it would be.
  @inline(__always)
  private mutating func found(
    _ request: borrowing Request, _ glimpse: UInt32?, at now: Instant, into output: inout Output
  ) -> ExactCache.Hit? {
    // A fingerprint of zero is no body: nobody knows whether two such requests are equal.
    guard caches, request.fingerprint != 0, cache.looks(for: request) else { return nil }
    var hit: ExactCache.Hit?
    if let glimpse {
      hit = cache.look(at: glimpse, at: now, into: &output)
    } else if cache.hasBuckets {
      hit = cache.lookInBuckets(
        cache.rule.key(of: request), for: request.call, at: now, into: &output)
    }
    if output.explains(request.number) {
      output.notes.append(
        Note(
          .cacheLooked, at: now, request: request.number, value: hit == nil ? 0 : 1,
          replica: replica))
    }
    return hit
  }

  /// Answers a request that holds a slot from the cache if it holds a fresh answer.
  mutating func answersFromCache(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    let request = slots[slot].request
    guard let hit = found(request, cache.glimpse(request), at: now, into: &output) else {
      return false
    }
    answer(slot, with: hit, .cache, latency: cache.rule.latency, at: now, into: &output)
    return true
  }

  /// Keeps a whole answer in the cache.
  mutating func store(
    _ slot: UInt32, _ usage: Usage, from deployment: DeploymentID, at now: Instant,
    into output: inout Output
  ) {
    if understands { storeMeaning(slot, usage, from: deployment, at: now, into: &output) }
    guard caches else { return keepsExact ? share(slot, usage, into: &output) : () }
    guard slots[slot].request.fingerprint != 0 else { return }
    guard cache.keeps(for: slots[slot].request), cache.rule.keeps(usage) else { return }
    let body = BodyID(bits: nextBody)
    nextBody &+= 1
    output.commands.append(.keepBody(body, from: id(ofSlot: slot)))
    let evicted = cache.store(
      for: slots[slot].request, usage: usage, from: deployment, body: body, at: now, into: &output)
    if evicted > 0 || output.explains(slots[slot].request.number) {
      output.notes.append(
        Note(
          .cacheStored, at: now, request: slots[slot].request.number, deployment: deployment,
          value: Int64(cache.count), other: Int64(evicted), replica: replica))
    }
  }

  /// Answers a request whose route has failed with an entry that has expired, if the policy wants it
  /// and there is one that is not too old; a shared cache is asked for it.
  ///
  /// If its client has left, its followers still wait for that answer.
  /// - Returns: whether the request does not end with `outcome` now.
  mutating func answersStale(
    _ slot: UInt32, instead outcome: Outcome, at now: Instant, into output: inout Output
  ) -> Bool {
    guard slots[slot].record.began == .distantFuture, !slots[slot].followersBegan,
      !slots[slot].staleLook.contains(.isForbidden)
    else { return false }
    let isExact =
      keepsExact && cache.rule.staleOnError > 0 && slots[slot].request.fingerprint != 0
      && cache.rule.cacheability.treatment(of: slots[slot].request, draws: cache.draws) != .neither
    if isExact, !caches {
      if asksForStale(slot, .cache, instead: outcome, at: now, into: &output) { return true }
    } else if isExact {
      if let hit = cache.lookStale(for: slots[slot].request, at: now) {
        output.notes.append(
          Note(
            .cacheLooked, at: now, request: slots[slot].request.number, deployment: hit.deployment,
            value: 3, replica: replica))
        answer(slot, with: hit, .cache, latency: cache.rule.latency, at: now, into: &output)
        return true
      }
    }
    return understands && answersStaleMeaning(slot, instead: outcome, at: now, into: &output)
  }

  /// Ends a request that holds a slot with an answer that was kept.
  mutating func answer(
    _ slot: UInt32, with hit: ExactCache.Hit, _ source: RequestRecord.Source, latency: Int64,
    at now: Instant, into output: inout Output
  ) {
    let end = now.advanced(byNanoseconds: latency)
    slots[slot].record.source = source
    slots[slot].record.deployment = hit.deployment
    slots[slot].record.outputTokens = hit.usage.outputTokens
    slots[slot].record.saved = price(of: hit.usage, by: hit.deployment, at: now)
    slots[slot].servedUsage = hit.usage
    slots[slot].servedFromCache = true
    let followers = slots[slot].leads ? stopLeading(slot, body: hit.body) : nil
    if slots[slot].isDetached {
      // Its client has left; its followers save the cost.
      slots[slot].record.saved = .zero
    } else {
      output.commands.append(.beginAnswer(id(ofSlot: slot), .cache(hit.body)))
      slots[slot].record.began = end
      slots[slot].record.end = .succeeded
      slots[slot].record.outcome = .succeeded
      slots[slot].record.ended = end
      output.commands.append(.finishAnswer(id(ofSlot: slot), .succeeded(at: end)))
    }
    slots[slot].state = .settling
    settleIfQuiet(slot, at: now, into: &output)
    if let followers { passOn(.succeeded, .succeeded, to: followers, at: now, into: &output) }
  }
}
