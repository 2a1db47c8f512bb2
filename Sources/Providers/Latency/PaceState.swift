import Chance
import Vocabulary

/// What a deployment's speed depends on beside its laws: the hour, our own load, and whether it is
/// up.
///
/// Only deployments whose latency says more than two laws and a time per input token have one.
/// - Complexity: O(1) per attempt, amortised over the cells of time.
struct PaceState: Sendable {
  private let law: PaceLaw
  private let cold: ColdStart?
  private var grid: PaceGrid?
  private var load: OwnLoad?
  private var warmth = Warmth()
  /// The utilisation that the last attempt met.
  private(set) var utilisation = 0.0

  init?(_ plan: DeploymentPlan, law: PaceLaw?, chance: Chance) {
    guard let law, !plan.latency.isPlain else { return nil }
    self.law = law
    cold = plan.latency.coldStart
    load = plan.latency.load?.own.map { OwnLoad($0) }
    if plan.latency.drift != nil || !plan.latency.hours.isEmpty || plan.latency.load != nil {
      grid = PaceGrid(plan.latency, deployment: plan, chance: chance)
    }
  }

  /// How long an attempt that starts now takes.
  /// - Parameter slow: The factor of the incidents.
  mutating func pace(
    of attempt: AttemptStart, _ whole: Usage, slow: Double, at now: Int64
  ) -> APIDemand.Pace {
    var wait: Int64 = 0
    if let cold {
      wait = law.ownStart(attempt, cold)
      if let idle = cold.idle {
        wait = max(wait, warmth.wait(at: now, idle: idle) { law.start(attempt, cold) })
      }
    }
    return calmPace(of: attempt, whole, slow: slow, at: now, wait: wait)
  }

  /// How long it takes without a start; changes nothing that a later attempt sees.
  mutating func calmPace(
    of attempt: AttemptStart, _ whole: Usage, slow: Double, at now: Int64, wait: Int64 = 0
  ) -> APIDemand.Pace {
    let cell = grid?.cell(at: now) ?? .plain
    let own = load?.utilisation(at: now) ?? 0
    utilisation = LoadPlan.bounded(cell.utilisation + own)
    return law.pace(of: attempt, whole, slow: slow, cell, own: own, wait: wait)
  }

  /// Takes an admitted attempt that ends at `end`.
  mutating func take(_ whole: Usage, at now: Int64, until end: Int64) {
    load?.add(whole, at: now)
    if cold != nil { warmth.works(until: end) }
  }

  /// The least time that the attempt takes if it starts in a stretch of time: no incident, no start
  /// and no load of our own, and the fastest of the hours.
  /// - Parameter slow: what slows it always.
  mutating func floor(
    _ attempt: AttemptStart, _ whole: Usage, slow: Double = 1, from: Int64, until: Int64
  ) -> Int64 {
    let cell = grid?.least(from: from, until: until) ?? .plain
    return law.pace(of: attempt, whole, slow: slow, cell, own: 0, wait: 0).total
  }
}
