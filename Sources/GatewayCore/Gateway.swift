import Chance
import Vocabulary

/// One replica of an AI gateway: events in, commands out.
///
/// It routes, limits, caches, fails over and counts cost, and does nothing else: it reads no clock,
/// performs no I/O and draws chance only from what it was given. A simulator drives it in virtual
/// time, a server drives the very same type in real time; nothing in it knows which.
///
/// Overview: `arrived` walks identify → admit and cache → route → first attempt; `handle` goes on
/// from whatever the driver reports. A request lives in a slot from its arrival until its last
/// attempt has settled; then its record is written and the slot is used again under the next
/// generation. An id of an earlier generation is dropped and counted.
/// - Complexity: per event O(depth of the route + candidates looked at); no allocation in steady
///   state.
public struct Gateway: ~Copyable {
  let plan: GatewayPlan
  let replica: ReplicaID
  let chance: Chance
  let routingKey: ChanceKey
  let jitterKey: ChanceKey
  let splitKey: ChanceKey
  let sheets: [PriceSheet]
  /// Whether any sheet is bent by a curve.
  let hasCurves: Bool
  var curves: CurveBook
  let limitsSettle: Bool
  var slots: Slab<Pending>
  var flights: Slab<Flight>
  var limits: LimitChain
  var concurrency: ConcurrencyBank
  /// Whether requests, and whether attempts at deployments, are limited while in flight.
  let limitsRequests: Bool
  let limitsFlights: Bool
  let concurrencyKey: ChanceKey
  let queues: Bool
  /// Whether anything may keep a request from being admitted as it arrives.
  let judgesArrivals: Bool
  var queue: AdmissionQueue
  /// The first line of each entry of the chain of limits, and of what is in flight; and of each
  /// entry of those that a central store judges.
  let lines: [UInt32]
  let centralLines: [UInt32]
  let coalesces: Bool
  var coalescing: CoalescingTable
  /// Followers that are to go on by themselves.
  var promoted = Buffer<RequestID>(capacity: 1)
  /// Whether lines are stirred or followers promoted: done when the event has been dealt with.
  var hasDue = false
  /// Limits of deployments and models; whether there are any.
  var attemptLimits: LimitChain
  var limitsAttempts: Bool
  /// Limits that a central store judges: which of them concern a request, and whether there are any.
  var central: LimitChain
  let asksStore: Bool
  var centralAttempts: LimitChain
  let asksBeforeAttempts: Bool
  /// Those that the replica judges while the store is silent.
  var standIns: LimitChain
  var attemptStandIns: LimitChain
  /// Whether other replicas tell of their charges.
  let hearsLimits: Bool
  /// Whether answers are kept by fingerprint at all; whether the replica does so itself.
  let keepsExact: Bool
  let caches: Bool
  /// Whether a cache that replicas share is asked: after admission, or before.
  let looksOutside: Bool
  let looksFirst: Bool
  /// Whether an expired answer may stand in for a route that has failed.
  let servesStale: Bool
  var cache: ExactCache
  /// Whether there is a semantic cache.
  let understands: Bool
  /// Whether replicas share it.
  let sharesMeanings: Bool
  var semantic: SemanticCache
  var strategies: [any Strategy]
  /// Which strategies observe: asking one of them would copy it.
  let observing: [Bool]
  /// How each strategy tells what it learns, `nil` if it does not; how many children it has; how much
  /// it has heard; and whether any tells.
  let lessonWays: [Delta.Way?]
  let childCounts: [UInt8]
  let learnsFromStarts: [Bool]
  var lessonsHeard: [Int64]
  let teaches: Bool
  let watchers: RemoteWatchers
  /// Since when the strategies, and the limits, have counted what others tell.
  var strategiesSince = Instant.distantPast
  var limitsSince = Instant.distantPast
  /// Why candidates have been left out so far.
  var removals = RemovalsSeen()
  /// Where sticky nodes have pinned their keys; whether there are any.
  var pins: [PinTable]
  /// How each tells of its pins; `nil` if it does not.
  let pinWays: [Delta.Way?]
  let remembers: Bool
  /// Whether any threshold wants scores, and whether aliases lead to each other in a circle.
  let wantsScores: Bool
  let hasCycles: Bool
  /// The latest scores of each threshold.
  var samples: [ScoreSample]
  var breakers: [CircuitBreaker]
  /// The budgets of nodes and, last, the policy's.
  var budgets: [any RetryBudget]
  /// The place of the policy's budget; -1 if it has none.
  let policyBudget: Int16
  let nodeBudgets: Bool
  let budgetsObserve: Bool
  /// Which of them count first attempts, which watch how attempts end; how each tells what it counts, `nil` if it does not; how
  /// much it has heard; and whether any tells.
  let budgetsCounting: [Bool]
  let budgetsWatching: [Bool]
  let budgetWays: [Delta.Way?]
  var budgetsHeard: [Int64]
  let tellsBudgets: Bool
  let hedges: Bool
  let restartsStreams: Bool
  let checksFinish: Bool
  let learns: Bool
  /// What is observed: each rule at each deployment.
  var clocks: [ObservedQuantile]
  /// Whether anything but breakers takes deployments out.
  let ejects: Bool
  /// Whether any of them only puts deployments last.
  let demotes: Bool
  var ejections: [any Ejection]
  var ejected: EjectionTable
  /// What each ejection says of itself: asking it would copy it.
  let reasons: [UInt16]
  let restoresCold: [Bool]
  let intervals: [Int64]
  /// Whose attempts each ejection judges by.
  let ejectionStates: [GuardState]
  /// How outcomes are told to other replicas, and whether they are.
  let outcomeWays: [Delta.Way]
  let tellsOutcomes: Bool
  /// When each ejection sweeps next; `distantFuture` if no timer is set.
  var sweeps: [Instant]
  /// When the replica was started.
  var began = Instant.start
  var nextBody: UInt64 = 1
  /// Reports that were dropped because their id was old or unknown.
  public internal(set) var lateReports = 0

