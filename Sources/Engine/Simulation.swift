import Chance
import GatewayCore
import Providers
import Traffic
import Vocabulary

/// One run: the gateway core in virtual time between simulated clients and simulated providers.
///
/// The loop reads as the sentence: take the earliest event, tell the gateway, carry out its
/// commands. Everything that a gateway cannot see (bills, incidents, true lengths) stays on this
/// side.
public struct Simulation: ~Copyable {
  /// What the driver keeps about an attempt in flight.
  struct Flight: BitwiseCopyable {
    var promise: Promise
    var started: Instant
    var total: Instant
    var firstTokenDeadline: Instant
    var idle: Int64
    var sequence: UInt64
    var attempt: AttemptID
    var requestSlot: UInt32
    var deployment: DeploymentID
    var streams: Bool
    var sawFirstToken: Bool
    var isLive: Bool
  }

  /// What the driver keeps about a request.
  struct Call: BitwiseCopyable {
    var key: CallKey
    var truth: Truth
    var bill: Money
    var arrived: Instant
    var timers: RequestTimers
    var patience: UInt64
    var incidents: UInt32
    var inputTokens: UInt32
    var outputCap: UInt32
    var tried: SIMD16<UInt16>
    var attempts: UInt8
    var client: Int32
    var generation: UInt32
    var streams: Bool
    var priority: UInt8 = 0
    var conversation: UInt64 = 0
    var prefix = PrefixHandle.none
    var repeats: Bool
    var isOpen: Bool
    /// Whether the client comes back with another try of the same call.
    var isTriedAgain = false
    var isDegraded = false
    var body: UInt128 = 0
  }

  /// Records or notes that are handed on together: as many as the nearest caches hold until the
  /// measures have read them.
  static var flushed: Int { 192 }

  /// What is on its way to replicas.
  struct Delivery: BitwiseCopyable {
    enum News: BitwiseCopyable {
      case delta(Delta)
      case lesson(Lesson)
      /// All that the central store remembers.
      case memories
    }

    var news: News
    var sender: ReplicaID
    /// Who alone is to hear it; `nil` for all but the sender.
    var reader: Int?
  }

  /// What a replica has decided, as the central store holds it.
  struct Verdict: BitwiseCopyable {
    var delta: Delta
    var sender: ReplicaID
  }

  let plan: RunPlan
  let replicas: Int
  let sink: any Sink
  var gateways: UnsafeMutablePointer<Gateway>
  var clients: [any Client]
  /// The next arrivals of each client, `batch` places each.
  let arrivals: UnsafeMutablePointer<Arrival>
  /// Where each client stands in its places.
  var stands = Buffer<Stand>()
  let bounds: Bool
  /// Whether any client wants to know how its calls ended.
  let someListen: Bool
  /// What each request of a client that listens arrived with, by the place of its call; empty if
  /// none listens.
  var asked = Buffer<Arrival>()
  /// The arrivals that follow from answers.
  var returning = Buffer<Returning>()
  var freeReturning = Buffer<UInt32>()
  /// Whether a policy goes on with broken streams where they broke off.
  let continues: Bool
  var fleet: ProviderFleet
  /// Where the pieces of prompts lie; `nil` if no stream tells them.
  let prefixes: PrefixArena?
  var promised = ProviderOutput()
  /// When each deployment with a queue is to be woken; `distantFuture` if it is not.
  var wakes = Buffer<Instant>()
  var output: Output
  var attemptTruths = Buffer<AttemptTruth>(capacity: 1024)
  var requestTruths = Buffer<RequestTruth>(capacity: 1024)
  var sideTruths = Buffer<SideCallTruth>(capacity: 64)
  var queue = EventQueue()
  /// The next arrival of each client: apart from the rest, so that the usual few streams cost a
  /// comparison and not a way through the heap.
  var upcoming = EventQueue(capacity: 8)
  var sequence: UInt64 = 0
  var now = Instant.start
  var number: UInt64 = 0
  var flights = Buffer<Flight>(capacity: 1024)
  var calls = Buffer<Call>(capacity: 1024)
  var stations = Buffer<StationTally>()
  /// The polls of each replica, 256 each; empty until the first is set.
  var polls = Buffer<UInt64>()
  var queuedPolls = 0
  /// Which answers are wrong by themselves; `nil` if no deployment says.
  let mistakes: Mistakes?
  let services: SideServices
  let embeddings: EmbeddingSource
  let vector: UnsafeMutableBufferPointer<Float>
  /// Which question each answer in a cache answers; kept if a cache goes by meaning.
  var questions = BodyQuestions()
  var asksMeaning: Bool
  var sides = Buffer<SideFlight>()
  var freeSides = Buffer<UInt32>()
  /// The central stores of counters, and which one serves each replica; -1 for none.
  var stores: [LimitStore] = []
  var storeOf: [Int]
  /// When each replica takes calls again, and how it is away until then.
  var gaps: [Gap]
  /// Whether any replica is ever away.
  var someLeave = false
  /// Whether the request that is being kept has been counted when it knocked.
  var isTurnedAway = false
  /// The caches that replicas share, and which one serves each replica; -1 for none.
  var caches: [CacheStore] = []
  var cacheOf: [Int]
  /// The number of the next body in one of them, and what a look that is being answered has found.
  var nextBody: UInt64 = 1
  var found = (body: BodyID(bits: 0), cluster: UInt32(0))
  let chance: Chance
  var letters = Places<Letter>()
  var deliveries = Places<Delivery>()
  /// The verdicts that a central store holds.
  var shelf: [Verdict] = []
  /// What a central store remembers of sticky tables, retry budgets and strategies, a policy each.
  var memories: [StateStore] = []
  var seen: FingerprintSet?
  var tally: DriverTally
  /// Events handled so far.
  public private(set) var events = 0

