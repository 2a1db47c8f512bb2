import Vocabulary

// Waiting for what a central store has refused.
//
// Who is next in a line asks the store when it said that the request would pass; it steps out of
// the queue meanwhile and keeps its place. A line lets one out at a time, and one more for each that
// was admitted since the last refusal, so that those who wait neither ask all at once nor one a
// round trip. (A window that a success widens by one and a failure closes: V. Jacobson, "Congestion
// avoidance and control", SIGCOMM 1988, slow start.)

extension Gateway {
  /// A request that the store refuses waits for it; `false` if it does not wait, and holds all it
  /// held.
  ///
  /// Nobody waits for a budget's next period, nor for what has no end; a follower that goes on for
  /// itself does not wait, at the replica's own limits either.
  mutating func waits(
    _ slot: UInt32, forStore limit: Int, until retryAt: Instant, isSilent: Bool = false,
    at now: Instant, into output: inout Output
  ) -> Bool {
    let request = slots[slot].request
    guard !slots[slot].isPromoted, !plan.limits[limit].isBudget, retryAt < .distantFuture else {
      return false
    }
    let blocker = QueueBlocker(
      subject: UInt16(truncatingIfNeeded: limit), line: storeLine(request, ofLimit: limit),
      permit: -1, retryAt: retryAt)
    let number = slots[slot].waiter
    if number != .max {
      let line = queue.waiter(number).line
      undoAdmission(slot, isSilent, at: now, into: &output)
      slots[slot].state = .queued
      queue.stepIn(number, blocker)
      if queue.waiter(number).line != line {
        queue.stir(line)
        hasDue = true
      }
      if now >= queue.waiter(number).latest {
        shed(number, .late, at: now, into: &output)
      } else {
        arm(slot, at: retryAt, now: now, into: &output)
      }
      return true
    }
    let latest = latest(slots[slot].deadline, since: now)
    if let why = makeRoom(for: request, from: retryAt, until: latest, at: now, into: &output) {
      shedInSlot(slot, blocker, why, at: now, into: &output)
      return true
    }
    undoAdmission(slot, isSilent, at: now, into: &output)
    enterQueue(slot, blocker, until: latest, at: now, into: &output)
    return true
  }

  /// What a newcomer has to wait for because others wait for the store already.
  mutating func blockedAtStore(_ request: borrowing Request) -> QueueBlocker? {
    for step in 0..<central.steps.count {
      guard let entry = central.entry(step, request, .none) else { continue }
      let bucket = storeLine(request, entry)
      let line = queue.line(bucket)
      if queue.count(line) > 0, !queue.isFirst(request, line) {
        return QueueBlocker(
          subject: central.entries[entry].subject, line: bucket, permit: -1,
          retryAt: .distantFuture)
      }
    }
    return nil
  }

  /// Whether who is next in a line may ask the store: its time has come, and not too many are out.
  func mayAsk(_ waiter: AdmissionQueue.Waiter, at now: Instant) -> Bool {
    let isRefused =
      waiter.blocker.line >= centralLines[0] && waiter.blocker.retryAt < .distantFuture
    if isRefused, now < waiter.blocker.retryAt { return false }
    return queue.letsOut(waiter.line)
  }

  /// Who is next in a line was admitted by the replica's own limits, and asks the store.
  mutating func stepOut(
    _ number: UInt32, spared: UInt64, held: SIMD4<UInt16>, at now: Instant,
    into output: inout Output
  ) {
    let slot = queue.waiter(number).slot
    queue.stepOut(number)
    output.commands.append(
      .clearTimer(TimerID(.queue, of: id(ofSlot: slot), number: slots[slot].waits)))
    admit(slot, spared: spared, held: held, at: now)
    _ = asksStore(about: slot, before: .look, at: now, into: &output)
  }

  /// A request that had stepped out of the queue does not come back to it; see `Note.Kind.dequeued`
  /// for `how`.
  @inline(never)
  mutating func leaveOutside(
    _ slot: UInt32, _ how: Int64, at now: Instant, into output: inout Output
  ) {
    let number = slots[slot].waiter
    let waiter = queue.waiter(number)
    queue.dismiss(number, admitted: how == 0)
    queue.stir(waiter.line)
    hasDue = true
    noteDequeued(slot, how, subject: .max, since: waiter.since, at: now, &output)
  }

  /// Gives back what the replica's own limits have given a request that waits again.
  ///
  /// A store that has said nothing in time may have charged it all the same.
  private mutating func undoAdmission(
    _ slot: UInt32, _ isSilent: Bool, at now: Instant, into output: inout Output
  ) {
    let request = slots[slot].request
    if isSilent { output.commands.append(.tellStore(id(ofSlot: slot), StoreReport(.refused))) }
    if limitsSettle {
      limits.settle(
        request, usage: .none, cost: .zero, hit: false, undone: true, spared: slots[slot].spared,
        chargedAt: slots[slot].chargedAt, at: now, replica: replica, into: &output)
    }
    let held = slots[slot].held
    slots[slot].held = SIMD4(repeating: 0)
    slots[slot].isAdmitted = false
    slots[slot].askedStore = false
    slots[slot].sparedByStandIns = .max
    if limitsRequests { releaseHit(request, held, at: now, into: &output) }
  }

  /// Turns away a request that holds a slot, because the queue does not take it.
  mutating func shedInSlot(
    _ slot: UInt32, _ blocker: QueueBlocker, _ why: Note.Shedding, at now: Instant,
    into output: inout Output
  ) {
    output.notes.append(
      Note(
        .dequeued, at: now, request: slots[slot].request.number, subject: why.rawValue, value: 1,
        replica: replica))
    slots[slot].isUndone = true
    slots[slot].record.rejection = .shed
    slots[slot].record.limit = blocker.subject
    finish(slot, .rejected, .status(queue.rule.status), at: now, into: &output)
  }

  /// The bucket of a request under an entry of the store's chain, among all buckets.
  private mutating func storeLine(_ request: borrowing Request, _ entry: Int) -> UInt32 {
    centralLines[entry] + UInt32(central.bucket(of: request, .none, entry))
  }

  /// The bucket of a request under a limit of the store, or of the first one that concerns it, for
  /// one that stands in.
  private mutating func storeLine(_ request: borrowing Request, ofLimit limit: Int) -> UInt32 {
    var first = 0
    for step in (0..<central.steps.count).reversed() {
      guard let entry = central.entry(step, request, .none) else { continue }
      if Int(central.entries[entry].subject) == limit { return storeLine(request, entry) }
      first = entry
    }
    return storeLine(request, first)
  }
}
