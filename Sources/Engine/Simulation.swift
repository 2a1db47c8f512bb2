import Chance
import GatewayCore
import Providers
import Traffic
import Vocabulary

/// One run: the gateway core in virtual time between simulated clients and simulated providers.
///
/// The loop reads as the sentence: take the earliest event, tell the gateway, carry out its
/// commands. Everything that a gateway cannot see (bills, incidents, true lengths) stays on this
/// side.
public struct Simulation: ~Copyable {
  /// What the driver keeps about an attempt in flight.
  struct Flight: BitwiseCopyable {
    var promise: Promise
    var started: Instant
    var total: Instant
    var firstTokenDeadline: Instant
    var idle: Int64
    var sequence: UInt64
    var attempt: AttemptID
    var requestSlot: UInt32
    var deployment: DeploymentID
    var streams: Bool
    var sawFirstToken: Bool
    var isLive: Bool
  }

  /// What the driver keeps about a request.
  struct Call: BitwiseCopyable {
    var key: CallKey
    var truth: Truth
    var bill: Money
    var arrived: Instant
    var timer: UInt64
    var patience: UInt64
    var incidents: UInt32
    var inputTokens: UInt32
    var outputCap: UInt32
    var tried: SIMD16<UInt16>
    var attempts: UInt8
    var client: Int32
    var generation: UInt32
    var timerNumber: UInt8
    var streams: Bool
    var repeats: Bool
    var isOpen: Bool
  }

  struct Delivery: BitwiseCopyable {
    var delta: Delta
    var sender: ReplicaID
  }

  let plan: RunPlan
  let replicas: Int
  let sink: any Sink
  var gateways: UnsafeMutablePointer<Gateway>
  var clients: [any Client]
  var arrivals = Buffer<Arrival>()
  var awaits: [Bool]
  let listens: [Bool]
  let bounds: Bool
  var fleet: ProviderFleet
  var promised = ProviderOutput()
  var output: Output
  var attemptTruths = Buffer<AttemptTruth>(capacity: 1024)
  var requestTruths = Buffer<RequestTruth>(capacity: 1024)
  var queue = EventQueue()
  /// The next arrival of each client: apart from the rest, so that the usual few streams cost a
  /// comparison and not a way through the heap.
  var upcoming = EventQueue(capacity: 8)
  var sequence: UInt64 = 0
  var now = Instant.start
  var number: UInt64 = 0
  var flights = Buffer<Flight>(capacity: 1024)
  var calls = Buffer<Call>(capacity: 1024)
  var stations = Buffer<StationTally>()
  var deliveries: [Delivery] = []
  var freeDeliveries: [Int] = []
  var seen: FingerprintSet?
  var tally: DriverTally
  /// Events handled so far.
  public private(set) var events = 0

  /// A run that has not begun.
  public init(
    _ plan: RunPlan, clients: [any Client], chance: Chance, sink: any Sink
  ) {
    self.plan = plan
    self.clients = clients
    self.sink = sink
    replicas = max(1, plan.replicas)
    gateways = .allocate(capacity: replicas)
    for index in 0..<replicas {
      (gateways + index).initialize(
        to: Gateway(plan.gateway, replica: ReplicaID(index), chance: chance))
    }
    arrivals.fill(upTo: clients.count, with: .blank)
    stations.fill(upTo: plan.fleet.deployments.count, with: StationTally())
    awaits = clients.map { _ in false }
    listens = clients.map(\.listens)
    fleet = ProviderFleet(plan.fleet, chance: chance)
    output = Output(explaining: plan.explained)
    tally = DriverTally(deployments: plan.fleet.deployments.count)
    bounds = !plan.bounds.isEmpty
    seen = bounds ? FingerprintSet() : nil
  }

  deinit {
    gateways.deinitialize(count: replicas)
    gateways.deallocate()
  }

  /// Runs to the end and hands every record to the sink.
  ///
  /// - Parameter progress: Told the virtual time now and then; stops the run by returning `false`.
  /// - Returns: What the driver counted by itself, and how many reports were late.
  public mutating func run(
    progress: ((Instant, UInt64) -> Bool)? = nil
  ) throws(TrafficError) -> (tally: DriverTally, isWhole: Bool) {
    for client in clients.indices { try schedule(client) }
    var isWhole = true
    while let bits = nextEvent() {
      let key = EventKey(bits: bits)
      if key.instant > plan.end {
        now = plan.end
        break
      }
      now = key.instant
      events &+= 1
      switch key.kind {
      case EventKey.Kind.arrival.rawValue: try arrive(key.slot)
      case EventKey.Kind.attemptEnd.rawValue: try attemptEnds(key)
      case EventKey.Kind.firstToken.rawValue: try firstToken(key)
      case EventKey.Kind.deadline.rawValue: try deadline(key)
      case EventKey.Kind.backoff.rawValue: try backoff(key)
      case EventKey.Kind.patience.rawValue: try patience(key)
      case EventKey.Kind.delta.rawValue: deliver(key.slot)
      default: wake(key)
      }
      if output.attempts.count >= 1024 || output.requests.count >= 1024
        || output.notes.count >= 1024
      {
        flush()
        if let progress, !progress(now, number) {
          isWhole = false
          break
        }
      }
    }
    flush()
    close()
    return (tally, isWhole)
  }

