import Vocabulary

// Identical requests in flight: one leads, the others follow in a list through their slots.

extension Gateway {
  /// What a leader leaves to its followers.
  struct Legacy: BitwiseCopyable {
    var first: UInt32
    var number: UInt64
    /// Where its answer comes from.
    var answer: AnswerSource
    var source: RequestRecord.Source
    var deployment: DeploymentID
    var usage: Usage
    var saved: Money
    var began: Bool
  }

  /// The stage: a request whose like is in flight follows it and is kept; any other leads.
  mutating func coalesce(_ slot: UInt32, at now: Instant, into output: inout Output) -> Bool {
    // A fingerprint of zero is no body: nobody knows whether two such requests are equal.
    guard slots[slot].request.fingerprint != 0 else { return false }
    let key = coalescing.rule.key(of: slots[slot].request)
    if let leader = coalescing.leader(key) {
      follow(slot, leader, at: now, into: &output)
      return true
    }
    coalescing.insert(key, slot)
    slots[slot].leads = true
    return false
  }

  /// With the cache before admission, a newcomer follows before it is admitted, as a hit would.
  mutating func followsUnadmitted(
    _ request: borrowing Request, _ id: RequestID, at now: Instant, into output: inout Output
  ) -> Bool {
    guard request.fingerprint != 0,
      let leader = coalescing.leader(coalescing.rule.key(of: request))
    else { return false }
    keep(request, id, at: now)
    follow(id.slot, leader, at: now, into: &output)
    return true
  }

  /// The same for one that is in its slot already.
  mutating func followsInSlot(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    guard slots[slot].request.fingerprint != 0,
      let leader = coalescing.leader(coalescing.rule.key(of: slots[slot].request))
    else { return false }
    follow(slot, leader, at: now, into: &output)
    return true
  }

  private mutating func follow(
    _ slot: UInt32, _ leader: UInt32, at now: Instant, into output: inout Output
  ) {
    slots[slot].state = .following
    slots[slot].leader = leader
    let last = slots[leader].lastFollower
    slots[slot].previousFollower = last
    slots[slot].nextFollower = .max
    if last == .max {
      slots[leader].firstFollower = slot
    } else {
      slots[last].nextFollower = slot
    }
    slots[leader].lastFollower = slot
    output.notes.append(
      Note(
        .followed, at: now, request: slots[slot].request.number,
        value: Int64(bitPattern: slots[leader].request.number), replica: replica))
    if slots[leader].followersBegan || slots[leader].record.began != .distantFuture {
      slots[leader].followersBegan = true
      beginFollower(slot, .follow(slots[leader].attempt), at: now, into: &output)
    }
  }

  /// The leader's stream has begun: so have those of its followers.
  mutating func beginFollowers(
    _ leader: UInt32, _ attempt: AttemptID, at now: Instant, into output: inout Output
  ) {
    var slot = slots[leader].firstFollower
    // Even without followers: who comes later begins at once.
    slots[leader].followersBegan = true
    while slot != .max {
      if slots[slot].record.began == .distantFuture {
        beginFollower(slot, .follow(attempt), at: now, into: &output)
      }
      slot = slots[slot].nextFollower
    }
  }

  private mutating func beginFollower(
    _ slot: UInt32, _ source: AnswerSource, at now: Instant, into output: inout Output
  ) {
    slots[slot].record.began = now
    output.commands.append(.beginAnswer(id(ofSlot: slot), source))
  }

  // MARK: Ends

  /// A leader is over: nobody can follow it any more.
  ///
  /// - Parameter body: That of the kept answer that has served it, if one has.
  /// - Returns: What it leaves to its followers; `nil` if it has none.
  mutating func stopLeading(_ slot: UInt32, body: BodyID? = nil) -> Legacy? {
    coalescing.remove(coalescing.rule.key(of: slots[slot].request), slot)
    slots[slot].leads = false
    let first = slots[slot].firstFollower
    let began = slots[slot].followersBegan
    slots[slot].followersBegan = false
    guard first != .max else { return nil }
    slots[slot].firstFollower = .max
    slots[slot].lastFollower = .max
    var usage = slots[slot].servedUsage
    if slots[slot].record.source != .provider {
      usage.inputTokens = slots[slot].record.inputTokens
      usage.outputTokens = slots[slot].record.outputTokens
    }
    let deployment = slots[slot].record.deployment
    let saved =
      slots[slot].record.source == .provider && deployment != .none
      ? price(of: usage, by: deployment, at: slots[slot].record.arrived)
      : slots[slot].record.saved
    return Legacy(
      first: first, number: slots[slot].request.number,
      answer: body.map { .cache($0) } ?? .follow(slots[slot].attempt),
      source: slots[slot].record.source, deployment: deployment, usage: usage, saved: saved,
      began: began)
  }

