import GatewayCore
import Traffic
import Vocabulary

// Arrivals: a client's next call becomes a request of a replica.

extension Simulation {
  /// Queues a client's next arrival, if it has one.
  @inline(__always)
  mutating func schedule(_ client: Int) throws(TrafficError) {
    awaits[client] = try clients[client].next(into: &arrivals[client])
    guard awaits[client] else { return }
    upcoming.push(
      EventKey(.arrival, at: arrivals[client].at, sequence: sequence, slot: client).bits)
    sequence &+= 1
  }

  mutating func arrive(_ client: Int) throws(TrafficError) {
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
      arrived: now, timers: RequestTimers(), patience: sequence, incidents: 0,
      inputTokens: arrivals[client].request.inputTokens,
      outputCap: arrivals[client].request.outputCap, tried: SIMD16(), attempts: 0,
      client: Int32(client), generation: id.generation,
      streams: arrivals[client].request.streams, repeats: repeats,
      isOpen: true)
    if patience != .distantFuture {
      queue.push(EventKey(.patience, at: patience, sequence: sequence, slot: index).bits)
    }
    sequence &+= 1
    try perform(replica)
    try schedule(client)
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
  }
}