  /// Takes the earliest event of all, if there is one.
  @inline(__always)
  private mutating func nextEvent() -> UInt128? {
    if upcoming.isEmpty { return queue.isEmpty ? nil : queue.pop() }
    if queue.isEmpty || upcoming.first < queue.first { return upcoming.pop() }
    return queue.pop()
  }

  // MARK: Arrivals

  /// Queues a client's next arrival, if it has one.
  @inline(__always)
  private mutating func schedule(_ client: Int) throws(TrafficError) {
    awaits[client] = try clients[client].next(into: &arrivals[client])
    guard awaits[client] else { return }
    upcoming.push(
      EventKey(.arrival, at: arrivals[client].at, sequence: sequence, slot: client).bits)
    sequence &+= 1
  }

  private mutating func arrive(_ client: Int) throws(TrafficError) {
    arrivals[client].request.number = number
    number &+= 1
    let patience = arrivals[client].request.deadline
    // How long the client will wait is its own secret: a gateway is not told.
    arrivals[client].request.deadline = .distantFuture
    let replica = replicas == 1 ? 0 : Int(arrivals[client].request.call.bits % UInt64(replicas))
    tally.requests.enter(at: now)
    let id = gateways[replica].arrived(arrivals[client].request, at: now, into: &output)
    let index = Int(id.slot) &* replicas &+ replica
    if index >= calls.count { growCalls(to: index) }
    let (body, alias) = (
      arrivals[client].request.fingerprint, arrivals[client].request.alias
    )
    let repeats = seen?.insert(body, alias) ?? false
    calls[index] = Call(
      key: arrivals[client].request.call, truth: arrivals[client].truth, bill: .zero,
      arrived: now, timer: .max, patience: sequence, incidents: 0,
      inputTokens: arrivals[client].request.inputTokens,
      outputCap: arrivals[client].request.outputCap, tried: SIMD16(), attempts: 0,
      client: Int32(client), generation: id.generation, timerNumber: 0,
      streams: arrivals[client].request.streams, repeats: repeats,
      isOpen: true)
    if patience != .distantFuture {
      queue.push(EventKey(.patience, at: patience, sequence: sequence, slot: index).bits)
    }
    sequence &+= 1
    try perform(replica)
    try schedule(client)
  }

  private mutating func patience(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard calls[index].isOpen, calls[index].patience == key.sequence else { return }
    let id = RequestID(
      slot: UInt32(index / replicas), generation: calls[index].generation)
    gateways[index % replicas].handle(.abandoned(id), at: now, into: &output)
    try perform(index % replicas)
  }

  @inline(never)
  private mutating func growCalls(to index: Int) {
    let blank = Call(
      key: CallKey(bits: 0), truth: Truth(outputTokens: 0), bill: .zero, arrived: .start,
      timer: .max, patience: .max, incidents: 0, inputTokens: 0, outputCap: .max,
      tried: SIMD16(), attempts: 0, client: 0, generation: 0, timerNumber: 0, streams: false,
      repeats: false, isOpen: false)
    precondition(index < EventKey.slots, "more than \(EventKey.slots) requests at once")
    calls.fill(upTo: index + 1, with: blank)
  }

  // MARK: Attempts

  private mutating func attemptEnds(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard isCurrent(key) else { return }
    settle(
      index, flights[index].promise.outcome, flights[index].promise.retryAfter,
      flights[index].promise.usage, flights[index].promise.bill)
    try perform(index % replicas)
  }

  private mutating func firstToken(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard isCurrent(key), !flights[index].sawFirstToken else { return }
    flights[index].sawFirstToken = true
    if plan.mergesDeadlines { queueNext(index) }
    gateways[index % replicas].handle(
      .firstToken(flights[index].attempt), at: now, into: &output)
    try perform(index % replicas)
  }

  private mutating func deadline(_ key: EventKey) throws(TrafficError) {
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
  }

