import Vocabulary

// Admission: judged by all limits, and the queue of those who have to wait for it.
//
// Who waits is in its slot, in the state `queued`, and holds nothing. What may let somebody in
// (a settlement, a departure, a timer) only stirs the lines that it concerns; the lines are served
// when the event has been dealt with, so that no admission happens inside another's end.

extension Gateway {
  enum Judgement {
    case admitted(spared: UInt64, held: SIMD4<UInt16>)
    case refused(QueueBlocker)
  }

  /// Judges a request by all limits, and charges all of them or none.
  @inline(__always)
  mutating func judge(
    _ request: borrowing Request, at now: Instant, into output: inout Output
  ) -> Judgement {
    if limitsRequests,
      let full = concurrency.refusing(request, at: now, replica: replica, into: &output)
    {
      return .refused(blocker(ofPermit: full.place, full.index))
    }
    var spared: UInt64 = 0
    if !limits.isEmpty {
      switch limits.admit(request, at: now, replica: replica, into: &output) {
      case .admit(let some): spared = some
      case .refuse(let limit, let retryAt):
        // Of what is in flight nobody knows when it comes back, but it does.
        let rule = plan.limits[limit]
        let isVain = rule.isBudget || retryAt == .distantFuture && rule.unit != .inFlight
        return .refused(
          QueueBlocker(
            subject: UInt16(limit), line: rateLine(request, ofLimit: limit), permit: -1,
            retryAt: retryAt, isVain: isVain))
      }
    }
    guard limitsRequests else {
      return .admitted(spared: spared, held: SIMD4(repeating: 0))
    }
    return .admitted(
      spared: spared,
      held: concurrency.acquire(request, at: now, replica: replica, into: &output))
  }

  // MARK: Arriving

  /// What a newcomer has to wait for because others wait for it already; `nil` if it is first.
  mutating func blockedByOthers(_ request: borrowing Request) -> QueueBlocker? {
    for step in 0..<limits.steps.count {
      guard let entry = limits.entry(step, request, .none) else { continue }
      let bucket = rateLine(request, entry)
      let line = queue.line(bucket)
      if queue.count(line) > 0, !queue.isFirst(request, line) {
        return QueueBlocker(
          subject: limits.entries[entry].subject, line: bucket, permit: -1,
          retryAt: .distantFuture)
      }
    }
    if asksStore, let blocker = blockedAtStore(request) { return blocker }
    guard limitsRequests else { return nil }
    for index in 0..<concurrency.ofRequests.count {
      let blocker = blocker(ofPermit: concurrency.place(of: request, index), index)
      let line = queue.line(blocker.line)
      if queue.count(line) > 0, !queue.isFirst(request, line) { return blocker }
    }
    return nil
  }

  /// A newcomer was refused, or others are before it: it waits, or is turned away.
  mutating func wait(
    _ request: borrowing Request, _ id: RequestID, _ blocker: QueueBlocker, at now: Instant,
    into output: inout Output
  ) -> RequestID {
    // Nobody waits for a budget's next period, nor for what never comes.
    guard queues, !blocker.isVain else {
      return turnAway(request, id, blocker, at: now, into: &output)
    }
    let deadline = min(
      request.deadline, now.advanced(byNanoseconds: plan.requestDeadline))
    let latest = latest(deadline, since: now)
    let earliest = blocker.retryAt == .distantFuture ? now : blocker.retryAt
    if let why = makeRoom(
      for: request, from: max(now, earliest), until: latest, at: now, into: &output)
    {
      return shedAtOnce(request, id, blocker, why, at: now, into: &output)
    }
    keep(request, id, at: now)
    enterQueue(id.slot, blocker, until: latest, at: now, into: &output)
    return id
  }

  /// Makes room in the queue for one who may pass `earliest` and must by `latest`.
  ///
  /// - Returns: why there is none; `nil` if there is.
  mutating func makeRoom(
    for request: borrowing Request, from earliest: Instant, until latest: Instant, at now: Instant,
    into output: inout Output
  ) -> Note.Shedding? {
    if queue.rule.deadlineAware, latest < earliest { return .hopeless }
    switch queue.room(for: request) {
    case .free: return nil
    case .none: return .full
    case .inPlaceOf(let other):
      shed(other, .evicted, at: now, into: &output)
      return nil
    }
  }

