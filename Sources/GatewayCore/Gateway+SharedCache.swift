import Vocabulary

// The caches that replicas share: a look is a side call before the request goes on, and a new answer
// is posted without anybody waiting for it.
//
// With the cache before admission a request that is out for an answer has not been admitted; it is
// judged when there is none. What it has asked once it does not ask again when it has waited.

extension Gateway {
  // MARK: What a driver needs of a request that asks or posts

  /// Whether the look that is out for a request is content with an answer that has expired.
  public func looksForStale(inSlot slot: UInt32) -> Bool { slots[slot].staleLook.contains(.isOut) }

  /// What the request of a slot was answered with by a provider.
  public func served(inSlot slot: UInt32) -> (usage: Usage, deployment: DeploymentID) {
    (slots[slot].servedUsage, slots[slot].record.deployment)
  }

  /// Copies the embedding of the request that holds a slot, as a direction of length 1.
  ///
  /// - Returns: whether it is here; `vector` must have as many places as it has numbers.
  public func copyMeaning(inSlot slot: UInt32, into vector: inout MutableSpan<Float>) -> Bool {
    semantic.copyVector(inSlot: slot, into: &vector)
  }

  // MARK: Looking

  /// The stage: a request that an answer may be kept for waits for the shared cache to look.
  @inline(never)
  mutating func asksCache(
    about slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    guard slots[slot].request.fingerprint != 0, cache.looks(for: slots[slot].request) else {
      return false
    }
    look(.cache, slot, cache.rule.state, at: now, into: &output)
    return true
  }

  /// With the cache before admission, a newcomer is taken into its slot and looks first.
  @inline(never)
  mutating func asksCache(
    before request: borrowing Request, _ id: RequestID, at now: Instant, into output: inout Output
  ) -> Bool {
    guard request.fingerprint != 0, cache.looks(for: request) else { return false }
    keep(request, id, at: now)
    return asksCache(about: id.slot, at: now, into: &output)
  }

  /// Looks for a question like that of a request whose embedding is here.
  mutating func asksVectors(about slot: UInt32, at now: Instant, into output: inout Output) {
    look(.vectors, slot, semantic.rule.state, at: now, into: &output)
  }

  private mutating func look(
    _ kind: SideCallKind, _ slot: UInt32, _ state: CacheState, at now: Instant,
    into output: inout Output
  ) {
    slots[slot].state = .asking
    let limit = slots[slot].staleLook.contains(.isOut) ? .distantFuture : slots[slot].deadline
    ask(
      kind, for: slot, deadline: min(limit, now.advanced(byNanoseconds: state.deadline)), at: now,
      into: &output)
  }

  /// The answer to a side call of kind `cache` or `vectors`: what `sideCallEnded` is to the others,
  /// with what was found.
  ///
  /// A failed call is told by the event.
  public mutating func found(
    _ call: SideCallID, _ answer: CachedAnswer, at now: Instant, into output: inout Output
  ) {
    defer { if hasDue { doWhatIsDue(at: now, into: &output) } }
    guard holds(call) else { return drop(call.request.slot, at: now, into: &output) }
    sideCallEnded(call, true, 0, answer, at: now, into: &output)
  }