  /// A replica that has seen nothing.
  public init(_ plan: GatewayPlan, replica: ReplicaID = ReplicaID(0), chance: Chance) {
    self.plan = plan
    self.replica = replica
    self.chance = chance
    routingKey = chance.key(.routing)
    jitterKey = chance.key(.jitter)
    splitKey = chance.key(.split)
    sheets = plan.deployments.map(\.sheet)
    hasCurves = plan.deployments.contains { $0.curve != nil }
    curves = CurveBook(plan.deployments)
    limits = LimitChain(plan, .admission)
    attemptLimits = LimitChain(plan, .attempts)
    standIns = LimitChain(plan, .standIns)
    central = LimitChain(plan, .central)
    asksStore = !central.isEmpty
    centralAttempts = LimitChain(plan, .centralAttempts)
    asksBeforeAttempts = !centralAttempts.isEmpty
    attemptStandIns = LimitChain(plan, .attemptStandIns)
    hearsLimits = plan.gossips && plan.limits.contains { $0.state.scope == .gossiped }
    limitsAttempts = !attemptLimits.isEmpty
    limitsSettle = limits.settles
    concurrency = ConcurrencyBank(
      plan.concurrency, populations: plan.populations, deployments: plan.deployments.count)
    limitsRequests = concurrency.limitsRequests
    limitsFlights = concurrency.limitsDeployments
    concurrencyKey = chance.key(.concurrency)
    queues = plan.queue != nil
    // Not `||`: its autoclosure would capture `self` while that is half made, and a debug build by
    // Swift 6.3 then destroys fields that were never set.
    judgesArrivals = [
      limitsRequests, !limits.isEmpty, plan.queue != nil && plan.asksStore,
    ].contains(true)
    let starts = limits.bucketStarts
    lines = starts
    let ofConcurrency = starts[starts.count - 1] + UInt32(concurrency.bucketCount)
    centralLines = central.bucketStarts.map { $0 + ofConcurrency }
    queue = AdmissionQueue(
      plan.queue ?? .none,
      lines: plan.queue == nil ? 1 : Int(centralLines[centralLines.count - 1]),
      tenants: plan.queue?.tenants(in: plan.populations) ?? 1)
    coalesces = plan.coalescing != nil
    coalescing = CoalescingTable(plan.coalescing ?? .none)
    let cachePlan = plan.cache ?? .nothing
    let isShared = cachePlan.rule.state.isShared
    keepsExact = plan.cache != nil
    caches = plan.cache != nil && !isShared
    looksOutside = isShared && plan.order == .admitFirst
    looksFirst = isShared && plan.order == .cacheFirst
    sharesMeanings = plan.semantic?.rule.state.isShared ?? false
    servesStale =
      cachePlan.rule.staleOnError > 0 || (plan.semantic?.rule.staleOnError ?? 0) > 0
    cache = ExactCache(cachePlan, chance: chance)
    understands = plan.semantic != nil
    semantic = SemanticCache(plan.semantic ?? .nothing, draws: CacheDraws(chance))
    strategies = plan.tree.strategies
    observing = plan.tree.strategies.map(\.observes)
    lessonWays = plan.tree.strategies.map { plan.way(of: $0.scope) }
    childCounts = plan.tree.strategyChildCounts
    learnsFromStarts = plan.tree.strategies.map(\.learnsFromStarts)
    lessonsHeard = plan.tree.strategies.map { _ in 0 }
    teaches = plan.tree.strategies.contains { plan.way(of: $0.scope) != nil }
    budgets = plan.tree.budgets
    nodeBudgets = !plan.tree.budgets.isEmpty
    hedges = !plan.tree.hedges.isEmpty
    restartsStreams = plan.brokenStream.max > 0
    checksFinish = plan.finish != nil
    learns = !plan.tree.observed.isEmpty
    clocks = plan.tree.observed.flatMap { rule in
      plan.deployments.map { _ in ObservedQuantile(rule) }
    }
    if let budget = plan.retryBudget { budgets.append(budget) }
    let allBudgets = plan.allBudgets
    budgetsCounting = allBudgets.map(\.countsFirstAttempts)
    budgetsWatching = allBudgets.map(\.observes)
    budgetWays = allBudgets.map { plan.way(of: $0.scope) }
    budgetsHeard = allBudgets.map { _ in 0 }
    tellsBudgets = allBudgets.contains { plan.way(of: $0.scope) != nil }
    policyBudget = plan.retryBudget == nil ? -1 : Int16(plan.tree.budgets.count)
    budgetsObserve =
      plan.tree.budgets.contains { $0.observes } || (plan.retryBudget?.observes ?? false)
    watchers =
      plan.gossips
      ? RemoteWatchers(plan.tree, deployments: plan.deployments.count) : RemoteWatchers()
    pins = plan.tree.stickies.map { PinTable($0) }
    pinWays = plan.tree.stickies.map { plan.way(of: $0.scope) }
    remembers = !plan.tree.stickies.isEmpty
    wantsScores = !plan.tree.thresholds.isEmpty
    hasCycles = plan.tree.cycles.contains { $0 > 0 }
    samples = plan.tree.thresholds.map { ScoreSample(share: $0.strongShare, size: $0.sample) }
    breakers = plan.tree.breakers.map {
      let name = NameHash(plan.deployments[Int($0.deployment.index)].name)
      return CircuitBreaker($0.rule, draws: chance.key(.recovery, name: name))
    }
    ejects = !plan.ejections.isEmpty
    demotes = plan.ejections.contains { $0.demotes }
    let targets = plan.ejectionTargets
    ejections = plan.ejections.map {
      var ejection = $0
      ejection.prepare(for: targets, chance: chance)
      return ejection
    }
    ejected = EjectionTable(
      deployments: ejects ? targets.count : 0, demotes: plan.ejections.map(\.demotes))
    reasons = plan.ejections.map(\.reason.rawValue)
    restoresCold = plan.ejections.map(\.restoresCold)
    intervals = plan.ejections.map(\.interval)
    ejectionStates = plan.ejections.map(\.state)
    outcomeWays = plan.outcomeWays
    tellsOutcomes = !outcomeWays.isEmpty
    sweeps = plan.ejections.map { _ in .distantFuture }
    let blank = Request(call: CallKey(bits: 0), inputTokens: 0, alias: AliasID(0))
    slots = Slab(
      blank: Pending(
        request: blank,
        record: RequestRecord(arrival: blank, id: .none, at: .start, replica: replica),
        deadline: .distantFuture, tried: SIMD16(repeating: .max), nodes: SIMD8(repeating: 0),
        taken: SIMD8(repeating: 0), retries: SIMD8(repeating: 0), firstFailure: .succeeded,
        servedUsage: .none, spared: 0, generation: 0,
        attempt: AttemptID(slot: .max, generation: .max),
        depth: 0, inFlight: 0, state: .free, bypasses: false, excluded: 0,
        resumeLevel: 0, waits: 0, failed: false))
    flights = Slab(
      blank: Flight(
        record: AttemptRecord(
          request: 0, call: CallKey(bits: 0), arrived: .start, started: .start,
          deployment: .none, alias: AliasID(0), index: 0, ordinal: 0, reason: .first,
          replica: replica),
        path: SIMD8(repeating: 0), requestSlot: 0, generation: 0, breaker: -1, depth: 0,
        isProbe: false, isLive: false))
  }