  /// A request that holds a slot and nothing else begins to wait.
  mutating func enterQueue(
    _ slot: UInt32, _ blocker: QueueBlocker, until latest: Instant, at now: Instant,
    into output: inout Output
  ) {
    let request = slots[slot].request
    slots[slot].state = .queued
    slots[slot].waiter = queue.enter(request, slot: slot, blocker, since: now, latest: latest)
    arm(slot, at: blocker.retryAt, now: now, into: &output)
    output.notes.append(
      Note(
        .queued, at: now, request: request.number, subject: blocker.subject,
        value: Int64(queue.count), other: min(latest, blocker.retryAt).nanoseconds,
        replica: replica))
  }

  /// Refuses a newcomer as if there were no queue.
  private mutating func turnAway(
    _ request: borrowing Request, _ id: RequestID, _ blocker: QueueBlocker, at now: Instant,
    into output: inout Output
  ) -> RequestID {
    guard blocker.permit >= 0 else {
      let rule = plan.limits[Int(blocker.subject)]
      return refuse(
        request, id, rule.isBudget ? .budget : .limit, limit: blocker.subject,
        status: rule.status, retryAfter: RetryAfter(from: now, until: blocker.retryAt), at: now,
        into: &output)
    }
    let rule = plan.concurrency[Int(blocker.subject & ~ConcurrencyRule.subject)]
    return refuse(
      request, id, rule.rejection, limit: blocker.subject, status: rule.status, at: now,
      into: &output)
  }

  /// Refuses a request that holds a slot and nothing else.
  mutating func reject(
    _ slot: UInt32, _ blocker: QueueBlocker, at now: Instant, into output: inout Output
  ) {
    slots[slot].record.limit = blocker.subject
    if blocker.permit < 0 {
      let rule = plan.limits[Int(blocker.subject)]
      slots[slot].record.rejection = rule.isBudget ? .budget : .limit
      slots[slot].hint = RetryAfter(from: now, until: blocker.retryAt)
      return finish(slot, .rejected, .status(rule.status), at: now, into: &output)
    }
    let rule = plan.concurrency[Int(blocker.subject & ~ConcurrencyRule.subject)]
    slots[slot].record.rejection = rule.rejection
    finish(slot, .rejected, .status(rule.status), at: now, into: &output)
  }

  /// One that has asked before its admission was refused, or others are before it: it waits, or is
  /// turned away.
  mutating func waitInSlot(
    _ slot: UInt32, _ blocker: QueueBlocker, at now: Instant, into output: inout Output
  ) {
    let request = slots[slot].request
    guard queues, !blocker.isVain else { return reject(slot, blocker, at: now, into: &output) }
    let latest = latest(slots[slot].deadline, since: now)
    let earliest = blocker.retryAt == .distantFuture ? now : blocker.retryAt
    if let why = makeRoom(
      for: request, from: max(now, earliest), until: latest, at: now, into: &output)
    {
      return shedInSlot(slot, blocker, why, at: now, into: &output)
    }
    enterQueue(slot, blocker, until: latest, at: now, into: &output)
  }

  private mutating func shedAtOnce(
    _ request: borrowing Request, _ id: RequestID, _ blocker: QueueBlocker, _ why: Note.Shedding,
    at now: Instant, into output: inout Output
  ) -> RequestID {
    output.notes.append(
      Note(
        .dequeued, at: now, request: request.number, subject: why.rawValue, value: 1,
        replica: replica))
    return refuse(
      request, id, .shed, limit: blocker.subject, status: queue.rule.status, at: now,
      into: &output)
  }

  // MARK: Waiting

  /// When a request is shed if it still waits.
  func latest(_ deadline: Instant, since arrival: Instant) -> Instant {
    let service = queue.rule.deadlineAware ? queue.rule.service ?? queue.service.nanoseconds : 0
    let start = deadline == .distantFuture ? deadline : deadline.advanced(byNanoseconds: -service)
    return min(start, arrival.advanced(byNanoseconds: queue.rule.longest))
  }

  /// Sets the timer of a request that waits: when it may pass, or must go.
  mutating func arm(
    _ slot: UInt32, at instant: Instant, now: Instant, into output: inout Output
  ) {
    slots[slot].waits &+= 1
    let latest = queue.waiter(slots[slot].waiter).latest
    output.commands.append(
      .setTimer(
        TimerID(.queue, of: id(ofSlot: slot), number: slots[slot].waits),
        at: max(now, min(latest, instant))))
  }

