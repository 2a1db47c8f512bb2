import Vocabulary

// Questions to the outside: asked by a stage, answered or failed exactly once, in the books.

extension Gateway {
  /// Asks something outside on behalf of a request; its end comes as `sideCallEnded`.
  @discardableResult
  mutating func ask(
    _ kind: SideCallID.Kind, for slot: UInt32, deadline: Instant, at now: Instant,
    into output: inout Output
  ) -> SideCallID {
    slots[slot].sideCalls &+= 1
    slots[slot].asked += 1
    slots[slot].record.sideCalls &+= 1
    let id = SideCallID(kind, of: id(ofSlot: slot), number: slots[slot].sideCalls)
    output.commands.append(.startSideCall(id, deadline: deadline))
    output.notes.append(
      Note(
        .asked, at: now, request: slots[slot].request.number, subject: UInt16(kind.rawValue),
        other: deadline.nanoseconds, replica: replica))
    return id
  }

  /// Whether a report about a side call is about one that is out.
  @inline(__always)
  func holds(_ call: SideCallID) -> Bool {
    holds(call.request) && slots[call.request.slot].asked > 0
      && slots[call.request.slot].sideCalls == call.number
  }

  /// The answer to a side call for an embedding: what `sideCallEnded` is to the others, with the
  /// vector.
  ///
  /// A failed call is told by the event, without a vector.
  public mutating func embedded(
    _ call: SideCallID, vector: Span<Float>, at now: Instant, into output: inout Output
  ) {
    defer { if hasDue { doWhatIsDue(at: now, into: &output) } }
    guard holds(call) else { return drop(call.request.slot, at: now, into: &output) }
    if understands { _ = semantic.hold(vector, for: call.request) }
    sideCallEnded(call, true, 0, at: now, into: &output)
  }

  /// A side call has ended: the stage that asked goes on, with the answer or its stated default.
  mutating func sideCallEnded(
    _ call: SideCallID, _ succeeded: Bool, _ value: UInt64, _ answer: CachedAnswer = .nothing,
    at now: Instant, into output: inout Output
  ) {
    let slot = call.request.slot
    slots[slot].asked -= 1
    let estimate =
      succeeded
      ? plan.servicePrices[Int(call.kind.rawValue)].bill(
        inputTokens: slots[slot].request.inputTokens) : .zero
    slots[slot].record.estimate += estimate
    output.sideCalls.append(
      SideCallRecord(
        request: slots[slot].request.number, call: slots[slot].request.call,
        arrived: slots[slot].record.arrived, ended: now, estimate: estimate, number: call.number,
        replica: replica, kind: call.kind, succeeded: succeeded))
    output.notes.append(
      Note(
        .answered, at: now, request: slots[slot].request.number,
        subject: UInt16(call.kind.rawValue), value: succeeded ? 1 : 0,
        other: succeeded && call.kind == .complexity ? Gateway.millionths(value) : 0,
        replica: replica))
    guard slots[slot].state == .asking else {
      if slots[slot].state == .attempting, slots[slot].question.isAboutAttempt {
        return storeAnswered(aboutHedgeOf: slot, succeeded, value, at: now, into: &output)
      }
      withdrawQuestion(slot, at: now, into: &output)
      if slots[slot].state == .settling { settleIfQuiet(slot, at: now, into: &output) }
      return
    }
    slots[slot].state = .attempting
    guard now < slots[slot].deadline || slots[slot].staleLook.contains(.isOut) else {
      withdrawQuestion(slot, at: now, into: &output)
      return finish(slot, .failed, .totalTimeout, at: now, into: &output)
    }
    // Without an attempt it has no walk yet that a reload could have taken away.
    if call.kind != .store { slots[slot].isUprooted = false }
    switch call.kind {
    case .embedding: understood(slot, succeeded, at: now, into: &output)
    case .complexity:
      scored(slot, succeeded, value)
      proceed(slot, from: .route, at: now, into: &output)
    case .store where slots[slot].question.isAboutAttempt:
      storeAnswered(aboutAttemptOf: slot, succeeded, value, at: now, into: &output)
    case .store: storeAnswered(slot, succeeded, value, at: now, into: &output)
    case .cache, .vectors: looked(slot, call.kind, succeeded, answer, at: now, into: &output)
    case .probe: proceed(slot, from: .route, at: now, into: &output)
    }
  }
}
