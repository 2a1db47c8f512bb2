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
/// replicas tell each other what they publish, ask central stores, start anew and take over other
/// policies. Its queue is a sorted list, its tables are dictionaries: slow and obvious.
final class SlowWire {
  /// What the wire does to reports; all zero for a wire that does nothing.
  struct Wire {
    /// Reports arrive after a delay drawn evenly from zero to this.
    var delay: Duration = .zero
    /// The share of reports that arrive twice, each after its own delay.
    var repeats = 0.0

    // What replicas tell each other of their memories is delayed and repeated as well, and a tenth of
    // it is lost, unless nothing is delayed.
  }

  enum Happening {
    case arrival(Int)
    case firstByte(Int)
    case response(Int)
    case deadline(Int)
    case alarm(TimerPlace, setting: Int)
    case sideAnswer(Int)
    case patience(Of<RequestID>)
    case report(Of<Report>)
    case storeReport(StoreLetter)
    case posted(PostedAnswer)
    case rumour(Rumour)
    case lesson(Of<Lesson>)
    case memories(reader: Int)
    case fault(Int)

    /// Completion before deadline before timer before arrival.
    func rank(late: Bool) -> Int {
      switch self {
      case .firstByte, .response, .report: 0
      case .sideAnswer(_): late ? 1 : 0
      case .storeReport, .posted: 0
      case .deadline: 1
      case .alarm, .patience, .rumour, .lesson, .memories, .fault: 2
      case .arrival: 3
      }
    }
  }

  /// A replica's own: its numbers mean nothing to another.
  struct Of<Its> {
    var replica: Int
    var its: Its

    init(_ replica: Int, _ its: Its) {
      self.replica = replica
      self.its = its
    }
  }

  /// What goes over the wire: an event, or a vector.
  enum Report {
    case event(Event)
    case embedded(SideCallID, [Float])
    case found(SideCallID, CachedAnswer)
  }

  /// A side call that is out.
  struct Question {
    var replica: Int
    var id: SideCallID
    var promise: SidePromise
    var isInTime: Bool
    /// What a central store, or an upstream that was probed, has said.
    var verdict: UInt64 = 0
    /// What a shared cache has found.
    var found = CachedAnswer.nothing
  }

  /// One timer of a kind belongs to a request, one poll to a number.
  struct TimerPlace: Hashable {
    var replica: Int
    var request: RequestID
    var kind: TimerID.Kind
    var number: UInt8

