import GatewayCore
import Providers
import Traffic
import Vocabulary

// Attempts: started at a provider, shown to the gateway as they go on, ended once.

extension Simulation {
  mutating func attemptEnds(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard isCurrent(key) else { return }
    settle(
      index, flights[index].promise.outcome, flights[index].promise.retryAfter,
      flights[index].promise.usage, flights[index].promise.bill)
    try perform(index % replicas)
  }

  mutating func firstToken(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard isCurrent(key), !flights[index].sawFirstToken else { return }
    flights[index].sawFirstToken = true
    if plan.mergesDeadlines { queueNext(index) }
    gateways[index % replicas].handle(
      .firstToken(flights[index].attempt), at: now, into: &output)
    try perform(index % replicas)
  }

  mutating func deadline(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard isCurrent(key) else { return }
    let flight = flights[index]
    let outcome: Outcome
    if now >= flight.total {
      outcome = .totalTimeout
    } else if !flight.sawFirstToken, now >= flight.firstTokenDeadline {
      outcome = .firstTokenTimeout
    } else if now >= idleDeadline(of: flight) {
      outcome = .idleTimeout
    } else {
      return
    }
    withdraw(index, outcome)
    try perform(index % replicas)
  }

  /// Ends an attempt before its promise: a deadline has passed or the gateway withdrew it.
  mutating func withdraw(_ index: Int, _ outcome: Outcome) {
    let flight = flights[index]
    let (usage, bill) = fleet.cut(
      flight.promise, of: flight.deployment, started: flight.started, at: now)
    fleet.cancel(
      flight: UInt32(index), at: flight.deployment, now: now, into: &promised)
    settle(index, outcome, .unsaid, usage, bill)
    takePromises()
    if fleet.isQueueing(flight.deployment) { scheduleWake(flight.deployment) }
  }

  /// Books the end of an attempt on the world's side and tells the gateway.
  mutating func settle(
    _ index: Int, _ outcome: Outcome, _ hint: RetryAfter, _ usage: Usage, _ bill: Money
  ) {
    let replica = index % replicas
    let call = Int(flights[index].requestSlot) &* replicas &+ replica
    let incidents = flights[index].promise.incidents
    flights[index].isLive = false
    stations[Int(flights[index].deployment.index)].leave(at: now)
    calls[call].bill += bill
    calls[call].incidents |= incidents
    let before = output.attempts.count
    gateways[replica].handle(
      .attemptEnded(flights[index].attempt, usage, hint, outcome), at: now, into: &output)
    if output.attempts.count > before {
      var isDegraded = flights[index].promise.isDegraded && outcome.isSuccess
      if let mistakes, outcome.isSuccess {
        isDegraded =
          mistakes.spoil(
            output.attempts[before].call, difficulty: calls[call].truth.difficulty,
            at: flights[index].deployment) || isDegraded
      }
      attemptTruths.append(
        AttemptTruth(bill: bill, incidents: incidents, isDegraded: isDegraded))
      if isDegraded, output.attempts[before].served { calls[call].isDegraded = true }
    }
  }

  /// An attempt finds no connection: it ends with the connect timeout of the gateway's policy.
  @inline(never)
  private mutating func limitConnecting(_ index: Int) {
    let limit = gateways[index % replicas].connectNanoseconds
    guard limit != .max, flights[index].promise.hangs else { return }
    flights[index].promise.outcome = .connection
    flights[index].promise.end = flights[index].started.advanced(byNanoseconds: limit)
  }

  /// Whether an event of an attempt is still about that attempt.
  @inline(__always)
  func isCurrent(_ key: EventKey) -> Bool {
    let age = (key.sequence &- flights[key.slot].sequence) & EventKey.sequenceMask
    return flights[key.slot].isLive && age < 4
  }

  /// When the answer will have been silent for too long; `distantFuture` if never.
  @inline(__always)
  func idleDeadline(of flight: Flight) -> Instant {
    guard flight.idle != .max, flight.promise.firstToken != .distantFuture else {
      return .distantFuture
    }
    return flight.promise.silence(longerThan: flight.idle)
  }

  /// Queues what an attempt will show next: the earliest of first token, end and deadlines.
  ///
  /// Four sequence numbers belong to an attempt (first token, end, deadline, spare), queued or not.
  mutating func queueNext(_ index: Int) {
    let end = flights[index].promise.end
    let sequence = flights[index].sequence
    var limit = flights[index].total
    if flights[index].idle != .max { limit = min(limit, idleDeadline(of: flights[index])) }
    if flights[index].streams && !flights[index].sawFirstToken {
      limit = min(limit, flights[index].firstTokenDeadline)
      let firstToken = flights[index].promise.firstToken
      if firstToken < end, firstToken <= limit {
        queue.push(EventKey(.firstToken, at: firstToken, sequence: sequence, slot: index).bits)
        return
      }
    }
    if end <= limit {
      guard end != .distantFuture else { return }
      queue.push(EventKey(.attemptEnd, at: end, sequence: sequence &+ 1, slot: index).bits)
    } else {
      queue.push(EventKey(.deadline, at: limit, sequence: sequence &+ 2, slot: index).bits)
    }
  }

