import GatewayCore
import Traffic
import Vocabulary

// What a replica asks for, carried out in order.

extension Simulation {
  /// Carries out the commands of a replica, in order; a command may lead to further ones.
  mutating func perform(_ replica: Int) throws(TrafficError) {
    var told = 0
    if someListen { tell(&told, replica) }
    drainRequests(replica)
    // Most are about answers and bodies, which often nobody hears of.
    var place = 0
    while place < output.commands.count, isSilent(output.commands[place]) { place &+= 1 }
    if place < output.commands.count { try carryOut(replica, from: place, &told) }
    output.commands.removeAll()
  }

  /// Whether a command asks nothing of this driver.
  @inline(__always)
  private func isSilent(_ command: Command) -> Bool {
    switch command {
    case .beginAnswer, .finishAnswer: true
    case .keepBody, .releaseBody: !asksMeaning
    default: false
    }
  }

  @inline(never)
  private mutating func carryOut(
    _ replica: Int, from first: Int, _ told: inout Int
  ) throws(TrafficError) {
    var place = first
    while place < output.commands.count {
      let command = output.commands[place]
      place &+= 1
      switch command {
      case .startAttempt(let deadlines, let attempt, let slot, let deployment):
        start(replica, attempt, slot, deployment, deadlines)
      case .cancelAttempt(let attempt):
        let index = Int(attempt.slot) &* replicas &+ replica
        if flights[index].isLive, flights[index].attempt == attempt {
          withdraw(index, .cancelled)
          if someListen { tell(&told, replica) }
          drainRequests(replica)
        }
      case .setTimer(let timer, let at): set(timer, at: at, replica)
      case .clearTimer(let timer): clear(timer, replica)
      case .startSideCall(let id, let deadline): start(id, deadline: deadline, replica)
      case .publish(let delta):
        publish(delta, from: replica)
      case .publishLesson(let number): publish(lesson: Int(number), from: replica)
      case .tellStore(let id, let report): tellStore(id, report, replica)
      case .shareAnswer(let id, by: let kind): share(id, by: kind, replica)
      case .keepBody(let body, from: let id): keep(body, from: id, replica)
      case .releaseBody(let body): release(body, replica)
      case .beginAnswer, .finishAnswer:
        break
      }
    }
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
      // Who follows one that was answered by meaning has that answer, too.
      let source = output.requests[place].source
      if asksMeaning, source == .semantic || source == .follow {
        truth.isWrong = isWrong(output.requests[place].id, calls[index], replica)
      }
      if someListen {
        truth.isTriedAgain = calls[index].isTriedAgain
        if output.requests[place].clientTry > 0 {
          truth.callAge = asked[index].memory.began.nanoseconds(to: calls[index].arrived)
        }
      }
      if bounds { bound(&truth, output.requests[place], calls[index]) }
      calls[index].isOpen = false
      if let prefixes { prefixes.release(calls[index].prefix, at: now) }
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
