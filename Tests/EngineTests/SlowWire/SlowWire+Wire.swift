import Chance
import Engine
import GatewayCore
import Measures
import Providers
import Traffic
import Vocabulary

// Questions beside the upstreams, the wire, and what the gateway asks for.

extension SlowWire {
  // MARK: Questions beside the upstreams

  func ask(_ id: SideCallID, _ deadline: Instant, _ replica: Int) {
    tally.sideCalls.enter(at: now)
    // One that belongs to no request is told from others by where and when it is asked.
    let request =
      id.request == .none
      ? Request(call: hereAndNow(replica), inputTokens: 0, alias: AliasID(0))
      : gateways[replica].request(inSlot: id.request.slot)
    let promise = services.start(
      id.kind, request.call, number: id.number, inputTokens: request.inputTokens, at: now)
    var question = Question(
      replica: replica, id: id, promise: promise, isInTime: promise.end <= deadline)
    if id.kind == .store, promise.succeeds { question.verdict = judged(request, id, replica) }
    if id.kind == .probe, promise.succeeds, question.isInTime {
      let deployment = DeploymentID(Int(id.number))
      question.verdict = fleet.isWell(deployment, request.call, at: now) ? 1 : 0
    }
    if id.kind == .cache || id.kind == .vectors, promise.succeeds, question.isInTime {
      question.found = found(request, id, replica)
    }
    questions.append(question)
    billsOfQuestions[Of(replica, id)] = promise.bill
    schedule(
      .sideAnswer(questions.count - 1), at: min(promise.end, deadline), late: !question.isInTime)
  }

  /// A number for what happens at a replica, at this instant, and belongs to no request.
  func hereAndNow(_ replica: Int) -> CallKey {
    CallKey(bits: UInt64(bitPattern: now.nanoseconds) &+ UInt64(replica) << 56)
  }

  func answer(_ place: Int) {
    let question = questions[place]
    tally.sideCalls.leave(at: now)
    let succeeded = question.isInTime && question.promise.succeeds
    let truth = truths[Of(question.replica, question.id.request)]
    if succeeded, question.id.kind == .embedding {
      let request = gateways[question.replica].request(inSlot: question.id.request.slot)
      var vector = [Float](repeating: 0, count: EmbeddingSource.dimensions)
      var span = vector.mutableSpan
      embeddings.write(
        cluster: truth?.cluster ?? 0, call: request.call, fingerprint: request.fingerprint,
        into: &span)
      send(.embedded(question.id, vector), to: question.replica)
    } else if succeeded, question.id.kind == .cache || question.id.kind == .vectors {
      send(.found(question.id, question.found), to: question.replica)
    } else {
      let score = truth?.score ?? 0
      send(
        .sideCallEnded(
          question.id, succeeded: succeeded,
          value: succeeded && question.id.kind == .complexity ? score : question.verdict),
        to: question.replica)
    }
  }

  // MARK: The wire

  func send(_ event: Event, to replica: Int) { send(.event(event), to: replica) }

  func send(_ report: Report, to replica: Int) {
    reportsSent += 1
    var draws = noise.draws(call: CallKey(bits: reportsSent))
    if wire.delay == .zero {
      deliver(report, to: replica)
    } else {
      schedule(
        .report(Of(replica, report)), at: now.advanced(byNanoseconds: delay(draws.uniform())))
    }
    if draws.uniform() < wire.repeats {
      schedule(
        .report(Of(replica, report)), at: now.advanced(byNanoseconds: delay(draws.uniform())))
    }
  }

  func delay(_ u: Double) -> Int64 { Int64(u * Double(wire.delay.nanoseconds)) }

  func deliver(_ report: Report, to replica: Int) {
    let settled = output.attempts.count
    let answered = output.sideCalls.count
    let question: SideCallID?
    switch report {
    case .embedded(let id, let vector):
      question = id
      gateways[replica].embedded(id, vector: vector.span, at: now, into: &output)
    case .found(let id, let answer):
      question = id
      gateways[replica].found(id, answer, at: now, into: &output)
    case .event(let event):
      if case .sideCallEnded(let id, _, _) = event { question = id } else { question = nil }
      gateways[replica].handle(event, at: now, into: &output)
    }
    if let question, output.sideCalls.count > answered {
      let bill = billsOfQuestions[Of(replica, question)] ?? .zero
      sideTruths.append(SideCallTruth(bill: bill))
      billsOfRequests[Of(replica, question.request), default: .zero] += bill
    }
    if case .event(.attemptEnded(let attempt, _, _, _)) = report, output.attempts.count > settled {
      let deployment = Int(output.attempts[settled].deployment.index)
      tally.deployments[deployment].leave(at: now)
      let bill = billsOfAttempts[Of(replica, attempt)] ?? .zero
      attemptTruths.append(AttemptTruth(bill: bill))
      if let id = requestOf[Of(replica, attempt)] {
        billsOfRequests[Of(replica, id), default: .zero] += bill
      }
    }
    carryOut(replica)
  }