  /// A shared cache has looked, or has not in time.
  mutating func looked(
    _ slot: UInt32, _ kind: SideCallKind, _ succeeded: Bool, _ answer: CachedAnswer,
    at now: Instant, into output: inout Output
  ) {
    let isFound = succeeded && answer.isFound
    let isStale = slots[slot].staleLook.contains(.isOut)
    if output.explains(slots[slot].request.number) || (isFound && (isStale || kind == .vectors)) {
      output.notes.append(
        Note(
          kind == .cache ? .cacheLooked : .semanticLooked, at: now,
          request: slots[slot].request.number, deployment: answer.deployment,
          value: isFound ? isStale ? 3 : 1 : 0, other: Int64(answer.similarity), replica: replica))
    }
    if isFound {
      slots[slot].staleLook.remove(.isOut)
      return self.answer(
        slot,
        with: ExactCache.Hit(
          usage: answer.usage, deployment: answer.deployment, body: answer.body),
        kind == .cache ? .cache : .semantic,
        latency: kind == .cache ? cache.rule.latency : semantic.rule.latency, at: now,
        into: &output)
    }
    if isStale {
      slots[slot].staleLook.remove(.isOut)
      return finish(slot, .failed, slots[slot].failure, at: now, into: &output)
    }
    let state = kind == .cache ? cache.rule.state : semantic.rule.state
    if !succeeded, state.onFailure == .fail {
      // Who would not do without the cache does not ask it once more.
      slots[slot].staleLook.insert(.isForbidden)
      return finish(slot, .failed, .status(503), at: now, into: &output)
    }
    if kind == .vectors { return proceed(slot, from: .score, at: now, into: &output) }
    guard slots[slot].isAdmitted else { return admitAfterLook(slot, at: now, into: &output) }
    proceed(slot, from: .coalesce, at: now, into: &output)
  }

  /// Judges a request that has looked before its admission: what `arrived` does without a cache.
  private mutating func admitAfterLook(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) {
    if coalesces, plan.order == .cacheFirst, followsInSlot(slot, at: now, into: &output) { return }
    var spared: UInt64 = 0
    var held = SIMD4<UInt16>(repeating: 0)
    if judgesArrivals {
      let request = slots[slot].request
      if queues, queue.count > 0, let blocker = blockedByOthers(request) {
        return waitInSlot(slot, blocker, at: now, into: &output)
      }
      switch judge(request, at: now, into: &output) {
      case .admitted(let shadows, let permits): (spared, held) = (shadows, permits)
      case .refused(let blocker): return waitInSlot(slot, blocker, at: now, into: &output)
      }
    }
    admit(slot, spared: spared, held: held, at: now)
    if asksStore, asksStore(about: slot, before: .look, at: now, into: &output) { return }
    proceed(slot, from: .coalesce, at: now, into: &output)
  }

  // MARK: The last resort

  /// Asks the shared caches, one after the other, for an answer that has expired.
  ///
  /// - Returns: whether the request waits for one; it ends with `outcome` if there is none.
  mutating func asksForStale(
    _ slot: UInt32, _ kind: SideCallKind, instead outcome: Outcome, at now: Instant,
    into output: inout Output
  ) -> Bool {
    let asked = kind == .cache ? StaleLook.exact : .semantic
    guard !slots[slot].staleLook.contains(asked), slots[slot].inFlight == 0,
      slots[slot].waiter == .max
    else { return false }
    slots[slot].staleLook.formUnion([asked, .isOut])
    slots[slot].failure = outcome
    look(
      kind, slot, kind == .cache ? cache.rule.state : semantic.rule.state, at: now, into: &output)
    return true
  }

  // MARK: Keeping

  /// Posts a whole answer to the shared exact cache.
  @inline(never)
  mutating func share(_ slot: UInt32, _ usage: Usage, into output: inout Output) {
    guard slots[slot].request.fingerprint != 0, cache.keeps(for: slots[slot].request),
      cache.rule.keeps(usage)
    else { return }
    output.commands.append(.shareAnswer(id(ofSlot: slot), by: .cache))
  }
}

/// Which shared caches a request has asked for an answer that has expired, and whether one is out.
struct StaleLook: OptionSet, BitwiseCopyable {
  var rawValue: UInt8 = 0

  /// The shared caches that were asked.
  static let exact = StaleLook(rawValue: 1)
  static let semantic = StaleLook(rawValue: 2)
  /// One is being asked.
  static let isOut = StaleLook(rawValue: 4)
  /// Nothing stale is to answer any more: its process has crashed, or its cache was not to be done
  /// without.
  static let isForbidden = StaleLook(rawValue: 8)
}
