import GatewayCore
import Measures
import Scenarios
import Settings
import Statistics
import Traffic
import Vocabulary

/// A comparison in the making: its cases, its rows, and what their runs have left behind.
struct Study: Sendable {
  let scenario: Scenario
  let options: ExperimentOptions
  let seed: UInt64
  let cases: [Scenario.Case]
  let worlds: [World]
  let contenders: [Contender]
  /// The row that the others are compared with.
  let baseline: Int
  let meter: ProgressMeter

  init(_ scenario: Scenario, _ options: ExperimentOptions) throws {
    guard scenario.horizon > scenario.warmUp else { throw LaboratoryError.nothingMeasured }
    self.scenario = scenario
    self.options = options
    let seed = options.seed ?? scenario.seed
    self.seed = seed
    let policies = try Study.policies(of: scenario, options)
    baseline = policies.firstIndex { $0.name == scenario.policies[scenario.baseline].name } ?? 0
    cases = try Study.cases(of: scenario, options)
    let data = options.data ?? scenario.data
    // Bounds and references look at all policies of the scenario, whichever are compared: what they
    // show, and `explain` after it, does not depend on the choice.
    let plans = scenario.policies.map(\.plan)
    let grouping = options.breakdown?.grouping ?? []
    worlds = cases.map { active in
      World(
        scenario, case: active, policies: plans,
        baseline: scenario.policies[scenario.baseline].plan, seed: seed, data: data,
        grouping: grouping)
    }
    var contenders = policies.map {
      Contender(name: $0.name, reference: nil, means: .gateway($0.plan), policy: $0)
    }
    if options.references {
      if let plan = try NoGateway.plan(for: scenario) {
        contenders.append(
          Contender(
            name: Study.free("no-gateway", contenders), reference: .noGateway,
            means: .gateway(plan)))
      }
      contenders.append(
        Contender(
          name: Study.free("clairvoyant", contenders), reference: .clairvoyant,
          means: .clairvoyant(remembers: plans.contains { $0.cache != nil })))
    }
    self.contenders = contenders
    meter = ProgressMeter(options.progress, isCancelled: options.isCancelled)
  }

  /// Nothing gathered yet: one place for each case and row.
  var empty: [Gathered] {
    Array(repeating: Gathered(), count: cases.count * contenders.count)
  }

  /// Runs every case × row in the given replications and adds what they leave behind.
  ///
  /// Tasks go by replication, then case, then row; they are folded in that order.
  func run(replications: Range<Int>, into gathered: [Gathered]) throws -> [Gathered] {
    let rows = cases.count * contenders.count
    let count = rows * replications.count
    meter.plan(count)
    return try Parallel.fold(
      count: count, jobs: options.jobs, into: gathered,
      work: { task in
        if options.isCancelled?() == true { throw LaboratoryError.cancelled }
        let row = task % rows
        let replication = replications.lowerBound + task / rows
        return try worlds[row / contenders.count].run(
          contenders[row % contenders.count], replication: replication,
          keepsCalls: replication == 0,
          prohibitions: prohibitions(row: row), detections: detections(row: row), meter: meter)
      },
      fold: { gathered, task, outcome in
        gathered[task % rows].add(outcome, of: self)
      })
  }

  /// What a row must never show.
  func prohibitions(row: Int) -> ProhibitionWatch? {
    let contender = contenders[row % contenders.count]
    guard contender.reference == nil, !scenario.expectations.never.isEmpty else { return nil }
    let policy = scenario.policies.firstIndex { $0.name == contender.name } ?? 0
    let watch = ProhibitionWatch(
      scenario.expectations.never, case: caseIndex(row / contenders.count), policy: policy)
    return watch.isIdle ? nil : watch
  }

  /// The watch for how soon a row detects the incidents of its case; nothing if nobody asks.
  func detections(row: Int) -> DetectionWatch? {
    let watch = DetectionWatch(
      scenario.expectations.expect, case: caseIndex(row / contenders.count))
    return watch.isIdle ? nil : watch
  }

  /// Whether every expectation is decided, and every column's difference of every policy that is
  /// no reference.
  func isDecided(_ gathered: [Gathered]) -> Bool {
    (options.decides == .expectations || openVerdicts(gathered).isEmpty)
      && openExpectations(gathered).isEmpty
  }

  /// The differences that are not decided, by the replications that would decide each.
  func openVerdicts(_ gathered: [Gathered]) -> [Int?] {
    var open: [Int?] = []
    for row in gathered.indices {
      let contender = row % contenders.count
      guard contender != baseline, contenders[contender].reference == nil else { continue }
      let base = gathered[row - contender + baseline]
      for (index, measure) in MeasureCatalog.columns.enumerated() {
        let difference = Difference(
          baseline: base.values(of: index), policy: gathered[row].values(of: index),
          higherIsBetter: measure.better == .higher, matters: matters(measure))
        if case .undecided(let needed) = difference?.verdict { open.append(needed) }
      }
    }
    return open
  }

  /// From which size a difference matters: the scenario's word on availability, cost and latency,
  /// else the measure's own.
  func matters(_ measure: Measure) -> MattersFrom {
    switch (measure.unit, measure.matters) {
    case (.share, .absolute(let size)):
      .absolute(size == Study.usualPoints ? scenario.matters.availability : size)
    case (.dollars, .relative): .relative(scenario.matters.cost)
    case (.seconds, .relative): .relative(scenario.matters.latency)
    case (_, .absolute(let size)): .absolute(size)
    case (_, .relative(let share)): .relative(share)
    }
  }

  /// The catalogue's size for shares of success; others have their own.
  private static let usualPoints = 0.0005

  // MARK: What is compared

  private static func policies(
    of scenario: Scenario, _ options: ExperimentOptions
  ) throws -> [Scenario.Policy] {
    guard scenario.policies.indices.contains(scenario.baseline) else {
      throw LaboratoryError.nothingToCompare
    }
    let names = scenario.policies.map(\.name)
    for name in options.policies where !names.contains(name) {
      throw LaboratoryError.noSuchPolicy(name, among: names)
    }
    let baseline = scenario.policies[scenario.baseline].name
    return scenario.policies.filter {
      options.policies.isEmpty || options.policies.contains($0.name) || $0.name == baseline
    }
  }

  private static func cases(
    of scenario: Scenario, _ options: ExperimentOptions
  ) throws -> [Scenario.Case] {
    let names = scenario.cases.map(\.name)
    for name in options.cases where !names.contains(name) {
      throw LaboratoryError.noSuchCase(name, among: names)
    }
    return scenario.cases.filter { options.cases.isEmpty || options.cases.contains($0.name) }
  }

  /// A reference's name that no policy has.
  private static func free(_ name: String, _ contenders: [Contender]) -> String {
    contenders.contains { $0.name == name } ? free(name + " (reference)", contenders) : name
  }
}
