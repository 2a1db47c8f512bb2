import Chance
import Engine
import GatewayCore
import Measures
import Providers
import Traffic
import Vocabulary

/// A second driver of the same gateway, written as a server would be, without `Simulation`.
///
/// It holds connections (`Exchange`) to upstreams, enforces their deadlines itself, and tells the
/// gateway what has happened over a wire that may delay, reorder and repeat what it carries. Its
/// queue is a sorted list, its tables are dictionaries: slow and obvious.
final class SlowWire {
  /// What the wire does to reports; all zero for a wire that does nothing.
  struct Wire {
    /// Reports arrive after a delay drawn evenly from zero to this.
    var delay: Duration = .zero
    /// The share of reports that arrive twice, each after its own delay.
    var repeats = 0.0
  }

  private enum Happening {
    case arrival(Int)
    case firstByte(Int)
    case response(Int)
    case deadline(Int)
    case alarm(TimerID, setting: Int)
    case sideAnswer(Int)
    case patience(RequestID)
    case report(Report)

    /// Completion before deadline before timer before arrival.
    var rank: Int {
      switch self {
      case .firstByte, .response, .report: 0
      case .sideAnswer: 0
      case .deadline: 1
      case .alarm, .patience: 2
      case .arrival: 3
      }
    }
  }

  /// What goes over the wire: an event, or a vector.
  private enum Report {
    case event(Event)
    case embedded(SideCallID, [Float])
  }

  /// A side call that is out.
  private struct Question {
    var id: SideCallID
    var promise: SidePromise
    var isInTime: Bool
  }

  /// One timer of a kind belongs to a request, one poll to a number.
  private struct TimerPlace: Hashable {
    var request: RequestID
    var kind: TimerID.Kind
    var number: UInt8

    init(_ timer: TimerID) {
      request = timer.request
      kind = timer.kind
      number = timer.kind == .poll ? timer.number : 0
    }
  }

  private struct Entry {
    var at: Instant
    var rank: Int
    var order: Int
    var what: Happening
    func isBefore(_ other: Entry) -> Bool {
      (at, rank, order) < (other.at, other.rank, other.order)
    }
  }

  private struct Exchange {
    var attempt: AttemptID
    var deployment: DeploymentID
    var promise: Promise
    var started: Instant
    var total: Instant
    var firstTokenLimit: Instant
    var silenceLimit: Instant
    var isOpen = true
    var sawFirstByte = false
  }

  private let wire: Wire
  private let noise: ChanceKey
  private var reportsSent: UInt64 = 0
  private var gateway: Gateway
  private var output = Output()
  private var fleet: ProviderFleet
  private var promises = ProviderOutput()
  private var arrivals: [(at: Instant, request: Request, truth: Truth)] = []
  private var pending: [Entry] = []
  private var order = 0
  private var now = Instant.start
  private var exchanges: [Exchange] = []
  private var openExchanges: [AttemptID: Int] = [:]
  /// Which setting of which timer holds: an alarm of an earlier one is void.
  private var timers: [TimerPlace: (id: TimerID, setting: Int)] = [:]
  private var settings = 0
  private let services: SideServices
  private let embeddings: EmbeddingSource
  private var questions: [Question] = []
  private var billsOfQuestions: [SideCallID: Money] = [:]
  private var sideTruths = Buffer<SideCallTruth>()
  private var truths: [RequestID: Truth] = [:]
  private var billsOfAttempts: [AttemptID: Money] = [:]
  private var billsOfRequests: [RequestID: Money] = [:]
  private var requestOf: [AttemptID: RequestID] = [:]
  private let collector: Collector
  private var tally: DriverTally

  /// How often each request's answer was closed.
  private(set) var finished: [RequestID: Int] = [:]
  /// Answers that began twice, or after their end; bodies released that were not kept.
  private(set) var complaints: [String] = []
  private var begun = Set<RequestID>()
  private var bodies = Set<BodyID>()

  init(_ world: World, wire: Wire = Wire()) throws {
    let plan = try world.plan()
    self.wire = wire
    noise = world.chance.key(.exploration)
    gateway = Gateway(plan, chance: world.chance)
    fleet = ProviderFleet(world.fleet, chance: world.chance)
    services = SideServices(world.services, chance: world.chance)
    embeddings = EmbeddingSource(chance: world.chance, meanings: world.services.meanings)
    collector = Collector(world.measures(plan))
    tally = DriverTally(deployments: world.deployments.count)
    for stream in world.streams {
      var client = ListClient(stream, seed: world.seed)
      var arrival = ListClient.blank
      while try client.next(into: &arrival) {
        arrivals.append((arrival.at, arrival.request, arrival.truth))
      }
    }
    for (place, arrival) in arrivals.enumerated() { schedule(.arrival(place), at: arrival.at) }
  }