  /// A run that has not begun.
  /// - Parameter prefixes: where the clients put the pieces of their prompts.
  public init(
    _ plan: RunPlan, clients: [any Client], chance: Chance, sink: any Sink,
    prefixes: PrefixArena? = nil
  ) {
    self.prefixes = prefixes
    self.plan = plan
    self.clients = clients
    self.sink = sink
    replicas = max(1, plan.replicas)
    gateways = .allocate(capacity: replicas)
    for index in 0..<replicas {
      (gateways + index).initialize(
        to: Gateway(plan.gateway, replica: ReplicaID(index), chance: chance))
    }
    // One place more, for the arrival that follows from an answer.
    arrivals = .allocate(capacity: clients.count * Simulation.batch + 1)
    arrivals.initialize(repeating: .blank, count: clients.count * Simulation.batch + 1)
    for client in clients.indices {
      stands.append(Stand(place: client * Simulation.batch, listens: clients[client].listens))
    }
    stations.fill(upTo: plan.fleet.deployments.count, with: StationTally())
    wakes.fill(upTo: plan.fleet.deployments.count, with: .distantFuture)
    fleet = ProviderFleet(plan.fleet, chance: chance, measured: plan.measured, prefixes: prefixes)
    mistakes = Mistakes(plan.fleet, chance: chance)
    services = SideServices(plan.services, chance: chance)
    embeddings = EmbeddingSource(chance: chance, meanings: plan.services.meanings)
    vector = .allocate(capacity: EmbeddingSource.dimensions)
    vector.initialize(repeating: 0)
    asksMeaning = plan.gateway.semantic != nil
    output = Output(explaining: plan.explained)
    tally = DriverTally(deployments: plan.fleet.deployments.count)
    bounds = !plan.bounds.isEmpty
    someListen = clients.contains { $0.listens }
    if someListen { tally.calls = StationTally() }
    continues =
      plan.gateway.continuesStreams
      || plan.gatewayFaults.contains {
        if case .reload(let other) = $0.kind { other.continuesStreams } else { false }
      }
    seen = bounds ? FingerprintSet() : nil
    storeOf = Array(repeating: -1, count: replicas)
    cacheOf = Array(repeating: -1, count: replicas)
    self.chance = chance
    gaps = Array(repeating: Gap(), count: replicas)
    for replica in 0..<replicas { connect(replica, by: plan.gateway) }
  }

  deinit {
    gateways.deinitialize(count: replicas)
    gateways.deallocate()
    vector.deallocate()
    arrivals.deallocate()
  }

  /// Runs to the end and hands every record to the sink.
  ///
  /// - Parameter progress: Told the virtual time now and then; stops the run by returning `false`.
  /// - Returns: What the driver counted by itself, and how many reports were late.
  public mutating func run(
    progress: ((Instant, UInt64) -> Bool)? = nil
  ) throws(TrafficError) -> (tally: DriverTally, isWhole: Bool) {
    for client in clients.indices { try schedule(client) }
    scheduleFaults()
    var isWhole = true
    var reported = events
    while let bits = nextEvent() {
      let key = EventKey(bits: bits)
      if key.instant > plan.end {
        now = plan.end
        break
      }
      now = key.instant
      events &+= 1
      switch key.kind {
      case EventKey.Kind.arrival.rawValue: try arrive(key.slot)
      case EventKey.Kind.attemptEnd.rawValue: try attemptEnds(key)
      case EventKey.Kind.firstToken.rawValue: try firstToken(key)
      case EventKey.Kind.deadline.rawValue: try deadline(key)
      case EventKey.Kind.backoff.rawValue: try timer(.backoff, key)
      case EventKey.Kind.hedge.rawValue: try timer(.hedge, key)
      case EventKey.Kind.queue.rawValue: try timer(.queue, key)
      case EventKey.Kind.poll.rawValue: try poll(key)
      case EventKey.Kind.patience.rawValue: try patience(key)
      case EventKey.Kind.sideCallEnd.rawValue, EventKey.Kind.sideCallDeadline.rawValue:
        try sideCallEnds(key)
      case EventKey.Kind.delta.rawValue: try deliver(key.slot)
      case EventKey.Kind.letter.rawValue: try receive(key.slot)
      case EventKey.Kind.gatewayFault.rawValue: try gatewayFault(key.slot)
      case EventKey.Kind.comeback.rawValue: try comeBack(key.slot)
      default: wake(key)
      }
      if output.attempts.count >= Simulation.flushed || output.requests.count >= Simulation.flushed
        || output.notes.count >= Simulation.flushed
      {
        flush()
        // Seldom: telling costs a retain.
        guard events &- reported >= 2048 else { continue }
        reported = events
        if let progress, !progress(now, number) {
          isWhole = false
          break
        }
      }
    }
    deliverReports()
    flush()
    close()
    return (tally, isWhole)
  }

  /// Takes the earliest event of all, if there is one.
  @inline(__always)
  mutating func nextEvent() -> UInt128? {
    if upcoming.isEmpty {
      if queue.count == queuedPolls, isOver { return nil }
      return queue.isEmpty ? nil : queue.pop()
    }
    if queue.isEmpty || upcoming.first < queue.first { return upcoming.pop() }
    return queue.pop()
  }
}
