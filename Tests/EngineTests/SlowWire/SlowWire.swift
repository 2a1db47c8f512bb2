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

  enum Happening {
    case arrival(Int)
    case firstByte(Int)
    case response(Int)
    case deadline(Int)
    case alarm(TimerID, setting: Int)
    case sideAnswer(Int)
    case patience(RequestID)
    case report(Report)
    case storeReport(StoreTicket, StoreReport)

    /// Completion before deadline before timer before arrival.
    var rank: Int {
      switch self {
      case .firstByte, .response, .report: 0
      case .sideAnswer, .storeReport: 0
      case .deadline: 1
      case .alarm, .patience: 2
      case .arrival: 3
      }
    }
  }

  /// What goes over the wire: an event, or a vector.
  enum Report {
    case event(Event)
    case embedded(SideCallID, [Float])
  }

  /// A side call that is out.
  struct Question {
    var id: SideCallID
    var promise: SidePromise
    var isInTime: Bool
    /// What a central store has said.
    var verdict: UInt64 = 0
  }

  /// One timer of a kind belongs to a request, one poll to a number.
  struct TimerPlace: Hashable {
    var request: RequestID
    var kind: TimerID.Kind
    var number: UInt8

    init(_ timer: TimerID) {
      request = timer.request
      kind = timer.kind
      number = timer.kind == .poll ? timer.number : 0
    }
  }

  struct Entry {
    var at: Instant
    var rank: Int
    var order: Int
    var what: Happening
    func isBefore(_ other: Entry) -> Bool {
      (at, rank, order) < (other.at, other.rank, other.order)
    }
  }

  struct Exchange {
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

  let wire: Wire
  let noise: ChanceKey
  var reportsSent: UInt64 = 0
  var gateway: Gateway
  var output = Output()
  var fleet: ProviderFleet
  var promises = ProviderOutput()
  var arrivals: [(at: Instant, request: Request, truth: Truth)] = []
  var pending: [Entry] = []
  var order = 0
  var now = Instant.start
  var exchanges: [Exchange] = []
  var openExchanges: [AttemptID: Int] = [:]
  /// Which setting of which timer holds: an alarm of an earlier one is void.
  var timers: [TimerPlace: (id: TimerID, setting: Int)] = [:]
  var settings = 0
  let services: SideServices
  let store: LimitStore
  let embeddings: EmbeddingSource
  var questions: [Question] = []
  var billsOfQuestions: [SideCallID: Money] = [:]
  var sideTruths = Buffer<SideCallTruth>()
  var truths: [RequestID: Truth] = [:]
  var billsOfAttempts: [AttemptID: Money] = [:]
  var billsOfRequests: [RequestID: Money] = [:]
  var requestOf: [AttemptID: RequestID] = [:]
  let collector: Collector
  var attemptTruths = Buffer<AttemptTruth>()
  var tally: DriverTally

  /// How often each request's answer was closed.
  var finished: [RequestID: Int] = [:]
  /// Answers that began twice, or after their end; bodies released that were not kept.
  var complaints: [String] = []
  var begun = Set<RequestID>()
  var bodies = Set<BodyID>()

  init(_ world: World, wire: Wire = Wire()) throws {
    let plan = try world.plan()
    self.wire = wire
    noise = world.chance.key(.exploration)
    gateway = Gateway(plan, chance: world.chance)
    fleet = ProviderFleet(world.fleet, chance: world.chance)
    services = SideServices(world.services, chance: world.chance)
    store = LimitStore(plan)
    embeddings = EmbeddingSource(chance: world.chance)
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
      case .storeReport(let ticket, let report):
        store.settle(ticket, report, at: now, replica: ReplicaID(0), into: &output)
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

  func start(
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

  func silence(_ promise: Promise, longerThan idle: Int64) -> Instant {
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

  func deadline(_ number: Int) {
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
  func close(_ number: Int, _ outcome: Outcome) {
    let exchange = exchanges[number]
    let (usage, bill) = fleet.cut(
      exchange.promise, of: exchange.deployment, started: exchange.started, at: now)
    end(number, outcome, .unsaid, usage, bill)
  }

  func end(
    _ number: Int, _ outcome: Outcome, _ hint: RetryAfter, _ usage: Usage, _ bill: Money
  ) {
    exchanges[number].isOpen = false
    let attempt = exchanges[number].attempt
    openExchanges[attempt] = nil
    billsOfAttempts[attempt] = bill
    send(.attemptEnded(attempt, usage, hint, outcome))
  }
}