  /// Passes a leader's end on to its followers.
  mutating func passOn(
    _ end: RequestRecord.End, _ outcome: Outcome, to legacy: Legacy, at now: Instant,
    into output: inout Output
  ) {
    var slot = legacy.first
    if end != .succeeded, coalescing.rule.onLeaderFailure == .promote, !legacy.began {
      return promote(slot)
    }
    while slot != .max {
      let next = slots[slot].nextFollower
      if end == .succeeded {
        answer(slot, outcome, from: legacy, at: now, into: &output)
      } else {
        finish(slot, .failed, outcome, at: now, into: &output)
      }
      slot = next
    }
  }

  private mutating func answer(
    _ slot: UInt32, _ outcome: Outcome, from legacy: Legacy, at now: Instant,
    into output: inout Output
  ) {
    slots[slot].record.source = .follow
    slots[slot].record.deployment = legacy.deployment
    slots[slot].record.inputTokens = legacy.usage.inputTokens
    slots[slot].record.outputTokens = legacy.usage.outputTokens
    slots[slot].record.saved = legacy.saved
    slots[slot].servedUsage = legacy.usage
    if slots[slot].record.began == .distantFuture {
      beginFollower(slot, legacy.answer, at: now, into: &output)
    }
    finish(slot, .succeeded, outcome, at: now, into: &output)
  }

  /// The first follower takes its leader's place; it starts when the event has been dealt with.
  private mutating func promote(_ first: UInt32) {
    let second = slots[first].nextFollower
    slots[first].leader = .max
    slots[first].nextFollower = .max
    slots[first].firstFollower = second
    var last = UInt32.max
    var slot = second
    while slot != .max {
      slots[slot].leader = first
      last = slot
      slot = slots[slot].nextFollower
    }
    if second != .max { slots[second].previousFollower = .max }
    slots[first].lastFollower = last
    coalescing.insert(coalescing.rule.key(of: slots[first].request), first)
    slots[first].leads = true
    promoted.append(id(ofSlot: first))
    hasDue = true
  }

  /// Starts the followers that were promoted; `false` if there are none.
  mutating func startPromoted(at now: Instant, into output: inout Output) -> Bool {
    guard !promoted.isEmpty else { return false }
    let id = promoted.removeLast()
    let slot = id.slot
    guard holds(id), slots[slot].state == .following else { return true }
    slots[slot].state = .attempting
    guard now < slots[slot].deadline else {
      finish(slot, .failed, .totalTimeout, at: now, into: &output)
      return true
    }
    if !slots[slot].isAdmitted {
      // It followed before admission: now it needs one, at once.
      let request = slots[slot].request
      switch judge(request, at: now, into: &output) {
      case .admitted(let spared, let held):
        admit(slot, spared: spared, held: held, at: now)
        if asksStore, asksStore(about: slot, before: .semantic, at: now, into: &output) {
          return true
        }
      case .refused(let blocker):
        reject(slot, blocker, at: now, into: &output)
        return true
      }
    }
    proceed(slot, from: .semantic, at: now, into: &output)
    return true
  }

  // MARK: Clients that leave

  /// Deals with the client of a request that waits, follows or leads; `false` if there is nothing
  /// special about it.
  mutating func abandonsLinked(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    switch slots[slot].state {
    case .queued:
      abandonQueued(slot, at: now, into: &output)
      return true
    case .following:
      abandonFollower(slot, at: now, into: &output)
      return true
    default: break
    }
    if slots[slot].isDetached {
      drop(slot, at: now, into: &output)
      return true
    }
    guard slots[slot].firstFollower != .max else { return false }
    // The call lives while somebody waits for it: the leader goes on without its client.
    slots[slot].isDetached = true
    slots[slot].record.end = .abandoned
    slots[slot].record.outcome = .cancelled
    slots[slot].record.ended = now
    output.commands.append(
      .finishAnswer(id(ofSlot: slot), AnswerEnd(.abandoned, .cancelled, at: now)))
    return true
  }

  private mutating func abandonFollower(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    let leader = slots[slot].leader
    unlink(slot)
    finish(slot, .abandoned, .cancelled, at: now, into: &output)
    // Nobody waits for the leader any more.
    if slots[leader].isDetached, slots[leader].firstFollower == .max {
      withdraw(leader, at: now, into: &output)
      finish(leader, .abandoned, .cancelled, at: now, into: &output)
    }
  }

  /// Takes a follower out of its leader's list.
  mutating func unlink(_ slot: UInt32) {
    let leader = slots[slot].leader
    let (previous, next) = (slots[slot].previousFollower, slots[slot].nextFollower)
    if previous == .max {
      slots[leader].firstFollower = next
    } else {
      slots[previous].nextFollower = next
    }
    if next == .max {
      slots[leader].lastFollower = previous
    } else {
      slots[next].previousFollower = previous
    }
  }
}