  /// The timer of a request that waits has fired.
  mutating func waited(_ slot: UInt32, at now: Instant, into output: inout Output) {
    let number = slots[slot].waiter
    if now >= queue.waiter(number).latest {
      // The last moment is one: what has come back by then may still let it in.
      serve(queue.waiter(number).line, at: now, into: &output)
      guard slots[slot].state == .queued, slots[slot].waiter == number else { return }
      return shed(number, .late, at: now, into: &output)
    }
    let before = slots[slot].waits
    serve(queue.waiter(number).line, at: now, into: &output)
    // Somebody else is first: the timer is set again, for its own end.
    if slots[slot].state == .queued, slots[slot].waiter == number, slots[slot].waits == before {
      arm(slot, at: .distantFuture, now: now, into: &output)
    }
  }

  /// The client of a request that waits has left.
  mutating func abandonQueued(_ slot: UInt32, at now: Instant, into output: inout Output) {
    leaveQueue(slots[slot].waiter, 2, subject: .max, at: now, into: &output)
    finish(slot, .abandoned, .cancelled, at: now, into: &output)
  }

  mutating func shed(
    _ number: UInt32, _ why: Note.Shedding, at now: Instant, into output: inout Output
  ) {
    let slot = queue.waiter(number).slot
    slots[slot].record.rejection = .shed
    slots[slot].record.limit = queue.waiter(number).blocker.subject
    leaveQueue(number, 1, subject: why.rawValue, at: now, into: &output)
    finish(slot, .rejected, .status(queue.rule.status), at: now, into: &output)
  }

  /// Takes a request out of the queue; who was behind the first of a line is looked at.
  private mutating func leaveQueue(
    _ number: UInt32, _ how: Int64, subject: UInt16, at now: Instant, into output: inout Output
  ) {
    let waiter = queue.waiter(number)
    let wasNext = how != 0 && queue.next(waiter.line) == number
    queue.leave(number, admitted: how == 0)
    if wasNext {
      queue.stir(waiter.line)
      hasDue = true
    }
    noteDequeued(waiter.slot, how, subject: subject, since: waiter.since, at: now, &output)
  }

  /// With the cache before admission, who waits needs none once the answer is there.
  private mutating func answersWaiting(
    _ number: UInt32, _ request: borrowing Request, at now: Instant, into output: inout Output
  ) -> Bool {
    guard caches, plan.order == .cacheFirst else { return false }
    let slot = queue.waiter(number).slot
    let id = id(ofSlot: slot)
    guard answerFromCache(request, id, spared: 0, at: now, into: &output) else { return false }
    amend(slot, into: &output)
    slots[slot].state = .free
    // The slot has been given back; its content is still what it was.
    slots[slot].generation &-= 1
    leaveQueue(number, 0, subject: .max, at: now, into: &output)
    slots[slot].generation &+= 1
    return true
  }

  /// Completes the record of one who waited and was answered from the cache: when it had arrived,
  /// and what it had asked meanwhile.
  private mutating func amend(_ slot: UInt32, into output: inout Output) {
    let last = output.requests.count - 1
    output.requests[last].arrived = slots[slot].record.arrived
    output.requests[last].sideCalls = slots[slot].record.sideCalls
    output.requests[last].estimate += slots[slot].record.estimate
  }

  mutating func noteDequeued(
    _ slot: UInt32, _ how: Int64, subject: UInt16, since: Instant, at now: Instant,
    _ output: inout Output
  ) {
    slots[slot].waiter = .max
    output.commands.append(
      .clearTimer(TimerID(.queue, of: id(ofSlot: slot), number: slots[slot].waits)))
    output.notes.append(
      Note(
        .dequeued, at: now, request: slots[slot].request.number, subject: subject, value: how,
        other: since.nanoseconds(to: now), replica: replica))
  }

  // MARK: Being served

  /// Something has come back to the buckets of a request.
  mutating func stirLines(of request: borrowing Request) {
    for step in 0..<limits.steps.count {
      if let entry = limits.entry(step, request, .none) {
        queue.stir(queue.line(rateLine(request, entry)))
      }
    }
    for index in 0..<concurrency.ofRequests.count {
      queue.stir(
        queue.line(lines[lines.count - 1] &+ UInt32(concurrency.place(of: request, index))))
    }
    hasDue = true
  }

