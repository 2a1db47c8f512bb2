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

  /// A side call has ended: the stage that asked goes on, with the answer or its stated default.
  mutating func sideCallEnded(
    _ call: SideCallID, _ succeeded: Bool, _ value: UInt64, at now: Instant,
    into output: inout Output
  ) {
    let slot = call.request.slot
    slots[slot].asked -= 1
    output.notes.append(
      Note(
        .answered, at: now, request: slots[slot].request.number,
        subject: UInt16(call.kind.rawValue), value: succeeded ? 1 : 0, replica: replica))
    guard slots[slot].state == .asking else {
      if slots[slot].state == .settling { settleIfQuiet(slot, at: now, into: &output) }
      return
    }
    slots[slot].state = .attempting
    switch call.kind {
    case .embedding: proceed(slot, from: .score, at: now, into: &output)
    case .complexity: proceed(slot, from: .route, at: now, into: &output)
    case .probe, .store: proceed(slot, from: .route, at: now, into: &output)
    }
  }
}