  /// How many requests the gateway still holds, and how many reports came too late.
  var held: Int { gateway.held }
  var late: Int { gateway.lateReports }

  /// Runs until nothing is left to happen; connections that hang are closed last of all.
  func run() -> RunResult {
    var number: UInt64 = 0
    while true {
      // Polls alone would go on for ever.
      guard let next = hasOnlyPolls ? nil : pending.popLast() else {
        let hanging = exchanges.indices.filter { exchanges[$0].isOpen }
        if hanging.isEmpty { break }
        for exchange in hanging { close(exchange, .connection) }
        continue
      }
      now = next.at
      switch next.what {
      case .arrival(let place):
        var request = arrivals[place].request
        let patience = request.deadline
        request.deadline = .distantFuture
        request.number = number
        number += 1
        tally.requests.enter(at: now)
        let id = gateway.arrived(request, at: now, into: &output)
        truths[id] = arrivals[place].truth
        if patience != .distantFuture { schedule(.patience(id), at: patience) }
        carryOut()
      case .firstByte(let exchange):
        guard exchanges[exchange].isOpen else { continue }
        exchanges[exchange].sawFirstByte = true
        send(.firstToken(exchanges[exchange].attempt))
      case .response(let exchange):
        guard exchanges[exchange].isOpen else { continue }
        let promise = exchanges[exchange].promise
        end(exchange, promise.outcome, promise.retryAfter, promise.usage, promise.bill)
      case .deadline(let exchange): deadline(exchange)
      case .alarm(let timer, let setting):
        guard timers[TimerPlace(timer)]?.setting == setting else { continue }
        timers[TimerPlace(timer)] = nil
        send(.timerFired(timer))
      case .sideAnswer(let place): answer(place)
      case .patience(let id): if finished[id] == nil { send(.abandoned(id)) }
      case .report(let report): deliver(report)
      }
    }
    tally.sideCalls.close(at: now, open: tally.sideCalls.entered - tally.sideCalls.left, ages: 0)
    tally.requests.close(at: now, open: gateway.held, ages: 0)
    for place in tally.deployments.indices {
      tally.deployments[place].close(at: now, open: 0, ages: 0)
    }
    return collector.close(tally)
  }

  // MARK: Upstreams

  private func start(
    _ attempt: AttemptID, _ slot: UInt32, _ deployment: DeploymentID, _ deadlines: Deadlines
  ) {
    let request = gateway.request(inSlot: slot)
    let id = gateway.id(ofSlot: slot)
    let truth = truths[id]
    guard let truth else { return complaints.append("an attempt for a request that never came") }
    let number = exchanges.count
    requestOf[attempt] = id
    tally.deployments[Int(deployment.index)].enter(at: now)
    let carried = gateway.carried(by: attempt)
    let whole = min(truth.outputTokens, request.outputCap)
    fleet.start(
      AttemptStart(
        flight: UInt32(number), call: request.call, deployment: deployment,
        ordinal: UInt32(gateway.ordinal(of: attempt)),
        inputTokens: request.inputTokens + carried, cachedInputTokens: truth.cachedInputTokens,
        outputTokens: carried == 0 ? whole : max(1, whole - min(carried, whole)),
        outputCap: request.outputCap == .max
          ? .max : max(1, request.outputCap - min(carried, request.outputCap)),
        streams: request.streams), at: now, into: &promises)
    let promise = promises.promises[0]
    promises.promises.removeAll()
    var exchange = Exchange(
      attempt: attempt, deployment: deployment, promise: promise, started: now,
      total: deadlines.total, firstTokenLimit: .distantFuture, silenceLimit: .distantFuture)
    if request.streams {
      exchange.firstTokenLimit = deadlines.firstToken(after: now)
      exchange.silenceLimit = silence(promise, longerThan: deadlines.idleNanoseconds)
      if promise.firstToken < promise.end { schedule(.firstByte(number), at: promise.firstToken) }
    }
    exchanges.append(exchange)
    openExchanges[attempt] = number
    if promise.end != .distantFuture { schedule(.response(number), at: promise.end) }
    for limit in [exchange.total, exchange.firstTokenLimit, exchange.silenceLimit]
    where limit != .distantFuture { schedule(.deadline(number), at: limit) }
  }

