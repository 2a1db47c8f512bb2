import GatewayCore
import Traffic
import Vocabulary

// Arrivals: a client's next call becomes a request of a replica.

extension Simulation {
  /// Arrivals that one dynamic call makes.
  static var batch: Int { 32 }

  /// Where a client stands: its next arrival and how many are left.
  struct Stand: BitwiseCopyable {
    /// The place of its next arrival.
    var place: Int
    /// Arrivals made, from `place` on.
    var left = 0
    /// Whether its arrival is queued.
    var awaits = false
    /// Whether it has no more to say.
    var isOver = false
    /// Whether it is told of answers, from which further arrivals may follow.
    let listens: Bool
  }

  /// Queues a client's next arrival, if it has one.
  @inline(__always)
  mutating func schedule(_ client: Int) throws(TrafficError) {
    if stands[client].left > 1 {
      stands[client].left &-= 1
      stands[client].place &+= 1
    } else {
      stands[client].awaits = try refill(client)
      guard stands[client].awaits else { return }
    }
    upcoming.push(
      EventKey(
        .arrival, at: arrivals[stands[client].place].at, sequence: sequence, slot: client
      ).bits)
    sequence &+= 1
  }

  /// Lets a client make its next arrivals; `false` if there are none.
  @inline(never)
  private mutating func refill(_ client: Int) throws(TrafficError) -> Bool {
    let first = client &* Simulation.batch
    stands[client].place = first
    stands[client].left = 0
    if stands[client].isOver { return false }
    var places = UnsafeMutableBufferPointer(
      start: arrivals + first, count: Simulation.batch
    ).mutableSpan
    let made = try clients[client].fill(&places)
    stands[client].left = made
    stands[client].isOver = made < Simulation.batch
    return made > 0
  }

  /// A client's next arrival is due.
  mutating func arrive(_ client: Int) throws(TrafficError) {
    try enter(client, at: stands[client].place)
    try schedule(client)
    if !upcoming.isEmpty {
      let next = stands[EventKey(bits: upcoming.first).slot].place
      arrivals[next].request.number = number
    }
  }

  /// A request reaches its replica: the arrival at `place` of `client`.
  @inline(__always)
  mutating func enter(_ client: Int, at place: Int) throws(TrafficError) {
    // Numbered before, if nothing has come in between: to read as a whole what has just been written
    // in part makes the processor wait.
    if arrivals[place].request.number != number { arrivals[place].request.number = number }
    number &+= 1
    // How long the client will wait is its own secret: a gateway is not told.
    let patience = arrivals[place].request.deadline
    if patience != .distantFuture { arrivals[place].request.deadline = .distantFuture }
    var replica = home(of: arrivals[place].request.call)
    if someLeave {
      guard let open = replicaThatTakes(callsFor: replica) else {
        return turnAway(client, at: place, from: replica, patience)
      }
      replica = open
    }
    tally.requests.enter(at: now)
    let id = gateways[replica].arrived(arrivals[place].request, at: now, into: &output)
    if !bounds, !someListen, output.requests.count == requestTruths.count &+ 1,
      output.requests[requestTruths.count].id == id
    {
      // Refused or answered from the cache: over already, nothing to keep.
      close(RequestTruth())
      if let prefixes { prefixes.release(arrivals[place].prefix, at: now) }
    } else {
      open(id, replica, client, arrivals + place, patience)
    }
    sequence &+= 1
    try perform(replica)
  }

  /// The replica that a call is for.
  @inline(__always)
  func home(of call: CallKey) -> Int { replicas == 1 ? 0 : Int(call.bits % UInt64(replicas)) }

  /// Keeps what the driver must know of a request that is not over at once.
  @inline(__always)
  mutating func open(
    _ id: RequestID, _ replica: Int, _ client: Int, _ arrival: UnsafeMutablePointer<Arrival>,
    _ patience: Instant
  ) {
    let index = Int(id.slot) &* replicas &+ replica
    if index >= calls.count { growCalls(to: index) }
    var repeats =
      seen?.insert(arrival.pointee.request.fingerprint, arrival.pointee.request.alias) ?? false
    if someListen { remember(arrival, index, &repeats) }
    calls[index] = Call(
      key: arrival.pointee.request.call, truth: arrival.pointee.truth, bill: .zero,
      arrived: now, timers: RequestTimers(), patience: sequence, incidents: 0,
      inputTokens: arrival.pointee.request.inputTokens,
      outputCap: arrival.pointee.request.outputCap, tried: SIMD16(), attempts: 0,
      client: Int32(client), generation: id.generation,
      streams: arrival.pointee.request.streams, priority: arrival.pointee.request.priority,
      conversation: arrival.pointee.request.conversation, prefix: arrival.pointee.prefix,
      repeats: repeats,
      isOpen: true, body: arrival.pointee.request.fingerprint)
    if patience != .distantFuture {
      queue.push(EventKey(.patience, at: patience, sequence: sequence, slot: index).bits)
    }
  }

  @inline(never)
  mutating func growCalls(to index: Int) {
    let blank = Call(
      key: CallKey(bits: 0), truth: Truth(outputTokens: 0), bill: .zero, arrived: .start,
      timers: RequestTimers(), patience: .max, incidents: 0, inputTokens: 0, outputCap: .max,
      tried: SIMD16(), attempts: 0, client: 0, generation: 0, streams: false,
      repeats: false, isOpen: false)
    precondition(index < EventKey.slots, "more than \(EventKey.slots) requests at once")
    calls.fill(upTo: index + 1, with: blank)
    if someListen { asked.fill(upTo: index + 1, with: .blank) }
  }
}
