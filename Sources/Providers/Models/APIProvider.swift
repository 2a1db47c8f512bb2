import Chance
import Vocabulary

/// The analytic model of an API, or of provisioned throughput: nobody queues, every attempt's time is drawn at its start.
///
/// An attempt's demand is drawn under (purpose, deployment's name, call, ordinal) alone, so every
/// deployment has its own potential outcome for every call, whatever else is started. Of the world
/// around it, two things count: incidents, which are functions of time, and quotas, which are
/// shared state.
/// - Complexity: O(1) per attempt in calm weather, O(incidents) while one is going on.
struct APIProvider: Provider {
  private let demand: APIDemand
  private var billing: Billing
  private let cutBilling: CutBilling
  private let quota: Int?
  /// A longer prompt, in the deployment's own tokens, is refused.
  private let contextWindow: UInt32
  private var exposure: Exposure

  /// - Parameter meter: The place of its meter of utilisation, if it is provisioned.
  init(_ plan: DeploymentPlan, meter: Int? = nil, incidents: [IncidentPlan], chance: Chance) {
    demand = APIDemand(plan, chance: chance)
    billing = Billing(plan)
    cutBilling = plan.cut
    quota = meter ?? plan.quota
    contextWindow = plan.contextWindow.map { UInt32(clamping: $0) } ?? .max
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
    let whole = demand.usage(of: attempt)
    let isCalm = exposure.isCalm(at: begin)
    let pace = demand.pace(
      of: attempt, whole, slow: isCalm ? 1 : exposure.slowDown(at: begin))
    var course = Course(
      begin: begin, firstToken: begin + pace.first, end: begin + pace.total,
      outputTokens: whole.outputTokens)

    var isAdmitted = true
    if let quota {
      let asked = demand.permits(for: attempt, whole)
      if case .refused(let retryAfter) = quotas.states[quota].judge(asked, at: now) {
        isAdmitted = false
        course.refuse(after: quotas.states[quota].answers, retryAfter)
      }
    }
    if whole.inputTokens > contextWindow {
      course.meet(.contextWindow, .after(Fault.usualDelay), detail: 0)
    }
    if isAdmitted { demand.meetFault(attempt, &course) }
    if !isCalm { exposure.strike(attempt, at: begin, isAdmitted: isAdmitted, &course) }
    if !isCalm || !exposure.staysCalm(until: course.end) {
      exposure.strikeInFlight(attempt, startedAt: begin, &course)
    }

    let promise = promise(attempt, whole, course, startedAt: begin)
    output.promises.append(promise)
    if let quota, isAdmitted {
      quotas.states[quota].expect(
        QuotaDemand(promise.usage), reserved: demand.permits(for: attempt, whole), from: now,
        at: promise.end)
    }
  }

  mutating func isWell(_ attempt: AttemptStart, at now: Instant) -> Bool {
    let begin = now.nanoseconds
    let whole = demand.usage(of: attempt)
    let isCalm = exposure.isCalm(at: begin)
    let pace = demand.pace(
      of: attempt, whole, slow: isCalm ? 1 : exposure.slowDown(at: begin))
    var course = Course(
      begin: begin, firstToken: begin + pace.first, end: begin + pace.total,
      outputTokens: whole.outputTokens)
    demand.meetFault(attempt, &course)
    if !isCalm { exposure.strike(attempt, at: begin, isAdmitted: true, &course) }
    return course.outcome.isSuccess
  }

  mutating func floor(_ attempt: AttemptStart) -> (bill: Money, nanoseconds: Int64) {
    let whole = demand.usage(of: attempt)
    return (billing.least(for: whole), demand.pace(of: attempt, whole, slow: 1).total)
  }

  mutating func cut(_ promise: Promise, started: Instant, at now: Instant) -> (
    usage: Usage, bill: Money
  ) {
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
    if cutBilling == .nothing {
      // A broken stream had been promised for nothing as well.
      if kind == .succeeded { billing.release(promise.usage, startedAt: started.nanoseconds) }
      return (usage, .zero)
    }
    return (
      usage,
      billing.charge(usage, insteadOf: promise.usage, startedAt: started.nanoseconds)
    )
  }

  @inline(__always)
  private mutating func promise(
    _ attempt: AttemptStart, _ whole: Usage, _ course: Course, startedAt begin: Int64
  ) -> Promise {
    var usage = Usage.none
    var bill = Money.zero
    switch course.outcome.kind {
    case .succeeded:
      usage = whole
      bill = billing.charge(whole, startedAt: begin)
    case .brokenStream:
      usage = whole
      usage.outputTokens = course.outputTokens
      if cutBilling != .nothing { bill = billing.charge(usage, startedAt: begin) }
    default: break
    }
    return Promise(
      flight: attempt.flight, outcome: course.outcome, retryAfter: course.retryAfter,
      incidents: course.incidents, isDegraded: course.isDegraded && course.outcome.isSuccess,
      firstToken: Instant(nanoseconds: course.firstToken),
      end: Instant(nanoseconds: course.end), usage: usage, bill: bill,
      pausedAt: Instant(nanoseconds: course.pausedAt), pauseNanoseconds: course.pause)
  }
}
