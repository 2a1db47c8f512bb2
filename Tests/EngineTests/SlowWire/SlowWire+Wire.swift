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

  func ask(_ id: SideCallID, _ deadline: Instant) {
    tally.sideCalls.enter(at: now)
    let request = gateway.request(inSlot: id.request.slot)
    let promise = services.start(
      id.kind, request.call, number: id.number, inputTokens: request.inputTokens, at: now)
    var question = Question(id: id, promise: promise, isInTime: promise.end <= deadline)
    if id.kind == .store, promise.succeeds {
      question.verdict = store.judge(
        request, gateway.storeQuestion(inSlot: id.request.slot), place: Int(id.request.slot),
        at: now,
        replica: ReplicaID(0), into: &output)
    }
    questions.append(question)
    billsOfQuestions[id] = promise.bill
    schedule(.sideAnswer(questions.count - 1), at: min(promise.end, deadline))
  }

  /// What a request has used goes to the store, which is never down here for longer than a run.
  func tellStore(_ id: RequestID, _ report: StoreReport) {
    let request = gateway.request(inSlot: id.slot)
    if let ticket = store.ticket(of: request, report.question, place: Int(id.slot)) {
      schedule(.storeReport(ticket, report), at: services.reach(.store, request.call, at: now))
    }
  }

  func answer(_ place: Int) {
    let question = questions[place]
    tally.sideCalls.leave(at: now)
    let succeeded = question.isInTime && question.promise.succeeds
    let truth = truths[question.id.request]
    if succeeded, question.id.kind == .embedding {
      var vector = [Float](repeating: 0, count: EmbeddingSource.dimensions)
      var span = vector.mutableSpan
      embeddings.write(
        cluster: truth?.cluster ?? 0, call: gateway.request(inSlot: question.id.request.slot).call,
        into: &span)
      send(.embedded(question.id, vector))
    } else {
      let score = truth?.score ?? 0
      send(
        .event(
          .sideCallEnded(
            question.id, succeeded: succeeded,
            value: succeeded && question.id.kind == .complexity ? score : question.verdict)))
    }
  }

  // MARK: The wire

  var hasOnlyPolls: Bool {
    (gateway.held == 0 || exchanges.contains(where: \.isOpen))
      && pending.allSatisfy {
        if case .alarm(let timer, _) = $0.what { timer.kind == .poll } else { false }
      }
  }

  func send(_ event: Event) { send(.event(event)) }

  func send(_ report: Report) {
    reportsSent += 1
    var draws = noise.draws(call: CallKey(bits: reportsSent))
    if wire.delay == .zero {
      deliver(report)
    } else {
      schedule(.report(report), at: now.advanced(byNanoseconds: delay(draws.uniform())))
    }
    if draws.uniform() < wire.repeats {
      schedule(.report(report), at: now.advanced(byNanoseconds: delay(draws.uniform())))
    }
  }

  func delay(_ u: Double) -> Int64 { Int64(u * Double(wire.delay.nanoseconds)) }

  func deliver(_ report: Report) {
    let settled = output.attempts.count
    let answered = output.sideCalls.count
    let question: SideCallID?
    switch report {
    case .embedded(let id, let vector):
      question = id
      gateway.embedded(id, vector: vector.span, at: now, into: &output)
    case .event(let event):
      if case .sideCallEnded(let id, _, _) = event { question = id } else { question = nil }
      gateway.handle(event, at: now, into: &output)
    }
    if let question, output.sideCalls.count > answered {
      let bill = billsOfQuestions[question] ?? .zero
      sideTruths.append(SideCallTruth(bill: bill))
      billsOfRequests[question.request, default: .zero] += bill
    }
    if case .event(.attemptEnded(let attempt, _, _, _)) = report, output.attempts.count > settled {
      let deployment = Int(output.attempts[settled].deployment.index)
      tally.deployments[deployment].leave(at: now)
      let bill = billsOfAttempts[attempt] ?? .zero
      attemptTruths.append(AttemptTruth(bill: bill))
      if let id = requestOf[attempt] { billsOfRequests[id, default: .zero] += bill }
    }
    carryOut()
  }

  // MARK: Commands and records

  func carryOut() {
    handOver()
    var commands: [Command] = []
    for place in 0..<output.commands.count { commands.append(output.commands[place]) }
    output.commands.removeAll()
    for command in commands {
      switch command {
      case .startAttempt(let deadlines, let id, let slot, let deployment):
        start(id, slot, deployment, deadlines)
      case .cancelAttempt(let id): if let open = openExchanges[id] { close(open, .cancelled) }
      case .setTimer(let timer, let at):
        settings += 1
        timers[TimerPlace(timer)] = (timer, settings)
        schedule(.alarm(timer, setting: settings), at: at)
      case .clearTimer(let timer):
        if timers[TimerPlace(timer)]?.id == timer { timers[TimerPlace(timer)] = nil }
      case .startSideCall(let id, let deadline): ask(id, deadline)
      case .beginAnswer(let id, _):
        if finished[id] != nil || !begun.insert(id).inserted { complaints.append("begun: \(id)") }
      case .finishAnswer(let id, _): finished[id, default: 0] += 1
      case .keepBody(let body, _): bodies.insert(body)
      case .releaseBody(let body):
        if bodies.remove(body) == nil { complaints.append("released: \(body)") }
      case .tellStore(let id, let report): tellStore(id, report)
      case .publish: complaints.append("\(command) was not to be expected")
      }
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
        truths.append(RequestTruth(bill: billsOfRequests[record.id] ?? .zero))
        tally.requests.leave(at: now)
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

  func schedule(_ what: Happening, at instant: Instant) {
    let entry = Entry(at: max(now, instant), rank: what.rank, order: order, what: what)
    order += 1
    // Latest first, so that the next is the last.
    var low = 0
    var high = pending.count
    while low < high {
      let middle = (low + high) / 2
      if entry.isBefore(pending[middle]) { low = middle + 1 } else { high = middle }
    }
    pending.insert(entry, at: low)
  }
}
