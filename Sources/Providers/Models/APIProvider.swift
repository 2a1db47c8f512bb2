import Chance
import Vocabulary

/// The analytic model of an API, or of provisioned throughput: nobody queues, every attempt's time is drawn at its start.
///
/// An attempt's demand is drawn under (purpose, deployment's name, call, ordinal) alone, so every
/// deployment has its own potential outcome for every call, whatever else is started. Of the world
/// around it, these count: incidents, drift and bursts of faults, which are functions of time;
/// quotas, which are shared state; and, where the plan says so, our own load and cold starts.
/// - Complexity: O(1) per attempt in calm weather, O(incidents) while one is going on.
struct APIProvider: Provider {
  private let demand: APIDemand
  private var billing: Billing
  private let cutBilling: CutBilling
  private let entrance: Entrance
  private var exposure: Exposure
  /// `nil` if the latency is two laws and a time per input token.
  private var pacing: PaceState?
  private var faults: [FaultState]
  /// The factor of its service tier on all times.
  private let tierSlow: Double
  /// Whether there is any of these.
  private let isLively: Bool

  /// - Parameter meter: The place of its meter of utilisation, if it is provisioned.
  init(
    _ plan: DeploymentPlan, meter: Int? = nil, incidents: [IncidentPlan],
    faults: [FaultProcess] = [], account: AccountLedger? = nil, chance: Chance
  ) {
    demand = APIDemand(plan, chance: chance)
    billing = Billing(plan, account: account)
    cutBilling = plan.cut
    entrance = Entrance(plan, meter: meter)
    exposure = Exposure(plan, incidents: incidents, chance: chance)
    pacing = PaceState(plan, law: demand.law, chance: chance)
    self.faults = FaultState.all(faults, at: plan, chance: chance)
    tierSlow = plan.tierSlow
    isLively = pacing != nil || !self.faults.isEmpty
  }

  var nextWake: Instant { .distantFuture }

  mutating func wake(
    at now: Instant, quotas: inout Quotas, into output: inout ProviderOutput
  ) {}

  mutating func cancel(flight: UInt32, at now: Instant, into output: inout ProviderOutput) {}

  mutating func start(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas,
    into output: inout ProviderOutput
  ) {
    let begin = now.nanoseconds
    let whole = demand.usage(of: attempt)
    let isCalm = exposure.isCalm(at: begin)
    var slow = isCalm ? tierSlow : tierSlow * exposure.slowDown(at: begin)
    if isLively { slow *= faults.slowDown(at: begin, &quotas) }
    let pace =
      isLively
      ? livelyPace(of: attempt, whole, slow: slow, at: begin)
      : demand.pace(of: attempt, whole, slow: slow)
    let wait = isCalm ? 0 : exposure.delay(at: begin)
    var course = Course(
      begin: begin, firstToken: begin + wait + pace.first, end: begin + wait + pace.total,
      outputTokens: whole.outputTokens, hidden: pace.hidden)

    let isAdmitted = entrance.admit(
      attempt, whole, demand, at: now, quotas: &quotas, &course)
    if isAdmitted {
      demand.meetFault(attempt, &course)
      if isLively { meetFaults(attempt, at: begin, &quotas, &course) }
    }
    if !isCalm { exposure.strike(attempt, at: begin, isAdmitted: isAdmitted, &course) }
    if !isCalm || !exposure.staysCalm(until: course.end) {
      exposure.strikeInFlight(attempt, startedAt: begin, &course)
    }

    let promise = promise(attempt, whole, course, startedAt: begin)
    output.promises.append(promise)
    if isLively, isAdmitted {
      pacing?.take(whole, at: begin, until: course.end)
      faults.enter(attempt.flight, until: promise.end, &quotas)
    }
    if isAdmitted {
      entrance.expect(
        attempt, whole, demand, promise.usage, promise.bill, from: now, at: promise.end,
        quotas: &quotas)
    }
  }

  @inline(never)
  private mutating func livelyPace(
    of attempt: AttemptStart, _ whole: Usage, slow: Double, at now: Int64
  ) -> APIDemand.Pace {
    pacing?.pace(of: attempt, whole, slow: slow, at: now)
      ?? demand.pace(of: attempt, whole, slow: slow)
  }

  @inline(never)
  private mutating func meetFaults(
    _ attempt: AttemptStart, at now: Int64, _ quotas: inout Quotas, _ course: inout Course
  ) {
    if faults.isEmpty { return }
    faults.meet(attempt, at: now, utilisation: pacing?.utilisation ?? 0, &quotas, &course)
  }

  mutating func isWell(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas
  ) -> Bool {
    let begin = now.nanoseconds
    let whole = demand.usage(of: attempt)
    let isCalm = exposure.isCalm(at: begin)
    let slow = isCalm ? tierSlow : tierSlow * exposure.slowDown(at: begin)
    let pace =
      pacing?.calmPace(of: attempt, whole, slow: slow, at: begin)
      ?? demand.pace(of: attempt, whole, slow: slow)
    let wait = isCalm ? 0 : exposure.delay(at: begin)
    var course = Course(
      begin: begin, firstToken: begin + wait + pace.first, end: begin + wait + pace.total,
      outputTokens: whole.outputTokens, hidden: pace.hidden)
    demand.meetFault(attempt, &course)
    if isLively { meetFaults(attempt, at: begin, &quotas, &course) }
    if !isCalm { exposure.strike(attempt, at: begin, isAdmitted: true, &course) }
    return course.outcome.isSuccess
  }

  mutating func floor(
    _ attempt: AttemptStart, from: Instant, until: Instant
  ) -> (bill: Money, nanoseconds: Int64) {
    let whole = demand.usage(of: attempt)
    let time =
      pacing?.floor(
        attempt, whole, slow: tierSlow, from: from.nanoseconds, until: until.nanoseconds)
      ?? demand.pace(of: attempt, whole, slow: tierSlow).total
    return (billing.least(for: whole), time)
  }

  mutating func cut(
    _ promise: Promise, started: Instant, at now: Instant, quotas: inout Quotas
  ) -> (usage: Usage, bill: Money) {
    let (usage, bill) = billing.cut(promise, cut: cutBilling, started: started, at: now)
    entrance.end(promise.flight, usage, bill, at: now, quotas: &quotas)
    faults.leave(promise.flight, &quotas)
    return (usage, bill)
  }

  @inline(__always)
  private mutating func promise(
    _ attempt: AttemptStart, _ whole: Usage, _ course: Course, startedAt begin: Int64
  ) -> Promise {
    let (usage, bill) = billing.charge(whole, course, cut: cutBilling, startedAt: begin)
    var promise = Promise(
      flight: attempt.flight, outcome: course.outcome, retryAfter: course.retryAfter,
      incidents: course.incidents, isDegraded: course.isDegraded && course.outcome.isSuccess,
      billing: course.billing, firstToken: Instant(nanoseconds: course.firstToken),
      end: Instant(nanoseconds: course.end), usage: usage, bill: bill,
      pausedAt: Instant(nanoseconds: course.pausedAt), pauseNanoseconds: course.pause,
      hiddenNanoseconds: course.hidden)
    promise.isUnreached = course.isUnreached
    return promise
  }
}
