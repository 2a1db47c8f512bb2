import Chance
import Vocabulary

/// A self-hosted deployment: replicas with continuous batching, whose times emerge from the load.
///
/// An attempt waits in a line until a replica has room in its batch and in its memory, has its prompt
/// computed, and then gets a token a step (`Replica`). It is promised in two parts: that the first
/// token is there, when it is, and the end, at the end. A withdrawn attempt gives its place back at
/// the end of the iteration. Faults of its own and errors of incidents answer at once and take no
/// place; an incident that stalls what is in flight stops the whole deployment.
/// - Complexity: O(log n + replicas) per change of a batch; nothing per token or iteration.
struct SelfHostedProvider: ~Copyable, Provider, @unchecked Sendable {
  let plan: ServingPlan
  let speed: SpeedLaw
  let demand: APIDemand
  var billing: Billing
  let cutBilling: CutBilling
  let quota: Int?
  let contextWindow: UInt32
  var exposure: Exposure
  let weather: ServingWeather
  /// The incidents that break connections when they begin, in order.
  let breaks: [Strike]

  let replicas: UnsafeMutablePointer<Replica>
  let count: Int
  let lines: UnsafeMutablePointer<KeyHeap>
  let waiting: UnsafeMutablePointer<Int>
  var jobs = Buffer<ServingJob>()
  var free = Buffer<UInt32>()
  var slotOfFlight = Buffer<UInt32>()
  var number: UInt64 = 0
  var inHand = 0
  var place = 0
  var slow = 1.0
  var usable = Int.max
  var nextBreak = 0
  var autoscaler: Autoscaler?
  var capacity: CapacityIntegral
  var ended = Buffer<UInt32>()
  var begun = Buffer<UInt32>()
  var dropped = Buffer<UInt32>()
  /// Changes of batches so far.
  private(set) var changes = 0

  /// Faults that it shares, or that come and go.
  var faults: [FaultState]

  init(
    _ deployment: DeploymentPlan, _ plan: ServingPlan, incidents: [IncidentPlan],
    faults: [FaultProcess] = [], chance: Chance, measured: Range<Instant>
  ) {
    self.faults = FaultState.all(faults, at: deployment, chance: chance)
    self.plan = plan
    speed = SpeedLaw(plan.speed)
    demand = APIDemand(deployment, chance: chance)
    billing = Billing(deployment)
    cutBilling = deployment.cut
    quota = deployment.quota
    contextWindow = deployment.contextWindow.map { UInt32(clamping: $0) } ?? .max
    exposure = Exposure(deployment, incidents: incidents, chance: chance)
    weather = ServingWeather(exposure.strikes)
    breaks = exposure.strikes.filter { $0.incident.inFlight == .break }
    count = plan.mostReplicas
    replicas = .allocate(capacity: count)
    lines = .allocate(capacity: count)
    waiting = .allocate(capacity: count)
    waiting.initialize(repeating: 0, count: count)
    for place in 0..<count {
      (replicas + place).initialize(to: Replica())
      (lines + place).initialize(to: KeyHeap())
      if place < plan.replicas { replicas[place].state = .ready }
    }
    autoscaler = plan.autoscaling.map(Autoscaler.init)
    capacity = CapacityIntegral(measured, units: max(0, plan.replicas))
  }

  deinit {
    replicas.deinitialize(count: count)
    replicas.deallocate()
    lines.deinitialize(count: count)
    lines.deallocate()
    waiting.deallocate()
  }

  // MARK: Attempts

  mutating func start(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas,
    into output: inout ProviderOutput
  ) {
    let begin = now.nanoseconds
    if inHand == 0 { catchUp(to: begin) }
    let whole = demand.usage(of: attempt)
    let prompt = Int64(whole.inputTokens)
    let need = need(attempt, whole)
    var course = alone(whole, from: begin)
    var isAdmitted = true
    if let quota {
      let asked = demand.permits(for: attempt, whole)
      switch quotas.states[quota].judge(asked, at: now) {
      case .admitted: break
      case .refused(let retryAfter):
        isAdmitted = false
        course.refuse(after: quotas.states[quota].answers, retryAfter)
      case .spent:
        isAdmitted = false
        course.refuseSpent(after: quotas.states[quota].answers)
      }
    }
    if whole.inputTokens > contextWindow || need > plan.memory {
      course.meet(.contextWindow, .after(Fault.usualDelay), detail: 0)
    }
    if isAdmitted {
      demand.meetFault(attempt, &course)
      if !faults.isEmpty { faults.meet(attempt, at: begin, &course) }
    }
    if !exposure.isCalm(at: begin) {
      exposure.strike(attempt, at: begin, isAdmitted: isAdmitted, &course)
    }
    let line = line(for: begin)
    if course.outcome.isSuccess, waiting[line] >= plan.queue, !hasRoom(line, need) {
      course.meet(
        .status(plan.fullStatus), .after(plan.answers), plan.retryAfter, detail: 0)
    }
    guard course.outcome.isSuccess else {
      return output.promises.append(refusal(attempt, whole, course, startedAt: begin))
    }
    let slot = takeSlot()
    jobs[slot] = ServingJob(
      place: .waiting, flight: attempt.flight, number: number, home: Int32(line),
      streams: attempt.streams, priority: attempt.priority,
      toPrefill: max(1, prompt - Int64(whole.cachedInputTokens)), prompt: prompt,
      output: Int64(whole.outputTokens), need: need, begin: begin, incidents: course.incidents,
      ordinal: attempt.ordinal, call: attempt.call, usage: whole, isDegraded: course.isDegraded)
    number &+= 1
    inHand += 1
    slotOfFlight.fill(upTo: Int(attempt.flight) + 1, with: .max)
    slotOfFlight[Int(attempt.flight)] = UInt32(slot)
    queue(slot, line)
    if let quota {
      quotas.states[quota].expect(
        QuotaDemand(whole), reserved: demand.permits(for: attempt, whole), from: now,
        at: Instant(nanoseconds: course.end))
    }
    dispatch(line, at: begin)
  }

