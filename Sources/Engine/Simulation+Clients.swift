import GatewayCore
import Traffic
import Vocabulary

// Answers to clients, and what follows from them: another try of the same call, or the user's next.
//
// A client is told of an answer before the record of its request is closed, so the record's truth
// can say whether the call goes on. What follows is queued with the rank of an arrival: at the same
// instant every answer comes before every arrival, and arrivals come in the order of their cause.
// Nothing of this happens in a world in which no client listens.

extension Simulation {
  /// An arrival that follows from an answer, and whose it is.
  struct Returning: BitwiseCopyable {
    var arrival: Arrival
    var client: Int32
    /// When it knocked at a replica that was away, and now hears of it; `distantFuture` if it comes.
    var knocked = Instant.distantFuture
    /// Whether it has given up by itself.
    var gaveUp = false
  }

  /// Keeps what the client will be told with the answer, and counts the call.
  @inline(never)
  mutating func remember(
    _ arrival: UnsafeMutablePointer<Arrival>, _ index: Int, _ repeats: inout Bool
  ) {
    if arrival.pointee.request.clientTry == 0 {
      if !isTurnedAway { tally.calls?.enter(at: now) }
      arrival.pointee.memory.repeats = repeats
    } else {
      // A further try repeats its own call's body: that alone gives no answer away.
      repeats = arrival.pointee.memory.repeats
    }
    asked[index] = arrival.pointee
  }

  /// Tells clients of the answers among the commands from `told` on, which it moves to the end.
  @inline(never)
  mutating func tell(_ told: inout Int, _ replica: Int) {
    while told < output.commands.count {
      if case .finishAnswer(let id, let end) = output.commands[told] {
        answer(Int(id.slot) &* replicas &+ replica, end)
      }
      told &+= 1
    }
  }

  private mutating func answer(_ index: Int, _ end: AnswerEnd) {
    let client = Int(calls[index].client)
    var sequel = Sequel.none
    if stands[client].listens {
      // Beside the table: what follows overwrites it.
      var arrival = asked[index]
      sequel = clients[client].answered(&arrival, end)
      if sequel != .none { schedule(arrival, of: client, after: end.at) }
    }
    calls[index].isTriedAgain = sequel == .again
    if sequel != .again { tally.calls?.leave(at: now) }
  }

  /// Queues an arrival that follows from an answer.
  private mutating func schedule(_ arrival: Arrival, of client: Int, after answered: Instant) {
    precondition(arrival.at >= answered, "a client came back before it was answered")
    put(Returning(arrival: arrival, client: Int32(client)))
  }

  /// Queues what will be heard of at the instant of its arrival.
  mutating func put(_ one: Returning) {
    let place: Int
    if freeReturning.isEmpty {
      place = returning.count
      precondition(place < EventKey.slots, "more than \(EventKey.slots) clients come back at once")
      returning.append(one)
    } else {
      place = Int(freeReturning.removeLast())
      returning[place] = one
    }
    queue.push(EventKey(.comeback, at: one.arrival.at, sequence: sequence, slot: place).bits)
    sequence &+= 1
  }

  /// An arrival that follows from an answer is due.
  mutating func comeBack(_ place: Int) throws(TrafficError) {
    let desk = clients.count &* Simulation.batch
    let one = returning[place]
    arrivals[desk] = one.arrival
    returning[place].knocked = .distantFuture
    freeReturning.append(UInt32(place))
    if one.knocked != .distantFuture { return try hear(one, at: desk) }
    try enter(Int(one.client), at: desk)
  }

  /// Whether a client will come back.
  var someReturn: Bool { returning.count > freeReturning.count }
}
