import Vocabulary

// The semantic stage: after an exact miss the request waits for the embedding of its text; then the
// most similar answer that is similar enough serves it, or it goes on to its route.

extension Gateway {
  /// Asks for the embedding of a request, if the semantic cache may serve it or keep its answer.
  ///
  /// - Returns: whether the request waits.
  mutating func keepsForMeaning(
    _ slot: UInt32, at now: Instant, into output: inout Output
  ) -> Bool {
    guard semantic.treatment(of: slots[slot].request) != .neither else { return false }
    slots[slot].state = .asking
    let deadline = min(
      slots[slot].deadline, now.advanced(byNanoseconds: semantic.rule.deadline))
    ask(.embedding, for: slot, deadline: deadline, at: now, into: &output)
    return true
  }

  /// The embedding of a request that waits for it has come, or has not.
  mutating func understood(
    _ slot: UInt32, _ succeeded: Bool, at now: Instant, into output: inout Output
  ) {
    let id = id(ofSlot: slot)
    guard understands, succeeded, semantic.holds(id) else {
      if understands, semantic.rule.onFailure == .fail {
        return finish(slot, .failed, .status(503), at: now, into: &output)
      }
      return proceed(slot, from: .score, at: now, into: &output)
    }
    if semantic.treatment(of: slots[slot].request).looks {
      if sharesMeanings { return asksVectors(about: slot, at: now, into: &output) }
      let found = semantic.look(slots[slot].request, id, at: now, into: &output)
      if found.hit != nil || output.explains(slots[slot].request.number) {
        output.notes.append(
          Note(
            .semanticLooked, at: now, request: slots[slot].request.number,
            deployment: found.hit?.deployment ?? .none, value: found.hit == nil ? 0 : 1,
            other: Int64(found.millionths), replica: replica))
      }
      if let hit = found.hit {
        return answer(
          slot, with: hit, .semantic, latency: semantic.rule.latency, at: now, into: &output)
      }
    }
    proceed(slot, from: .score, at: now, into: &output)
  }

  /// Answers a request whose route has failed with an expired answer to a question like it, if the
  /// policy wants it and there is one that is not too old.
  mutating func answersStaleMeaning(
    _ slot: UInt32, instead outcome: Outcome, at now: Instant, into output: inout Output
  ) -> Bool {
    let id = id(ofSlot: slot)
    guard semantic.rule.staleOnError > 0, semantic.holds(id),
      semantic.treatment(of: slots[slot].request) != .neither
    else { return false }
    if sharesMeanings {
      return asksForStale(slot, .vectors, instead: outcome, at: now, into: &output)
    }
    guard let hit = semantic.lookStale(slots[slot].request, id, at: now, into: &output) else {
      return false
    }
    output.notes.append(
      Note(
        .semanticLooked, at: now, request: slots[slot].request.number,
        deployment: hit.deployment, value: 3, replica: replica))
    answer(slot, with: hit, .semantic, latency: semantic.rule.latency, at: now, into: &output)
    return true
  }

  /// Keeps a whole answer by its meaning, if the embedding of its request is here.
  mutating func storeMeaning(
    _ slot: UInt32, _ usage: Usage, from deployment: DeploymentID, at now: Instant,
    into output: inout Output
  ) {
    let id = id(ofSlot: slot)
    guard semantic.holds(id), semantic.rule.keeps(usage),
      semantic.treatment(of: slots[slot].request).keeps
    else { return }
    if sharesMeanings {
      return output.commands.append(.shareAnswer(id, by: .vectors))
    }
    let body = BodyID(bits: nextBody)
    nextBody &+= 1
    output.commands.append(.keepBody(body, from: id))
    let evicted = semantic.store(
      slots[slot].request, id, usage: usage, from: deployment, body: body, at: now, into: &output)
    if evicted > 0 || output.explains(slots[slot].request.number) {
      output.notes.append(
        Note(
          .cacheStored, at: now, request: slots[slot].request.number, deployment: deployment,
          subject: 1, value: Int64(semantic.count), other: Int64(evicted), replica: replica))
    }
  }
}
