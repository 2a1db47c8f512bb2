import Vocabulary

extension Gateway {
  /// A request has arrived.
  ///
  /// - Returns: the id under which the commands speak of it and under which `abandoned` may.
  @discardableResult
  public mutating func arrived(
    _ request: borrowing Request, at now: Instant, into output: inout Output
  ) -> RequestID {
    defer { if hasDue { doWhatIsDue(at: now, into: &output) } }
    let slot = slots.take()
    let id = RequestID(slot: slot, generation: slots[slot].generation)
    if !plan.keys.isEmpty {
      let key = Int(request.identity.key.index)
      guard key < plan.keys.count, plan.keys[key].isEnabled, now < plan.keys[key].expires else {
        return refuse(request, id, .identity, limit: .max, status: 401, at: now, into: &output)
      }
    }
    var spared: UInt64 = 0
    var held = SIMD4<UInt16>(repeating: 0)
    let glimpse = cache.glimpse(request)
    if plan.order == .cacheFirst {
      if looksFirst, asksCache(before: request, id, at: now, into: &output) { return id }
      if answerFromCache(request, id, glimpse, spared: 0, at: now, into: &output) { return id }
      if coalesces, followsUnadmitted(request, id, at: now, into: &output) { return id }
    }
    if judgesArrivals {
      if queues, queue.count > 0, let blocker = blockedByOthers(request) {
        return wait(request, id, blocker, at: now, into: &output)
      }
      switch judge(request, at: now, into: &output) {
      case .admitted(let shadows, let permits): (spared, held) = (shadows, permits)
      case .refused(let blocker):
        return wait(request, id, blocker, at: now, into: &output)
      }
    }
    if plan.order == .admitFirst, !asksStore,
      answerFromCache(request, id, glimpse, spared: spared, at: now, into: &output)
    {
      if limitsRequests { releaseHit(request, held, at: now, into: &output) }
      return id
    }
    begin(request, id, spared: spared, held: held, at: now, into: &output)
    return id
  }
}