  // MARK: Commands and records

  /// Does what a replica asks for, in order; what follows from it is done after it.
  func carryOut(_ replica: Int) {
    handOver()
    for place in 0..<output.commands.count {
      var command = output.commands[place]
      if case .publishLesson(let number) = command {
        command = .publishLesson(UInt32(lessons.count))
        lessons.append(output.lessons[Int(number)])
      }
      todo.append(Of(replica, command))
    }
    output.commands.removeAll()
    output.lessons.removeAll()
    guard !isCarryingOut else { return }
    isCarryingOut = true
    while !todo.isEmpty {
      let next = todo.removeFirst()
      carryOut(next.its, of: next.replica)
    }
    isCarryingOut = false
  }

  private func carryOut(_ command: Command, of replica: Int) {
    switch command {
    case .startAttempt(let deadlines, let id, let slot, let deployment):
      start(replica, id, slot, deployment, deadlines)
    case .cancelAttempt(let id):
      if let open = openExchanges[Of(replica, id)] { close(open, .cancelled) }
    case .setTimer(let timer, let at):
      settings += 1
      let place = TimerPlace(timer, replica)
      timers[place] = (timer, settings)
      schedule(.alarm(place, setting: settings), at: at)
    case .clearTimer(let timer):
      let place = TimerPlace(timer, replica)
      if timers[place]?.id == timer { timers[place] = nil }
    case .startSideCall(let id, let deadline): ask(id, deadline, replica)
    case .beginAnswer(let id, _):
      let id = Of(replica, id)
      if finished[id] != nil || !begun.insert(id).inserted { complaints.append("begun: \(id)") }
    case .finishAnswer(let id, _): finished[Of(replica, id), default: 0] += 1
    case .keepBody(let body, _): bodies.insert(Of(replica, body))
    case .releaseBody(let body):
      let owner = SlowWire.isShared(body) ? SlowWire.nobody : replica
      if bodies.remove(Of(owner, body)) == nil { complaints.append("released: \(body)") }
    case .shareAnswer(let id, by: let kind): post(id, kind, replica)
    case .tellStore(let id, let report): tellStore(id, report, replica)
    case .publish(let delta): publish(delta, replica)
    case .publishLesson(let place): publish(lessons[Int(place)], replica)
    }
  }

  func handOver() {
    if !output.attempts.isEmpty {
      output.attempts.withSpan { records in
        attemptTruths.withSpan { collector.consume(attempts: records, truths: $0) }
      }
    }
    if !output.sideCalls.isEmpty {
      output.sideCalls.withSpan { records in
        sideTruths.withSpan { collector.consume(sideCalls: records, truths: $0) }
      }
    }
    if !output.requests.isEmpty {
      var truths = Buffer<RequestTruth>()
      for place in 0..<output.requests.count {
        let record = output.requests[place]
        truths.append(
          RequestTruth(bill: billsOfRequests[Of(Int(record.replica.index), record.id)] ?? .zero))
        tally.requests.leave(at: now)
        open[Of(Int(record.replica.index), record.id)] = nil
        // The timers of a request go with it.
        for kind in [TimerID.Kind.backoff, .hedge, .queue] {
          timers[TimerPlace(TimerID(kind, of: record.id, number: 0), Int(record.replica.index))] =
            nil
        }
        tally.requests.integral &+= Int128(now.nanoseconds(to: record.settled))
      }
      output.requests.withSpan { records in
        truths.withSpan { collector.consume(requests: records, truths: $0) }
      }
    }
    if !output.notes.isEmpty { output.notes.withSpan { collector.consume(notes: $0) } }
    output.attempts.removeAll()
    attemptTruths.removeAll()
    output.sideCalls.removeAll()
    sideTruths.removeAll()
    output.requests.removeAll()
    output.notes.removeAll()
  }
}
