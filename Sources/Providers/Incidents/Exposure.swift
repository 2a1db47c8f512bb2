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
