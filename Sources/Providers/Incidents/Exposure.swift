import Chance
import Vocabulary

/// The incidents that strike one deployment, and the stretch of calm around the last look.
///
/// Most attempts start and end in calm weather: two comparisons tell. Only others look at the
/// strikes, of which there are at most 32.
struct Exposure: Sendable {
  /// In order of their beginning, then of their names.
  let strikes: [Strike]
  private var calmFrom: Int64 = .max
  private var calmUntil: Int64 = .min
  private var onset: Int64 = .max

  init(_ plan: DeploymentPlan, incidents: [IncidentPlan], chance: Chance) {
    strikes =
      incidents
      .filter { $0.on.matches(plan) && $0.from < $0.until }
      .map { Strike($0, deployment: plan.hash, chance: chance) }
      .sorted { ($0.from, $0.incident.name) < ($1.from, $1.incident.name) }
  }

  /// Whether no incident is going on at `now`.
  mutating func isCalm(at now: Int64) -> Bool {
    if now >= calmFrom && now < calmUntil { return true }
    return look(at: now)
  }

  /// Whether an attempt that started in the calm of the last look and ends at `end` sees no
  /// incident begin that touches what is in flight.
  func staysCalm(until end: Int64) -> Bool { end <= onset }

  /// The factor on all times at an instant: the product over the strikes.
  func slowDown(at now: Int64) -> Double {
    var product = 1.0
    for strike in strikes where strike.isActive(at: now) { product *= strike.slow(at: now) }
    return product
  }

  /// Nanoseconds that are added before the first token: the sum over the strikes.
  func delay(at now: Int64) -> Int64 {
    var sum: Int64 = 0
    for strike in strikes where strike.isActive(at: now) { sum += strike.delay(at: now) }
    return sum
  }

  /// Lets the incidents that are going on touch an attempt that starts at `now`.
  func strike(
    _ attempt: AttemptStart, at now: Int64, isAdmitted: Bool, _ course: inout Course
  ) {
    for strike in strikes where strike.isActive(at: now) {
      if strike.slow(at: now) != 1 || strike.delay(at: now) != 0 {
        course.incidents |= strike.incident.mask
      }
      if !isAdmitted, strike.changesQuota(at: now) { course.incidents |= strike.incident.mask }
      if let failure = strike.incident.failure, strike.fails(attempt, at: now) {
        course.incidents |= strike.incident.mask
        course.meet(
          failure.kind, failure.delay, failure.retryAfter, detail: strike.detail(attempt))
      }
      if strike.spoils(attempt, at: now) {
        course.incidents |= strike.incident.mask
        course.isDegraded = true
      }
      if strike.hangs(attempt, at: now) {
        course.incidents |= strike.incident.mask
        course.meet(.hang, .drawnFraction, detail: 0)
      }
    }
  }

  /// Lets the incidents that begin while the attempt is in flight touch it, in order.
  func strikeInFlight(_ attempt: AttemptStart, startedAt begin: Int64, _ course: inout Course) {
    for strike in strikes where strike.from > begin && strike.from < course.end {
      guard strike.touchesInFlight(attempt) else { continue }
      course.incidents |= strike.incident.mask
      switch strike.incident.inFlight {
      case .survive: break
      case .stall: course.stall(from: strike.from, until: strike.until)
      case .break: course.cutConnection(at: strike.from)
      }
    }
  }

  private mutating func look(at now: Int64) -> Bool {
    if strikes.contains(where: { $0.isActive(at: now) }) { return false }
    calmFrom = .min
    calmUntil = .max
    onset = .max
    for strike in strikes {
      if strike.until <= now { calmFrom = max(calmFrom, strike.until) }
      if strike.from > now {
        calmUntil = min(calmUntil, strike.from)
        if strike.incident.inFlight != .survive { onset = min(onset, strike.from) }
      }
    }
    return true
  }
}
