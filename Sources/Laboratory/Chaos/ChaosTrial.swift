import Measures
import Scenarios
import Settings
import Statistics
import Vocabulary

/// What a policy failed in a fault plan.
public struct ChaosFailure: Sendable, Hashable {
  /// What was asked of it.
  public enum Kind: String, Sendable, Hashable {
    /// A law, which holds whatever happens.
    case law
    /// A line of `expect` that must hold in every case.
    case objective
    /// A line of `never`.
    case never
    /// To be back once all faults are over.
    case recovery
  }

  /// What was asked.
  public var kind: Kind
  /// The law, the line, or the measure that is not back.
  public var what: String
  /// What was seen, in the unit of what is measured; `nil` if nothing is.
  public var value: Double?
  /// What was asked for, in the same unit.
  public var bound: Double?
  /// The measure that both numbers are of, by name; empty without numbers.
  public var measure = ""
  /// Its unit.
  public var unit = Measure.Unit.ratio
  /// What there is to say beside the numbers.
  public var detail = ""

  /// Whether two plans fail in the same way.
  func isLike(_ other: ChaosFailure) -> Bool { kind == other.kind && what == other.what }
}

/// One policy in one fault plan.
struct ChaosTrial: Sendable {
  var failures: [ChaosFailure] = []
  /// Success per call over the whole run; `nil` without calls.
  var success: Double?
}

/// The trials of a scenario: compiles a plan, runs a policy in it and without it, and judges.
struct ChaosBench: Sendable {
  let scenario: Scenario
  let grace: Duration
  let meter: ProgressMeter

  /// The case that a plan becomes.
  static let caseName = "chaos"

  init(_ scenario: Scenario, grace: Duration, meter: ProgressMeter) {
    self.scenario = scenario
    self.grace = grace
    self.meter = meter
  }

  /// Tries a policy, by its index in the scenario, in one plan.
  func trial(_ plan: FaultPlan, seed: UInt64, policy index: Int) throws -> ChaosTrial {
    let struck = try scenario.inWeather(plan.json5, case: ChaosBench.caseName)
    let policy = struck.policies[index]
    let world = world(struck, struck.cases[0], seed)
    var calm = Scenario.Case(name: ChaosBench.caseName, incidents: [])
    calm.gateway = []
    let healed = scenario.warmUp.advanced(by: .seconds(plan.end) + grace)
    let contender = Contender(
      name: policy.name, reference: nil, means: .gateway(policy.plan), policy: policy)
    let watch = ProhibitionWatch(struck.expectations.never, case: 0, policy: index)
    let (outcome, recovery) = try world.recovery(
      contender, replication: 0, after: healed, watching: watch.isIdle ? nil : watch,
      quiet: self.world(struck, calm, seed), meter: meter)
    var trial = ChaosTrial()
    trial.success = MeasureCatalog.measure("successPerCall")?.value(outcome.totals.all)
    trial.failures =
      laws(outcome) + objectives(struck, outcome, index) + prohibitions(struck, outcome)
    if let (measure, value, bound) = recovery.shortfall {
      trial.failures.append(
        ChaosFailure(
          kind: .recovery, what: measure, value: value, bound: bound,
          measure: measure == "success per call" ? "successPerCall" : "meanEndToEndLatency",
          unit: measure == "success per call" ? .share : .seconds,
          detail: "after all faults are over"))
    }
    return trial
  }

  private func world(_ scenario: Scenario, _ active: Scenario.Case, _ seed: UInt64) -> World {
    World(
      scenario, case: active, policies: scenario.policies.map(\.plan),
      baseline: scenario.policies[scenario.baseline].plan, seed: seed, data: scenario.data,
      grouping: [])
  }

  private func laws(_ outcome: RunOutcome) -> [ChaosFailure] {
    outcome.totals.breaches.kept.prefix(1).map {
      ChaosFailure(kind: .law, what: $0.law.name, detail: $0.description)
    }
  }

  private func objectives(
    _ scenario: Scenario, _ outcome: RunOutcome, _ policy: Int
  ) -> [ChaosFailure] {
    var first = 0
    return scenario.expectations.expect.enumerated().compactMap { index, line in
      defer { first += line.slices.count }
      guard line.policy == policy, case .value(let bound) = line.bound,
        let value = line.value(outcome, at: index, firstSlice: first),
        line.isAtLeast ? value < bound : value > bound
      else { return nil }
      return ChaosFailure(
        kind: .objective, what: line.text, value: value, bound: bound, measure: line.measure.name,
        unit: line.measure.unit)
    }
  }

  private func prohibitions(_ scenario: Scenario, _ outcome: RunOutcome) -> [ChaosFailure] {
    outcome.prohibited.enumerated().compactMap { index, found in
      guard found.count > 0, scenario.expectations.never.indices.contains(index) else { return nil }
      return ChaosFailure(
        kind: .never, what: scenario.expectations.never[index].text,
        detail: "seen \(found.count) times"
          + (found.first.map { ", first in request \($0.request)" } ?? ""))
    }
  }
}