  /// Serves the lines that were stirred, and starts the followers that are on their own.
  @inline(never)
  mutating func doWhatIsDue(at now: Instant, into output: inout Output) {
    hasDue = false
    while true {
      if let line = queue.takeStirred() {
        serve(line, at: now, into: &output)
      } else if !startPromoted(at: now, into: &output) {
        break
      }
    }
  }

  /// Admits from a line, in its order, until the next is refused by it.
  private mutating func serve(_ line: UInt32, at now: Instant, into output: inout Output) {
    queue.beginDequeue(line)
    while let number = queue.next(line) {
      let waiter = queue.waiter(number)
      if now > latest(slots[waiter.slot].deadline, since: waiter.since) {
        shed(number, .late, at: now, into: &output)
        continue
      }
      if asksStore, !mayAsk(waiter, at: now) { return }
      if isReady(waiter, at: now), queue.drops(number, at: now) {
        shed(number, .codel, at: now, into: &output)
        continue
      }
      let request = slots[waiter.slot].request
      if answersWaiting(number, request, at: now, into: &output) { continue }
      switch judge(request, at: now, into: &output) {
      case .admitted(let spared, let held):
        if asksStore, central.concerns(request) {
          stepOut(number, spared: spared, held: held, at: now, into: &output)
          continue
        }
        leaveQueue(number, 0, subject: .max, at: now, into: &output)
        letIn(waiter.slot, spared: spared, held: held, at: now, into: &output)
        queue.beginDequeue(line)
      case .refused(let blocker) where blocker.isVain:
        // It waited for others, and would hold up those behind it for nothing.
        leaveQueue(
          number, 1, subject: Note.Shedding.hopeless.rawValue, at: now, into: &output)
        reject(waiter.slot, blocker, at: now, into: &output)
      case .refused(let blocker):
        queue.refused(number, blocker)
        arm(waiter.slot, at: blocker.retryAt, now: now, into: &output)
        if queue.line(blocker.line) == line { return }
      }
    }
  }

  /// Whether what kept a request waiting is there, as far as is known without judging it.
  private func isReady(_ waiter: AdmissionQueue.Waiter, at now: Instant) -> Bool {
    waiter.blocker.permit >= 0
      ? concurrency.hasPermit(Int(waiter.blocker.permit)) : waiter.blocker.retryAt <= now
  }

  /// A request that waited goes on as one that has just been admitted.
  mutating func letIn(
    _ slot: UInt32, spared: UInt64, held: SIMD4<UInt16>, at now: Instant, into output: inout Output
  ) {
    admit(slot, spared: spared, held: held, at: now)
    if asksStore, asksStore(about: slot, before: .look, at: now, into: &output) { return }
    let request = slots[slot].request
    // The answer may have come into the cache while it waited.
    if plan.order == .admitFirst, !asksStore,
      answerFromCache(request, id(ofSlot: slot), spared: spared, at: now, into: &output)
    {
      amend(slot, into: &output)
      slots[slot].state = .free
      if limitsRequests { releaseHit(request, held, at: now, into: &output) }
      return
    }
    slots[slot].state = .attempting
    proceed(slot, from: .look, at: now, into: &output)
  }

  // MARK: Lines

  /// The bucket of a request under an entry of the chain, among all buckets.
  @inline(__always)
  private mutating func rateLine(_ request: borrowing Request, _ entry: Int) -> UInt32 {
    lines[entry] + UInt32(limits.bucket(of: request, .none, entry))
  }

  /// The bucket of a request under a limit of the policy, among all buckets.
  private mutating func rateLine(_ request: borrowing Request, ofLimit limit: Int) -> UInt32 {
    var entry = 0
    while entry < limits.entries.count - 1, Int(limits.entries[entry].subject) != limit {
      entry += 1
    }
    return rateLine(request, entry)
  }

  @inline(__always)
  private func blocker(ofPermit place: Int, _ index: Int) -> QueueBlocker {
    QueueBlocker(
      subject: concurrency.ofRequests[index].subject,
      line: lines[lines.count - 1] + UInt32(place), permit: Int32(place), retryAt: .distantFuture)
  }
}

extension LimitChain {
  /// Where the buckets of each entry begin, and after the last how many there are.
  var bucketStarts: [UInt32] {
    var starts: [UInt32] = [0]
    for entry in 0..<entries.count {
      starts.append(starts[entry] + UInt32(max(1, entries[entry].bucketCount)))
    }
    return starts
  }
}