  private func silence(_ promise: Promise, longerThan idle: Int64) -> Instant {
    guard idle != .max, promise.firstToken != .distantFuture else { return .distantFuture }
    if promise.end == .distantFuture { return promise.firstToken.advanced(byNanoseconds: idle) }
    let tokens = Int64(promise.usage.outputTokens)
    let flowing = promise.firstToken.nanoseconds(to: promise.end) - promise.pauseNanoseconds
    if tokens > 1, flowing / (tokens - 1) > idle {
      return promise.firstToken.advanced(byNanoseconds: idle)
    }
    return promise.pauseNanoseconds > idle
      ? promise.pausedAt.advanced(byNanoseconds: idle) : .distantFuture
  }

  private func deadline(_ number: Int) {
    let exchange = exchanges[number]
    guard exchange.isOpen else { return }
    if now >= exchange.total {
      close(number, .totalTimeout)
    } else if !exchange.sawFirstByte, now >= exchange.firstTokenLimit {
      close(number, .firstTokenTimeout)
    } else if now >= exchange.silenceLimit {
      close(number, .idleTimeout)
    }
  }

  /// The server closes a connection before its upstream has answered.
  private func close(_ number: Int, _ outcome: Outcome) {
    let exchange = exchanges[number]
    let (usage, bill) = fleet.cut(
      exchange.promise, of: exchange.deployment, started: exchange.started, at: now)
    end(number, outcome, .unsaid, usage, bill)
  }

  private func end(
    _ number: Int, _ outcome: Outcome, _ hint: RetryAfter, _ usage: Usage, _ bill: Money
  ) {
    exchanges[number].isOpen = false
    let attempt = exchanges[number].attempt
    openExchanges[attempt] = nil
    billsOfAttempts[attempt] = bill
    send(.attemptEnded(attempt, outcome, hint, usage))
  }

  // MARK: Questions beside the upstreams

  private func ask(_ id: SideCallID, _ deadline: Instant) {
    tally.sideCalls.enter(at: now)
    let request = gateway.request(inSlot: id.request.slot)
    let promise = services.start(
      id.kind, request.call, number: id.number, inputTokens: request.inputTokens, at: now)
    questions.append(Question(id: id, promise: promise, isInTime: promise.end <= deadline))
    billsOfQuestions[id] = promise.bill
    schedule(.sideAnswer(questions.count - 1), at: min(promise.end, deadline))
  }

  private func answer(_ place: Int) {
    let question = questions[place]
    tally.sideCalls.leave(at: now)
    let succeeded = question.isInTime && question.promise.succeeds
    let truth = truths[question.id.request]
    if succeeded, question.id.kind == .embedding {
      var vector = [Float](repeating: 0, count: EmbeddingSource.dimensions)
      var span = vector.mutableSpan
      let request = gateway.request(inSlot: question.id.request.slot)
      embeddings.write(
        cluster: truth?.cluster ?? 0, call: request.call, fingerprint: request.fingerprint,
        into: &span)
      send(.embedded(question.id, vector))
    } else {
      let parts = UInt64(truth?.difficulty ?? 0)
      let score = parts == 65_535 ? 1 << 63 : parts * ((1 << 63) / 65_535)
      send(
        .event(
          .sideCallEnded(
            question.id, succeeded: succeeded,
            value: succeeded && question.id.kind == .complexity ? score : 0)))
    }
  }

  // MARK: The wire

  private var hasOnlyPolls: Bool {
    (gateway.held == 0 || exchanges.contains(where: \.isOpen))
      && pending.allSatisfy {
        if case .alarm(let timer, _) = $0.what { timer.kind == .poll } else { false }
      }
  }

  private func send(_ event: Event) { send(.event(event)) }

  private func send(_ report: Report) {
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

  private func delay(_ u: Double) -> Int64 { Int64(u * Double(wire.delay.nanoseconds)) }

  private func deliver(_ report: Report) {
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

  private var attemptTruths = Buffer<AttemptTruth>()

  private func carryOut() {
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
      case .finishAnswer(let id, _, _): finished[id, default: 0] += 1
      case .keepBody(let body, _): bodies.insert(body)
      case .releaseBody(let body):
        if bodies.remove(body) == nil { complaints.append("released: \(body)") }
      case .publish: complaints.append("\(command) was not to be expected")
      }
    }
  }

  private func handOver() {
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

  private func schedule(_ what: Happening, at instant: Instant) {
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
