import GatewayCore
import Traffic
import Vocabulary

// What a replica asks for, carried out in order.

extension Simulation {
  /// Carries out the commands of a replica, in order; a command may lead to further ones.
  mutating func perform(_ replica: Int) throws(TrafficError) {
    drainRequests(replica)
    var place = 0
    while place < output.commands.count {
      let command = output.commands[place]
      place &+= 1
      switch command {
      case .startAttempt(let deadlines, let attempt, let slot, let deployment):
        start(replica, attempt, slot, deployment, deadlines)
      case .finishAnswer(let id, let end, let at):
        if someListen { try answer(Int(id.slot) &* replicas &+ replica, end, at) }
      case .cancelAttempt(let attempt):
        let index = Int(attempt.slot) &* replicas &+ replica
        if flights[index].isLive, flights[index].attempt == attempt {
          withdraw(index, .cancelled)
          drainRequests(replica)
        }
      case .setTimer(let timer, let at): set(timer, at: at, replica)
      case .clearTimer(let timer): clear(timer, replica)
      case .startSideCall(let id, let deadline): start(id, deadline: deadline, replica)
      case .publish(let delta):
        publish(delta, from: replica)
      case .keepBody(let body, from: let id): keep(body, from: id, replica)
      case .releaseBody(let body): release(body, replica)
      case .beginAnswer:
        break
      }
    }
    output.commands.removeAll()
  }

  @inline(__always)
  mutating func answer(
    _ index: Int, _ end: RequestRecord.End, _ at: Instant
  ) throws(TrafficError) {
    let client = Int(calls[index].client)
    guard stands[client].listens else { return }
    clients[client].answered(call: calls[index].key, end: end, at: at)
    // A client that waits for answers may have something new to say.
    if !stands[client].awaits { try schedule(client) }
  }

  /// Adds the world's truth to every record that has appeared.
  @inline(__always)
  mutating func drainRequests(_ replica: Int) {
    while requestTruths.count < output.requests.count {
      let place = requestTruths.count
      let index = Int(output.requests[place].id.slot) &* replicas &+ replica
      var truth = RequestTruth(
        bill: calls[index].bill, incidents: calls[index].incidents,
        isDegraded: calls[index].isDegraded)
      if asksMeaning, output.requests[place].source == .semantic {
        truth.isWrong = isWrong(output.requests[place].id, calls[index], replica)
      }
      if bounds { bound(&truth, output.requests[place], calls[index]) }
      calls[index].isOpen = false
      close(truth)
    }
  }

  /// Closes the books of the next record.
  @inline(__always)
  mutating func close(_ truth: RequestTruth) {
    let settled = output.requests[requestTruths.count].settled
    requestTruths.append(truth)
    tally.requests.leave(at: now)
    // A cache hit ends when its look-up does, a little after its record was written.
    if settled != now { tally.requests.integral &+= Int128(now.nanoseconds(to: settled)) }
  }
}
