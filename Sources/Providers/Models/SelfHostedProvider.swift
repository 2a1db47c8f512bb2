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
  let entrance: Entrance
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
  var preempted = Buffer<UInt32>()
  /// What incidents hold up before it comes to a line.
  var arriving = KeyHeap()
  var nextArrival = Int64.max
  /// How the speed wanders, and when it does next.
  var grid: PaceGrid?
  var nextDrift = Int64.max
  /// Changes of batches so far.
  private(set) var changes = 0

  /// Faults that it shares, or that come and go.
  var faults: [FaultState]

  init(
    _ deployment: DeploymentPlan, _ plan: ServingPlan, incidents: [IncidentPlan],
    faults: [FaultProcess] = [], account: AccountLedger? = nil, chance: Chance,
    measured: Range<Instant>
  ) {
    self.faults = FaultState.all(faults, at: deployment, chance: chance)
    self.plan = plan
    speed = SpeedLaw(plan.speed)
    demand = APIDemand(deployment, chance: chance)
    billing = Billing(deployment, account: account)
    cutBilling = deployment.cut
    entrance = Entrance(deployment)
    exposure = Exposure(deployment, incidents: incidents, chance: chance)
    weather = ServingWeather(exposure.strikes)
    breaks = exposure.strikes.filter { $0.incident.inFlight == .break }
    count = plan.mostReplicas
    replicas = .allocate(capacity: count)
    lines = .allocate(capacity: count)
    waiting = .allocate(capacity: count)
    waiting.initialize(repeating: 0, count: count)
    for place in 0..<count {
      (replicas + place).initialize(to: Replica(place, plan))
      (lines + place).initialize(to: KeyHeap())
      if place < plan.replicas { replicas[place].state = .ready }
    }
    autoscaler = plan.autoscaling.map(Autoscaler.init)
    capacity = CapacityIntegral(measured, units: max(0, plan.replicas))
    if let drift = plan.drift {
      var pace = LatencyPlan.none
      pace.drift = drift
      grid = PaceGrid(pace, deployment: deployment, chance: chance)
    }
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
    let delay = exposure.isCalm(at: begin) ? 0 : exposure.delay(at: begin)
    var course = alone(whole, from: begin, after: delay)
    let isAdmitted = entrance.admit(
      attempt, whole, demand, fits: need <= plan.memory, at: now, quotas: &quotas, &course)
    if isAdmitted {
      demand.meetFault(attempt, &course)
      if !faults.isEmpty { faults.meet(attempt, at: begin, &quotas, &course) }
    }
    if !exposure.isCalm(at: begin) {
      exposure.strike(attempt, at: begin, isAdmitted: isAdmitted, &course)
    }
    let line = line(for: begin)
    if course.outcome.isSuccess, waiting[line] >= plan.queue,
      !hasRoom(line, plan.preempts ? prompt + 1 : need, at: begin)
    {
      course.meet(
        .status(plan.fullStatus), .after(plan.answers), plan.retryAfter, detail: 0)
    }
    guard course.outcome.isSuccess else {
      let refusal = refusal(attempt, whole, course, startedAt: begin)
      if isAdmitted {
        entrance.expect(
          attempt, whole, demand, refusal.usage, refusal.bill, from: now, at: refusal.end,
          quotas: &quotas)
      }
      return output.promises.append(refusal)
    }
    let slot = takeSlot()
    jobs[slot] = ServingJob(
      place: delay > 0 ? .delayed : .waiting, flight: attempt.flight, number: number,
      home: Int32(line),
      streams: attempt.streams, priority: attempt.priority,
      toPrefill: max(1, prompt - Int64(whole.cachedInputTokens)), prompt: prompt,
      output: Int64(whole.outputTokens), need: plan.preempts ? prompt : need, begin: begin,
      incidents: course.incidents,
      ordinal: attempt.ordinal, call: attempt.call, usage: whole, isDegraded: course.isDegraded)
    number &+= 1
    inHand += 1
    slotOfFlight.fill(upTo: Int(attempt.flight) + 1, with: .max)
    slotOfFlight[Int(attempt.flight)] = UInt32(slot)
    entrance.expect(
      attempt, whole, demand, whole, .zero, from: now, at: .distantFuture, quotas: &quotas)
    faults.enter(attempt.flight, until: .distantFuture, &quotas)
    if delay > 0 {
      arriving.push(
        KeyHeap.key(rank: UInt64(begin + delay), number: jobs[slot].number, slot: slot))
      nextArrival = min(nextArrival, begin + delay)
    } else {
      queue(slot, line)
      dispatch(line, at: begin)
    }
  }

  /// An attempt has ended: its account with what is shared is closed.
  func close(
    _ flight: UInt32, _ usage: Usage, _ bill: Money, at now: Instant, quotas: inout Quotas
  ) {
    entrance.end(flight, usage, bill, at: now, quotas: &quotas)
    faults.leave(flight, &quotas)
  }

  mutating func cancel(flight: UInt32, at now: Instant, into output: inout ProviderOutput) {
    guard let slot = slot(of: flight) else { return }
    slotOfFlight[Int(flight)] = .max
    leave(slot, at: now.nanoseconds)
  }

  mutating func cut(
    _ promise: Promise, started: Instant, at now: Instant, quotas: inout Quotas
  ) -> (usage: Usage, bill: Money) {
    let (usage, bill) = cut(promise, started: started, at: now)
    close(promise.flight, usage, bill, at: now, quotas: &quotas)
    return (usage, bill)
  }

  private mutating func cut(
    _ promise: Promise, started: Instant, at now: Instant
  ) -> (usage: Usage, bill: Money) {
    guard let slot = slot(of: promise.flight) else {
      if promise.outcome.isSuccess { return (.none, .zero) }
      return billing.cut(promise, cut: cutBilling, started: started, at: now)
    }
    if jobs[slot].place == .delayed || jobs[slot].place == .waiting && jobs[slot].made == 0 {
      return (.none, .zero)
    }
    var usage = jobs[slot].usage
    if cutBilling != .full {
      usage.outputTokens = UInt32(clamping: made(slot, at: now.nanoseconds))
    }
    if cutBilling == .nothing { return (usage, .zero) }
    return (usage, billing.charge(usage, startedAt: jobs[slot].begin))
  }

  mutating func isWell(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas
  ) -> Bool {
    let begin = now.nanoseconds
    var course = alone(demand.usage(of: attempt), from: begin)
    meetAll(attempt, at: begin, quotas: &quotas, &course)
    let line = line(for: begin)
    return course.outcome.isSuccess && waiting[line] < plan.queue
  }

  /// Lets an attempt meet the faults and incidents of `now`.
  private mutating func meetAll(
    _ attempt: AttemptStart, at now: Int64, quotas: inout Quotas, _ course: inout Course
  ) {
    demand.meetFault(attempt, &course)
    if !faults.isEmpty { faults.meet(attempt, at: now, &quotas, &course) }
    if !exposure.isCalm(at: now) {
      exposure.strike(attempt, at: now, isAdmitted: true, &course)
    }
  }

  /// What becomes of an attempt that meets nobody else.
  mutating func promiseAlone(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas
  ) -> Promise {
    let begin = now.nanoseconds
    let whole = demand.usage(of: attempt)
    let (prefill, decode) = timesAlone(whole)
    var course = Course(
      begin: begin, firstToken: begin + Int64(prefill), end: begin + Int64(prefill + decode),
      outputTokens: whole.outputTokens)
    meetAll(attempt, at: begin, quotas: &quotas, &course)
    if entrance.isTooLong(whole) || need(attempt, whole) > plan.memory {
      course.meet(.contextWindow, .after(Fault.usualDelay), detail: 0)
    }
    return refusal(attempt, whole, course, startedAt: begin)
  }

  /// Nanoseconds of prefill and decode in an empty replica, the prompt as cheap as can be.
  private func timesAlone(_ whole: Usage) -> (prefill: Double, decode: Double) {
    let fresh = Int64(whole.inputTokens) - Int64(whole.cachedInputTokens)
    return (
      speed.prefillTime(0) + speed.leastPerPromptToken * Double(max(0, fresh)),
      speed.decodeAlone(prompt: Int64(whole.inputTokens), output: Int64(whole.outputTokens))
    )
  }

  /// Alone on a replica, its prompt as cached as can be.
  mutating func floor(
    _ attempt: AttemptStart, from: Instant, until: Instant
  ) -> (bill: Money, nanoseconds: Int64) {
    let whole = demand.usage(of: attempt)
    let (prefill, decode) = timesAlone(whole)
    let least = grid?.least(from: from.nanoseconds, until: until.nanoseconds).first ?? 1
    return (billing.least(for: whole), Int64((prefill + decode) * least))
  }

  // MARK: Time

  var nextWake: Instant {
    guard inHand > 0 else { return .distantFuture }
    var next = min(weather.end(of: place), min(nextArrival, nextDrift))
    for place in 0..<count {
      next = min(next, min(replicas[place].next, replicas[place].readyAt))
    }
    if let autoscaler { next = min(next, autoscaler.next) }
    if nextBreak < breaks.count { next = min(next, breaks[nextBreak].from) }
    return Instant(nanoseconds: next)
  }

  mutating func wake(
    at now: Instant, quotas: inout Quotas, into output: inout ProviderOutput
  ) {
    let now = now.nanoseconds
    if inHand == 0 { return }
    if weather.end(of: place) <= now || nextDrift <= now {
      changeWeather(at: now, into: &output)
    }
    while nextBreak < breaks.count, breaks[nextBreak].from <= now {
      strike(breaks[nextBreak], at: now, quotas: &quotas, into: &output)
      nextBreak += 1
    }
    scale(until: now)
    if nextArrival <= now { join(at: now) }
    for place in 0..<count where replicas[place].next <= now {
      change(place, at: now, quotas: &quotas, into: &output)
    }
  }

  /// ∫ replicas dt over the measured stretch, in replica-nanoseconds: what is paid for.
  mutating func unitNanoseconds(until end: Instant) -> Int128 {
    if inHand == 0 { catchUp(to: end.nanoseconds) }
    return capacity.total(until: end.nanoseconds)
  }

  /// Lets a replica go on to its next phase.
  private mutating func change(
    _ place: Int, at now: Int64, quotas: inout Quotas, into output: inout ProviderOutput
  ) {
    changes += 1
    replicas[place].finishPhase(at: now, &jobs, ended: &ended, begun: &begun, dropped: &dropped)
    for index in 0..<begun.count {
      let slot = Int(begun[index])
      guard jobs[slot].streams else { continue }
      output.promises.append(promise(slot, end: .distantFuture))
    }
    for index in 0..<ended.count {
      let slot = Int(ended[index])
      let promise = promise(slot, end: Instant(nanoseconds: now))
      output.promises.append(promise)
      close(promise.flight, promise.usage, promise.bill, at: promise.end, quotas: &quotas)
      slotOfFlight[Int(jobs[slot].flight)] = .max
      dropped.append(UInt32(slot))
    }
    begun.removeAll()
    ended.removeAll()
    pull(place, at: now)
    replicas[place].planPhase(
      at: now, &jobs, speed, plan.mixing, slow: slow, dropped: &dropped, preempted: &preempted)
    for index in 0..<dropped.count { freeSlot(Int(dropped[index])) }
    dropped.removeAll()
    if preempted.count > 0 { requeue(from: place, at: now) }
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