  mutating func cancel(flight: UInt32, at now: Instant, into output: inout ProviderOutput) {
    guard let slot = slot(of: flight) else { return }
    slotOfFlight[Int(flight)] = .max
    leave(slot, at: now.nanoseconds)
  }

  mutating func cut(_ promise: Promise, started: Instant, at now: Instant) -> (
    usage: Usage, bill: Money
  ) {
    guard let slot = slot(of: promise.flight) else {
      if promise.outcome.isSuccess { return (.none, .zero) }
      return billing.cut(promise, cut: cutBilling, started: started, at: now)
    }
    if jobs[slot].place == .waiting { return (.none, .zero) }
    var usage = jobs[slot].usage
    if cutBilling != .full {
      usage.outputTokens = UInt32(clamping: made(slot, at: now.nanoseconds))
    }
    if cutBilling == .nothing { return (usage, .zero) }
    return (usage, billing.charge(usage, startedAt: jobs[slot].begin))
  }

  mutating func isWell(_ attempt: AttemptStart, at now: Instant) -> Bool {
    let begin = now.nanoseconds
    var course = alone(demand.usage(of: attempt), from: begin)
    demand.meetFault(attempt, &course)
    if !faults.isEmpty { faults.meet(attempt, at: begin, &course) }
    if !exposure.isCalm(at: begin) {
      exposure.strike(attempt, at: begin, isAdmitted: true, &course)
    }
    let line = line(for: begin)
    return course.outcome.isSuccess && waiting[line] < plan.queue
  }

  /// Alone on a replica, its prompt as cached as can be.
  mutating func floor(
    _ attempt: AttemptStart, from: Instant, until: Instant
  ) -> (bill: Money, nanoseconds: Int64) {
    let whole = demand.usage(of: attempt)
    let fresh = Int64(whole.inputTokens) - Int64(whole.cachedInputTokens)
    let prefill = speed.prefillTime(0) + speed.leastPerPromptToken * Double(max(0, fresh))
    let decode = speed.decodeAlone(
      prompt: Int64(whole.inputTokens), output: Int64(whole.outputTokens))
    return (billing.least(for: whole), Int64(prefill + decode))
  }

  // MARK: Time

  var nextWake: Instant {
    guard inHand > 0 else { return .distantFuture }
    var next = weather.end(of: place)
    for place in 0..<count {
      next = min(next, min(replicas[place].next, replicas[place].readyAt))
    }
    if let autoscaler { next = min(next, autoscaler.next) }
    if nextBreak < breaks.count { next = min(next, breaks[nextBreak].from) }
    return Instant(nanoseconds: next)
  }

  mutating func wake(at now: Instant, into output: inout ProviderOutput) {
    let now = now.nanoseconds
    if inHand == 0 { return }
    if weather.end(of: place) <= now { changeWeather(at: now, into: &output) }
    while nextBreak < breaks.count, breaks[nextBreak].from <= now {
      strike(breaks[nextBreak], at: now, into: &output)
      nextBreak += 1
    }
    scale(until: now)
    for place in 0..<count where replicas[place].next <= now {
      change(place, at: now, into: &output)
    }
  }

  /// ∫ replicas dt over the measured stretch, in replica-nanoseconds: what is paid for.
  mutating func unitNanoseconds(until end: Instant) -> Int128 {
    if inHand == 0 { catchUp(to: end.nanoseconds) }
    return capacity.total(until: end.nanoseconds)
  }

  /// Lets a replica go on to its next phase.
  private mutating func change(_ place: Int, at now: Int64, into output: inout ProviderOutput) {
    changes += 1
    replicas[place].finishPhase(at: now, &jobs, ended: &ended, begun: &begun, dropped: &dropped)
    for index in 0..<begun.count {
      let slot = Int(begun[index])
      guard jobs[slot].streams else { continue }
      output.promises.append(promise(slot, end: .distantFuture))
    }
    for index in 0..<ended.count {
      let slot = Int(ended[index])
      output.promises.append(promise(slot, end: Instant(nanoseconds: now)))
      slotOfFlight[Int(jobs[slot].flight)] = .max
      dropped.append(UInt32(slot))
    }
    begun.removeAll()
    ended.removeAll()
    pull(place, at: now)
    replicas[place].planPhase(
      at: now, &jobs, speed, plan.mixing, slow: slow, dropped: &dropped)
    for index in 0..<dropped.count { freeSlot(Int(dropped[index])) }
    dropped.removeAll()
    if replicas[place].state == .draining, replicas[place].assigned == 0 { turnOff(place, at: now) }
  }

  /// What is known of a job: its first token, or its end and its bill.
  mutating func promise(_ slot: Int, end: Instant) -> Promise {
    let job = jobs[slot]
    var promise = Promise(
      flight: job.flight, outcome: .succeeded, incidents: job.incidents,
      isDegraded: job.isDegraded, firstToken: Instant(nanoseconds: job.firstToken), end: end,
      usage: job.usage)
    if end != .distantFuture { promise.bill = billing.charge(job.usage, startedAt: job.begin) }
    return promise
  }
}