  /// How many requests it holds.
  public var held: Int { slots.taken }

  /// How many earlier attempts of its call an attempt in flight had on its deployment.
  public func ordinal(of attempt: AttemptID) -> UInt8 { flights[attempt.slot].record.ordinal }

  /// The request that an attempt is made for, with what the driver needs to send it.
  public func request(inSlot slot: UInt32) -> Request { slots[slot].request }

  /// The id of the request that holds a slot now.
  public func id(ofSlot slot: UInt32) -> RequestID {
    RequestID(slot: slot, generation: slots[slot].generation)
  }

  /// Something has happened to a request or an attempt.
  public mutating func handle(_ event: Event, at now: Instant, into output: inout Output) {
    defer { if hasDue { doWhatIsDue(at: now, into: &output) } }
    switch event {
    case .attemptEnded(let id, let usage, let hint, let outcome):
      guard holds(id) else { return drop(id.slot, at: now, into: &output) }
      attemptEnded(id, outcome, hint, usage, at: now, into: &output)
    case .firstToken(let id):
      guard holds(id) else { return drop(id.slot, at: now, into: &output) }
      firstToken(id, at: now, into: &output)
    case .timerFired(let timer):
      fired(timer, at: now, into: &output)
    case .abandoned(let id):
      guard holds(id) else { return drop(id.slot, at: now, into: &output) }
      abandon(id, at: now, into: &output)
    case .sideCallEnded(let call, let succeeded, let value):
      guard holds(call) else { return drop(call.request.slot, at: now, into: &output) }
      sideCallEnded(call, succeeded, value, at: now, into: &output)
    case .received(let delta, from: let sender):
      if sender != replica { received(delta, from: sender, at: now, into: &output) }
    }
  }