  /// Books the end of an attempt on the world's side and tells the gateway.
  private mutating func settle(
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
      .attemptEnded(flights[index].attempt, outcome, hint, usage), at: now, into: &output)
    if output.attempts.count > before {
      attemptTruths.append(AttemptTruth(bill: bill, incidents: incidents))
    }
  }

  /// Whether an event of an attempt is still about that attempt.
  @inline(__always)
  private func isCurrent(_ key: EventKey) -> Bool {
    let age = (key.sequence &- flights[key.slot].sequence) & 0xF_FFFF_FFFF
    return flights[key.slot].isLive && age < 4
  }

  /// When the answer will have been silent for too long; `distantFuture` if never.
  @inline(__always)
  private func idleDeadline(of flight: Flight) -> Instant {
    guard flight.idle != .max, flight.promise.firstToken != .distantFuture else {
      return .distantFuture
    }
    return flight.promise.silence(longerThan: flight.idle)
  }

  /// Queues what an attempt will show next: the earliest of first token, end and deadlines.
  ///
  /// Four sequence numbers belong to an attempt (first token, end, deadline, spare), queued or not.
  private mutating func queueNext(_ index: Int) {
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
  private mutating func queueAll(_ index: Int) {
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

  private mutating func start(
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
    stations[Int(deployment.index)].enter(at: now)
    fleet.start(
      AttemptStart(
        flight: UInt32(index), call: calls[call].key, deployment: deployment,
        ordinal: ordinal, inputTokens: calls[call].inputTokens,
        cachedInputTokens: calls[call].truth.cachedInputTokens,
        outputTokens: min(calls[call].truth.outputTokens, calls[call].outputCap),
        outputCap: calls[call].outputCap, streams: calls[call].streams),
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
    takePromises()
  }

  /// Takes over what providers have promised.
  private mutating func takePromises() {
    for place in 0..<promised.promises.count {
      let promise = promised.promises[place]
      let index = Int(promise.flight)
      guard flights[index].isLive else { continue }
      flights[index].promise = promise
      if plan.mergesDeadlines { queueNext(index) } else { queueAll(index) }
    }
    promised.promises.removeAll()
  }

  @inline(never)
  private mutating func growFlights(to index: Int) {
    precondition(index < EventKey.slots, "more than \(EventKey.slots) attempts in flight")
    let blank = Flight(
      promise: Promise(flight: 0, outcome: .succeeded, end: .distantFuture), started: .start,
      total: .distantFuture, firstTokenDeadline: .distantFuture, idle: .max, sequence: 0,
      attempt: AttemptID(slot: 0, generation: 0), requestSlot: 0, deployment: .none,
      streams: false, sawFirstToken: false, isLive: false)
    flights.fill(upTo: index + 1, with: blank)
  }

  private mutating func wake(_ key: EventKey) {
    let deployment = DeploymentID(key.slot)
    fleet.wake(deployment, at: now, into: &promised)
    takePromises()
  }

  // MARK: Commands

  private mutating func backoff(_ key: EventKey) throws(TrafficError) {
    let index = key.slot
    guard calls[index].isOpen, calls[index].timer == key.sequence else { return }
    let id = RequestID(slot: UInt32(index / replicas), generation: calls[index].generation)
    gateways[index % replicas].handle(
      .timerFired(TimerID(.backoff, of: id, number: calls[index].timerNumber)), at: now,
      into: &output)
    try perform(index % replicas)
  }

  /// Carries out the commands of a replica, in order; a command may lead to further ones.
  private mutating func perform(_ replica: Int) throws(TrafficError) {
    drainRequests(replica)
    var place = 0
    while place < output.commands.count {
      let command = output.commands[place]
      place &+= 1
      switch command {
      case .startAttempt(let deadlines, let attempt, let slot, let deployment):
        start(replica, attempt, slot, deployment, deadlines)
      case .finishAnswer(let id, let end, let at):
        try answer(Int(id.slot) &* replicas &+ replica, end, at)
      case .cancelAttempt(let attempt):
        let index = Int(attempt.slot) &* replicas &+ replica
        if flights[index].isLive, flights[index].attempt == attempt {
          withdraw(index, .cancelled)
          drainRequests(replica)
        }
      case .setTimer(let timer, let at):
        let index = Int(timer.request.slot) &* replicas &+ replica
        calls[index].timer = sequence
        calls[index].timerNumber = timer.number
        queue.push(EventKey(.backoff, at: at, sequence: sequence, slot: index).bits)
        sequence &+= 1
      case .clearTimer(let timer):
        calls[Int(timer.request.slot) &* replicas &+ replica].timer = .max
      case .publish(let delta):
        publish(delta, from: replica)
      case .beginAnswer, .keepBody, .releaseBody, .startSideCall:
        break
      }
    }
    output.commands.removeAll()
  }

  @inline(__always)
  private mutating func answer(
    _ index: Int, _ end: RequestRecord.End, _ at: Instant
  ) throws(TrafficError) {
    let client = Int(calls[index].client)
    guard listens[client] else { return }
    clients[client].answered(call: calls[index].key, end: end, at: at)
    // A client that waits for answers may have something new to say.
    if !awaits[client] { try schedule(client) }
  }

  /// Adds the world's truth to every record that has appeared.
  @inline(__always)
  private mutating func drainRequests(_ replica: Int) {
    while requestTruths.count < output.requests.count {
      let place = requestTruths.count
      let index = Int(output.requests[place].id.slot) &* replicas &+ replica
      let settled = output.requests[place].settled
      var truth = RequestTruth(bill: calls[index].bill, incidents: calls[index].incidents)
      if bounds { bound(&truth, output.requests[place], calls[index]) }
      requestTruths.append(truth)
      calls[index].isOpen = false
      tally.requests.leave(at: now)
      // A cache hit ends when its look-up does, a little after its record was written.
      if settled != now { tally.requests.integral &+= Int128(now.nanoseconds(to: settled)) }
    }
  }

  private mutating func publish(_ delta: Delta, from replica: Int) {
    guard replicas > 1 else { return }
    let delivery = Delivery(delta: delta, sender: ReplicaID(replica))
    let place: Int
    if let free = freeDeliveries.popLast() {
      place = free
      deliveries[free] = delivery
    } else {
      place = deliveries.count
      deliveries.append(delivery)
    }
    queue.push(
      EventKey(
        .delta, at: now.advanced(by: plan.gossipLag), sequence: sequence, slot: place
      ).bits)
    sequence &+= 1
  }

  private mutating func deliver(_ place: Int) {
    let delivery = deliveries[place]
    freeDeliveries.append(place)
    for replica in 0..<replicas where replica != Int(delivery.sender.index) {
      gateways[replica].handle(
        .received(delivery.delta, from: delivery.sender), at: now, into: &output)
    }
  }

  // MARK: Bounds and the end

  /// The least bill and the least latency that this call could have had.
  private func bound(
    _ truth: inout RequestTruth, _ record: RequestRecord, _ call: Call
  ) {
    if call.repeats {
      truth.floorBill = .zero
      truth.floorNanoseconds = 0
      return
    }
    let deployments = plan.bounds[Int(record.alias.index)]
    for deployment in deployments {
      for ordinal in 0..<max(1, UInt32(record.attempts)) {
        let floor = fleet.floor(
          AttemptStart(
            flight: 0, call: record.call, deployment: deployment, ordinal: ordinal,
            inputTokens: call.inputTokens, cachedInputTokens: call.truth.cachedInputTokens,
            outputTokens: min(call.truth.outputTokens, call.outputCap),
            outputCap: call.outputCap, streams: call.streams))
        truth.floorBill = min(truth.floorBill, floor.bill)
        truth.floorNanoseconds = min(truth.floorNanoseconds, floor.nanoseconds)
      }
    }
  }

  private mutating func flush() {
    let sink = self.sink
    if !output.attempts.isEmpty {
      output.attempts.withSpan { records in
        attemptTruths.withSpan { sink.consume(attempts: records, truths: $0) }
      }
      output.attempts.removeAll()
      attemptTruths.removeAll()
    }
    if !output.requests.isEmpty {
      output.requests.withSpan { records in
        requestTruths.withSpan { sink.consume(requests: records, truths: $0) }
      }
      output.requests.removeAll()
      requestTruths.removeAll()
    }
    if !output.notes.isEmpty {
      output.notes.withSpan { sink.consume(notes: $0) }
      output.notes.removeAll()
    }
  }

  /// Counts what is still open when the run ends.
  private mutating func close() {
    let end = now
    var open = 0
    var ages: Int128 = 0
    for index in 0..<calls.count where calls[index].isOpen {
      open += 1
      ages += Int128(calls[index].arrived.nanoseconds(to: end))
    }
    tally.requests.close(at: end, open: open, ages: ages)
    var counts = [Int](repeating: 0, count: tally.deployments.count)
    var inFlight = [Int128](repeating: 0, count: tally.deployments.count)
    for index in 0..<flights.count where flights[index].isLive {
      let deployment = Int(flights[index].deployment.index)
      counts[deployment] += 1
      inFlight[deployment] += Int128(flights[index].started.nanoseconds(to: end))
    }
    for index in tally.deployments.indices {
      tally.deployments[index] = stations[index]
      tally.deployments[index].close(at: end, open: counts[index], ages: inFlight[index])
    }
  }
}
