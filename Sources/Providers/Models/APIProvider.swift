import Chance
import Vocabulary

/// The analytic model of an API: nobody queues, every attempt's time is drawn at its start.
///
/// An attempt's demand is drawn under (purpose, deployment's name, call, ordinal) alone, so every
/// deployment has its own potential outcome for every call, whatever else is started. Of the world
/// around it, two things count: incidents, which are functions of time, and quotas, which are
/// shared state.
/// - Complexity: O(1) per attempt in calm weather, O(incidents) while one is going on.
struct APIProvider: Provider {
  private let firstTokenKey: ChanceKey
  private let perTokenKey: ChanceKey
  private let faultKey: ChanceKey
  private let detailKey: ChanceKey
  private let latency: LatencyPlan
  private let faults: FaultTable
  private let price: PriceSheet
  private let factors: TokenFactors
  private let cutBilling: CutBilling
  private let quota: Int?
  private var exposure: Exposure

  init(_ plan: DeploymentPlan, incidents: [IncidentPlan], chance: Chance) {
    firstTokenKey = chance.key(.timeToFirstToken, name: plan.hash)
    perTokenKey = chance.key(.timePerOutputToken, name: plan.hash)
    faultKey = chance.key(.fault, name: plan.hash)
    detailKey = chance.key(.faultDetail, name: plan.hash)
    latency = plan.latency
    faults = FaultTable(plan.faults)
    price = plan.price
    factors = TokenFactors(input: plan.inputFactor, output: plan.outputFactor)
    cutBilling = plan.cut
    quota = plan.quota
    exposure = Exposure(plan, incidents: incidents, chance: chance)
  }

  var nextWake: Instant { .distantFuture }

  mutating func wake(at now: Instant, into output: inout ProviderOutput) {}

  mutating func cancel(flight: UInt32, at now: Instant, into output: inout ProviderOutput) {}

  mutating func start(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas,
    into output: inout ProviderOutput
  ) {
    let begin = now.nanoseconds
    let whole = factors.usage(of: attempt)
    let isCalm = exposure.isCalm(at: begin)
    let pace = pace(of: attempt, whole, slow: isCalm ? 1 : slowDown(at: begin))
    var course = Course(
      begin: begin, firstToken: begin + pace.first, end: begin + pace.total,
      outputTokens: whole.outputTokens)

    let demand = factors.demand(of: attempt, whole)
    var isAdmitted = true
    if let quota {
      if case .refused(let retryAfter) = quotas.states[quota].judge(demand, at: now) {
        isAdmitted = false
        course.refuse(after: quotas.states[quota].answers, retryAfter)
      }
    }
    if isAdmitted, !faults.isEmpty { meetFault(attempt, &course) }
    if !isCalm { meetIncidents(attempt, at: begin, isAdmitted: isAdmitted, &course) }
    if !isCalm || !exposure.staysCalm(until: course.end) { meetOnsets(attempt, begin, &course) }

    let promise = promise(attempt, whole, course)
    output.promises.append(promise)
    if let quota, isAdmitted {
      let used = QuotaDemand(
        inputTokens: promise.usage.inputTokens, outputTokens: promise.usage.outputTokens)
      quotas.states[quota].expect(used, reserved: demand, from: now, at: promise.end)
    }
  }

  func floor(_ attempt: AttemptStart) -> (bill: Money, nanoseconds: Int64) {
    let whole = factors.usage(of: attempt)
    return (price.bill(for: whole), pace(of: attempt, whole, slow: 1).total)
  }

  func cut(_ promise: Promise, started: Instant, at now: Instant) -> (usage: Usage, bill: Money) {
    let kind = promise.outcome.kind
    guard kind == .succeeded || kind == .brokenStream else { return (.none, .zero) }
    if now >= promise.end || (cutBilling == .full && kind == .succeeded) {
      return (promise.usage, promise.bill)
    }
    var usage = promise.usage
    let pause = promise.pauseNanoseconds
    usage.outputTokens = Progress.tokens(
      at: Progress.withoutPause(now.nanoseconds, promise.pausedAt.nanoseconds, pause),
      firstToken: promise.firstToken.nanoseconds, end: promise.end.nanoseconds - pause,
      of: usage.outputTokens)
    return (usage, cutBilling == .nothing ? .zero : price.bill(for: usage))
  }