  /// Queues all that an attempt may show: what `queueNext` does one after the other.
  mutating func queueAll(_ index: Int) {
    let flight = flights[index]
    let promise = flight.promise
    if flight.streams, promise.firstToken < promise.end {
      queue.push(
        EventKey(.firstToken, at: promise.firstToken, sequence: flight.sequence, slot: index).bits)
    }
    if promise.end != .distantFuture {
      queue.push(
        EventKey(.attemptEnd, at: promise.end, sequence: flight.sequence &+ 1, slot: index).bits)
    }
    var limits = [flight.total, idleDeadline(of: flight)]
    if flight.streams { limits.append(flight.firstTokenDeadline) }
    for limit in limits where limit != .distantFuture {
      queue.push(
        EventKey(.deadline, at: limit, sequence: flight.sequence &+ 2, slot: index).bits)
    }
  }

  mutating func start(
    _ replica: Int, _ attempt: AttemptID, _ requestSlot: UInt32, _ deployment: DeploymentID,
    _ deadlines: Deadlines
  ) {
    let index = Int(attempt.slot) &* replicas &+ replica
    if index >= flights.count { growFlights(to: index) }
    let call = Int(requestSlot) &* replicas &+ replica
    var ordinal: UInt32 = 0
    let started = Int(calls[call].attempts)
    for earlier in 0..<started where calls[call].tried[earlier & 15] == deployment.index {
      ordinal += 1
    }
    calls[call].tried[started & 15] = deployment.index
    calls[call].attempts &+= 1
    // What the client has seen of a broken answer is further input of the attempt that goes on.
    let carried = continues ? gateways[replica].carried(by: attempt) : 0
    // Split over two sheets it may cost less than any whole answer: it has no floor.
    if carried > 0 { calls[call].repeats = true }
    let whole = min(calls[call].truth.outputTokens, calls[call].outputCap)
    let cap = calls[call].outputCap
    stations[Int(deployment.index)].enter(at: now)
    fleet.start(
      AttemptStart(
        flight: UInt32(index), call: calls[call].key, deployment: deployment,
        ordinal: ordinal, inputTokens: calls[call].inputTokens &+ carried,
        cachedInputTokens: calls[call].truth.cachedInputTokens,
        outputTokens: carried == 0 ? whole : max(1, whole &- min(carried, whole)),
        outputCap: cap == .max ? cap : max(1, cap &- min(carried, cap)),
        streams: calls[call].streams, priority: calls[call].priority,
        prefix: calls[call].prefix, conversation: calls[call].conversation),
      at: now, into: &promised)
    flights[index].started = now
    flights[index].total = deadlines.total
    // Of an answer that is not streamed nothing is seen before its end: only the total counts.
    let streams = calls[call].streams
    flights[index].firstTokenDeadline = streams ? deadlines.firstToken(after: now) : .distantFuture
    flights[index].idle = streams ? deadlines.idleNanoseconds : .max
    flights[index].sequence = sequence
    flights[index].attempt = attempt
    flights[index].requestSlot = requestSlot
    flights[index].deployment = deployment
    flights[index].streams = calls[call].streams
    flights[index].sawFirstToken = false
    flights[index].isLive = true
    sequence &+= 4
    if fleet.isQueueing(deployment) { awaitPromise(index, deployment) }
    takePromises()
  }

  /// Takes over what providers have promised.
  mutating func takePromises() {
    for place in 0..<promised.promises.count {
      let promise = promised.promises[place]
      let index = Int(promise.flight)
      guard flights[index].isLive else { continue }
      flights[index].promise = promise
      if promise.isUnreached { limitConnecting(index) }
      if plan.mergesDeadlines { queueNext(index) } else { queueAll(index) }
    }
    promised.promises.removeAll()
  }

  @inline(never)
  mutating func growFlights(to index: Int) {
    precondition(index < EventKey.slots, "more than \(EventKey.slots) attempts in flight")
    let blank = Flight(
      promise: Promise(flight: 0, outcome: .succeeded, end: .distantFuture), started: .start,
      total: .distantFuture, firstTokenDeadline: .distantFuture, idle: .max, sequence: 0,
      attempt: AttemptID(slot: 0, generation: 0), requestSlot: 0, deployment: .none,
      streams: false, sawFirstToken: false, isLive: false)
    flights.fill(upTo: index + 1, with: blank)
  }
}
