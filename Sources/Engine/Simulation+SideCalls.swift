import GatewayCore
import Providers
import Traffic
import Vocabulary

// Side calls: what the core asks beside its upstreams, answered or failed exactly once.
//
// A service says at once when its answer will come; the call ends there, or at its deadline if that
// is earlier. What is billed enters the books at the end.

extension Simulation {
  /// What the driver keeps about a side call that is out.
  struct SideFlight: BitwiseCopyable {
    var id: SideCallID
    var bill: Money
    var value: UInt64
    var found = CachedAnswer.nothing
    var cluster: UInt32 = 0
    var replica: UInt16
    var succeeds: Bool
  }

  /// Carries out `startSideCall`.
  mutating func start(_ id: SideCallID, deadline: Instant, _ replica: Int) {
    tally.sideCalls.enter(at: now)
    var flight = SideFlight(
      id: id, bill: .zero, value: 0, replica: UInt16(truncatingIfNeeded: replica), succeeds: false)
    // One that belongs to no request is keyed by where and when it is asked.
    var call = CallKey(bits: UInt64(bitPattern: now.nanoseconds) &+ UInt64(replica) << 56)
    var inputTokens: UInt32 = 0
    if id.request != .none {
      let index = Int(id.request.slot) &* replicas &+ replica
      call = calls[index].key
      inputTokens = calls[index].inputTokens
    }
    let promise = services.start(
      id.kind, call, number: id.number, inputTokens: inputTokens, at: now)
    flight.bill = promise.bill
    flight.succeeds = promise.succeeds && promise.end <= deadline
    // A store has judged a question even if its answer comes too late.
    if flight.succeeds || (id.kind == .store && promise.succeeds) {
      flight.value = value(of: id, call, replica)
      if id.kind == .cache || id.kind == .vectors {
        flight.found = looked(id, replica)
        if asksMeaning { flight.cluster = questions.cluster(of: flight.found.body, 0, replicas) }
      }
    }
    let place: Int
    if freeSides.isEmpty {
      place = sides.count
      precondition(place < EventKey.slots, "more than \(EventKey.slots) side calls at once")
      sides.append(flight)
    } else {
      place = Int(freeSides.removeLast())
      sides[place] = flight
    }
    let key =
      promise.end <= deadline
      ? EventKey(.sideCallEnd, at: promise.end, sequence: sequence, slot: place)
      : EventKey(.sideCallDeadline, at: max(now, deadline), sequence: sequence, slot: place)
    queue.push(key.bits)
    sequence &+= 1
  }

  /// What a service would say.
  private mutating func value(of id: SideCallID, _ call: CallKey, _ replica: Int) -> UInt64 {
    switch id.kind {
    case .complexity:
      let index = Int(id.request.slot) &* replicas &+ replica
      return id.request == .none ? 0 : calls[index].truth.score
    case .probe:
      let deployment = DeploymentID(Int(id.number))
      return fleet.isWell(deployment, call, at: now) ? 1 : 0
    case .store: return judged(id, replica)
    case .embedding, .cache, .vectors: return 0
    }
  }

  /// A side call has ended: answered, failed, or cut off by its deadline.
  mutating func sideCallEnds(_ key: EventKey) throws(TrafficError) {
    let flight = sides[key.slot]
    freeSides.append(UInt32(key.slot))
    let replica = Int(flight.replica)
    tally.sideCalls.leave(at: now)
    if flight.id.request == .none {
      tally.standingCharges += flight.bill
      tally.standingSideCalls += flight.bill
    } else {
      let index = Int(flight.id.request.slot) &* replicas &+ replica
      calls[index].bill += flight.bill
      if flight.id.kind == .embedding, flight.succeeds {
        var span = vector.mutableSpan
        embeddings.write(
          cluster: calls[index].truth.cluster, call: calls[index].key,
          fingerprint: gateways[replica].request(inSlot: flight.id.request.slot).fingerprint,
          into: &span)
      }
    }
    let before = output.sideCalls.count
    if flight.id.kind == .embedding, flight.succeeds {
      gateways[replica].embedded(
        flight.id, vector: UnsafeBufferPointer(vector).span, at: now, into: &output)
    } else if flight.succeeds, flight.id.kind == .cache || flight.id.kind == .vectors {
      found = (flight.found.body, flight.cluster)
      gateways[replica].found(flight.id, flight.found, at: now, into: &output)
    } else {
      gateways[replica].handle(
        .sideCallEnded(flight.id, succeeded: flight.succeeds, value: flight.value), at: now,
        into: &output)
    }
    if output.sideCalls.count > before { sideTruths.append(SideCallTruth(bill: flight.bill)) }
    try perform(replica)
  }
}