  @inline(__always)
  func holds(_ id: RequestID) -> Bool {
    slots.holds(id.slot) && slots[id.slot].generation == id.generation
      && slots[id.slot].state != .free
  }

  @inline(never)
  private mutating func fired(_ timer: TimerID, at now: Instant, into output: inout Output) {
    switch timer.kind {
    case .backoff:
      if holds(timer.request), slots[timer.request.slot].state == .waiting,
        slots[timer.request.slot].waits == timer.number
      {
        return resume(timer.request.slot, at: now, into: &output)
      }
    case .poll: return polled(timer, at: now, into: &output)
    case .hedge:
      if awaitsHedge(timer) { return hedge(timer.request.slot, at: now, into: &output) }
    case .queue:
      if holds(timer.request), slots[timer.request.slot].state == .queued,
        slots[timer.request.slot].waits == timer.number
      {
        return waited(timer.request.slot, at: now, into: &output)
      }
    }
    drop(timer.request.slot, at: now, into: &output)
  }

  @inline(__always)
  func holds(_ id: AttemptID) -> Bool {
    flights.holds(id.slot) && flights[id.slot].generation == id.generation
      && flights[id.slot].isLive
  }

  @inline(never)
  mutating func drop(_ slot: UInt32, at now: Instant, into output: inout Output) {
    lateReports += 1
    output.notes.append(Note(.lateReport, at: now, value: Int64(slot), replica: replica))
  }

  /// Applies another replica's change: to its limits, to what guards deployments, to what sticky
  /// nodes and retry budgets remember, or to the strategies that count attempts in flight.
  @inline(never)
  private mutating func received(
    _ delta: Delta, from sender: ReplicaID, at now: Instant, into output: inout Output
  ) {
    switch delta.counter {
    case .inFlight: break
    case .limit: return heard(delta, at: now, into: &output)
    case .outcome, .opened, .ejected: return heardOfGuards(delta, at: now, into: &output)
    case .pin: return heardPin(delta, from: sender, at: now)
    case .budget: return heardBudget(delta, at: now)
    }
    // Of what had started before the strategies began neither start nor end counts: who has forgotten
    // a start would count its end for ever.
    guard delta.charged > strategiesSince else { return }
    for index in watchers.range(of: delta.deployment) {
      let place = watchers[index]
      guard observing[Int(place.strategy)] else { continue }
      strategies[Int(place.strategy)].remoteChanged(Int(place.child), by: Int(delta.change))
    }
  }
}