  // MARK: - Demand

  private struct Pace {
    var first: Int64
    var total: Int64
  }

  @inline(__always)
  private func pace(of attempt: AttemptStart, _ whole: Usage, slow: Double) -> Pace {
    let first = latency.timeToFirstToken.quantile(
      firstTokenKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
    let perToken = latency.timePerOutputToken.quantile(
      perTokenKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
    let fresh = Double(whole.inputTokens - whole.cachedInputTokens)
    let later = Double(max(1, whole.outputTokens) - 1)
    let toFirst = Progress.nanoseconds((first + latency.perInputToken * fresh) * slow)
    return Pace(first: toFirst, total: toFirst + Progress.nanoseconds(perToken * later * slow))
  }

  private func meetFault(_ attempt: AttemptStart, _ course: inout Course) {
    let u = faultKey.uniform(call: attempt.call, ordinal: attempt.ordinal)
    guard let fault = faults.fault(at: u) else { return }
    course.meet(
      fault.kind, fault.delay, fault.retryAfter,
      detail: detailKey.uniform(call: attempt.call, ordinal: attempt.ordinal))
  }

  // MARK: - Incidents

  private func slowDown(at now: Int64) -> Double {
    var product = 1.0
    for strike in exposure.strikes where strike.isActive(at: now) {
      product *= strike.slow(at: now)
    }
    return product
  }

  private func meetIncidents(
    _ attempt: AttemptStart, at now: Int64, isAdmitted: Bool, _ course: inout Course
  ) {
    for strike in exposure.strikes where strike.isActive(at: now) {
      if strike.slow(at: now) != 1 { course.incidents |= strike.incident.mask }
      if !isAdmitted, strike.changesQuota(at: now) { course.incidents |= strike.incident.mask }
      if let failure = strike.incident.failure, strike.fails(attempt, at: now) {
        course.incidents |= strike.incident.mask
        course.meet(
          failure.kind, failure.delay, failure.retryAfter, detail: strike.detail(attempt))
      }
      if strike.hangs(attempt, at: now) {
        course.incidents |= strike.incident.mask
        course.meet(.hang, .drawnFraction, detail: 0)
      }
    }
  }

  /// Incidents that begin while the attempt is in flight, in order of their beginning.
  private func meetOnsets(_ attempt: AttemptStart, _ begin: Int64, _ course: inout Course) {
    for strike in exposure.strikes where strike.from > begin && strike.from < course.end {
      guard strike.touchesInFlight(attempt) else { continue }
      course.incidents |= strike.incident.mask
      switch strike.incident.inFlight {
      case .survive: break
      case .stall: course.stall(from: strike.from, until: strike.until)
      case .break: course.cutConnection(at: strike.from)
      }
    }
  }

  // MARK: - Books

  @inline(__always)
  private func promise(_ attempt: AttemptStart, _ whole: Usage, _ course: Course) -> Promise {
    var usage = Usage.none
    var bill = Money.zero
    switch course.outcome.kind {
    case .succeeded:
      usage = whole
      bill = price.bill(for: whole)
    case .brokenStream:
      usage = whole
      usage.outputTokens = course.outputTokens
      if cutBilling != .nothing { bill = price.bill(for: usage) }
    default: break
    }
    return Promise(
      flight: attempt.flight, outcome: course.outcome, retryAfter: course.retryAfter,
      incidents: course.incidents, firstToken: Instant(nanoseconds: course.firstToken),
      end: Instant(nanoseconds: course.end), usage: usage, bill: bill,
      pausedAt: Instant(nanoseconds: course.pausedAt), pauseNanoseconds: course.pause)
  }
}