    init(_ timer: TimerID, _ replica: Int) {
      self.replica = replica
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
    var replica: Int
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

  let world: World
  let wire: Wire
  let noise: ChanceKey
  var reportsSent: UInt64 = 0
  let replicas: Int
  let gateways: UnsafeMutablePointer<Gateway>
  var output = Output()
  /// What replicas have asked for and has not been done yet.
  var todo: [Of<Command>] = []
  var isCarryingOut = false
  var fleet: ProviderFleet
  var promises = ProviderOutput()
  var arrivals: [(at: Instant, request: Request, truth: Truth)] = []
  var arrived: UInt64 = 0
  var pending: [Entry] = []
  var order = 0
  var now = Instant.start
  var exchanges: [Exchange] = []
  var openExchanges: [Of<AttemptID>: Int] = [:]
  /// How often a request has been sent to a deployment.
  var sent: [Of<RequestID>: [DeploymentID: UInt32]] = [:]
  /// Which setting of which timer holds: an alarm of an earlier one is void.
  var timers: [TimerPlace: (id: TimerID, setting: Int)] = [:]
  var settings = 0
  let services: SideServices
  /// The central stores, and the place of each replica's.
  var stores: [LimitStore] = []
  var storeOf: [Int?]
  /// The shared caches, the place of each replica's, and how many answers have got to one.
  var caches: [CacheStore] = []
  var cacheOf: [Int?]
  var shared: UInt64 = 0
  /// What a central store of verdicts holds.
  var shelf: [Rumour] = []
  /// What a central store remembers of the memories of each policy.
  var memories: [StateStore] = []
  /// Lessons that commands on the list of things to do name.
  var lessons: [Lesson] = []
  /// How many messages of replicas' memories a wire that is slow has carried.
  var whispers: UInt64 = 0
  /// How many messages of replicas have arrived.
  var rumours = 0
  let embeddings: EmbeddingSource
  var questions: [Question] = []
  var billsOfQuestions: [Of<SideCallID>: Money] = [:]
  var sideTruths = Buffer<SideCallTruth>()
  var truths: [Of<RequestID>: Truth] = [:]
  /// When the requests came that have no record yet.
  var open: [Of<RequestID>: Instant] = [:]
  var billsOfAttempts: [Of<AttemptID>: Money] = [:]
  var billsOfRequests: [Of<RequestID>: Money] = [:]
  var requestOf: [Of<AttemptID>: RequestID] = [:]
  let collector: Collector
  var attemptTruths = Buffer<AttemptTruth>()
  var tally: DriverTally

  /// How often each request's answer was closed.
  var finished: [Of<RequestID>: Int] = [:]
  /// Answers that began twice, or after their end; bodies released that were not kept.
  var complaints: [String] = []
  var begun = Set<Of<RequestID>>()
  var bodies = Set<Of<BodyID>>()

  init(_ world: World, wire: Wire = Wire()) throws {
    let plan = try world.plan()
    self.world = world
    self.wire = wire
    noise = world.chance.key(.exploration)
    replicas = world.replicas
    gateways = .allocate(capacity: replicas)
    for replica in 0..<replicas {
      (gateways + replica).initialize(
        to: Gateway(plan, replica: ReplicaID(replica), chance: world.chance))
    }
    storeOf = Array(repeating: nil, count: replicas)
    cacheOf = Array(repeating: nil, count: replicas)
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
    for replica in 0..<replicas {
      connect(replica, toStoreOf: plan)
      connect(replica, toCacheOf: plan)
      remember(replica)
    }
    for (place, arrival) in arrivals.enumerated() { schedule(.arrival(place), at: arrival.at) }
    for (place, fault) in world.gatewayFaults.enumerated() { schedule(.fault(place), at: fault.at) }
  }

  deinit {
    gateways.deinitialize(count: replicas)
    gateways.deallocate()
  }

  /// How many requests the replicas still hold, and how many reports came too late.
  var held: Int { (0..<replicas).reduce(0) { $0 + gateways[$1].held } }
  var late: Int { (0..<replicas).reduce(0) { $0 + gateways[$1].lateReports } }

  /// Runs until nothing is left to happen, or until the world ends.
  ///
  /// Connections that hang are closed last of all if `hangsUp`; else they stay open.
  func run(hangsUp: Bool = true) -> RunResult {
    while true {
      // Polls alone would go on for ever.
      guard let next = hasOnlyPolls(hangsUp) ? nil : pending.popLast(), next.at <= world.end else {
        let hanging = hangsUp ? exchanges.indices.filter { exchanges[$0].isOpen } : []
        if hanging.isEmpty { break }
        for exchange in hanging { close(exchange, .connection) }
        continue
      }
      now = next.at
      happen(next.what)
    }
    // What is on its way to a store when the world ends arrives then.
    for entry in pending.reversed() {
      if case .storeReport(let letter) = entry.what { storeHears(letter) }
    }
    handOver()
    tally.sideCalls.close(at: now, open: tally.sideCalls.entered - tally.sideCalls.left, ages: 0)
    let waits = open.values.map { Int128($0.nanoseconds(to: now)) }
    tally.requests.close(at: now, open: waits.count, ages: waits.reduce(0, +))
    for place in tally.deployments.indices {
      let ages = exchanges.filter { $0.isOpen && Int($0.deployment.index) == place }
        .map { Int128($0.started.nanoseconds(to: now)) }
      tally.deployments[place].close(at: now, open: ages.count, ages: ages.reduce(0, +))
    }
    return collector.close(tally)
  }

  private func happen(_ what: Happening) {
    switch what {
    case .arrival(let place): arrive(place)
    case .firstByte(let exchange):
      guard exchanges[exchange].isOpen else { return }
      exchanges[exchange].sawFirstByte = true
      send(.firstToken(exchanges[exchange].attempt), to: exchanges[exchange].replica)
    case .response(let exchange):
      guard exchanges[exchange].isOpen else { return }
      let promise = exchanges[exchange].promise
      end(exchange, promise.outcome, promise.retryAfter, promise.usage, promise.bill)
    case .deadline(let exchange): deadline(exchange)
    case .alarm(let place, let setting):
      guard let timer = timers[place], timer.setting == setting else { return }
      timers[place] = nil
      // Where nothing is open and nothing will come there is nothing to look at.
      if place.kind == .poll, isQuiet { return }
      send(.timerFired(timer.id), to: place.replica)
    case .sideAnswer(let place): answer(place)
    case .patience(let request):
      if finished[request] == nil { send(.abandoned(request.its), to: request.replica) }
    case .report(let report): deliver(report.its, to: report.replica)
    case .storeReport(let letter): storeHears(letter)
    case .posted(let letter): cacheKeeps(letter)
    case .rumour(let rumour): spread(rumour)
    case .lesson(let lesson): spread(lesson)
    case .memories(let reader): readMemories(reader)
    case .fault(let place): befall(world.gatewayFaults[place])
    }
  }

  /// A call belongs to the replica that its number says.
  private func arrive(_ place: Int) {
    var request = arrivals[place].request
    let patience = request.deadline
    request.deadline = .distantFuture
    request.number = arrived
    arrived += 1
    tally.requests.enter(at: now)
    let replica = Int(request.call.bits % UInt64(replicas))
    let id = Of(replica, gateways[replica].arrived(request, at: now, into: &output))
    truths[id] = arrivals[place].truth
    open[id] = now
    if patience != .distantFuture { schedule(.patience(id), at: patience) }
    carryOut(replica)
  }

  /// Whether every request is over, and none will come.
  var isQuiet: Bool {
    arrived == arrivals.count && tally.requests.entered == tally.requests.left
  }

  /// Whether nothing but polls is left, of which nothing can follow any more.
  private func hasOnlyPolls(_ hangsUp: Bool) -> Bool {
    (isQuiet || hangsUp && exchanges.contains(where: \.isOpen))
      && pending.allSatisfy {
        if case .alarm(let place, _) = $0.what { place.kind == .poll } else { false }
      }
  }

  func schedule(_ what: Happening, at instant: Instant, late: Bool = false) {
    let entry = Entry(at: max(now, instant), rank: what.rank(late: late), order: order, what: what)
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

extension SlowWire.Of: Equatable where Its: Equatable {}
extension SlowWire.Of: Hashable where Its: Hashable {}
