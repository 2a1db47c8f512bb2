import Measures
import Providers
import Scenarios
import Settings
import Vocabulary

/// Who comes back: strength of the trigger × load → recovered or not.
///
/// In each cell a policy meets a case of the scenario, and the same traffic without incidents; it
/// has recovered if it is back to that after the last incident and a grace (`FaultRecovery`). Where
/// more than a tenth of the calls fail even without incidents, the load is too much, and there is
/// nothing to come back to.
public struct MetastabilityMap: Sendable {
  /// One cell: how many of its runs came back, and how many had nothing to come back to.
  public struct Cell: Sendable, Hashable {
    /// Runs that were back.
    public var recovered = 0
    /// Runs that were not.
    public var stuck = 0
    /// Runs that fail without incidents, too.
    public var overloaded = 0

    /// The share that came back of those that could; `nil` if the load is too much.
    public var share: Double? {
      let all = recovered + stuck
      return all > overloaded ? Double(recovered) / Double(all) : nil
    }
  }

  /// One policy's cells, by row (y), then column (x).
  public struct Panel: Sendable {
    /// The policy.
    public var policy: String
    /// The cells.
    public var cells: [[Cell]]
  }

  /// The scenario's name.
  public var scenario: String
  /// The case that is the trigger.
  public var caseName: String
  /// What changes from left to right.
  public var x: MapAxis
  /// What changes from bottom to top.
  public var y: MapAxis
  /// How many runs are in a cell.
  public var runs: Int
  /// The seed.
  public var seed: UInt64
  /// After the last incident, everything must be back.
  public var grace: Duration
  /// The policies.
  public var panels: [Panel]
  /// Requests simulated.
  public var requests: UInt64

  /// Below this success per call without incidents, the load is too much.
  public static let least = 0.9
}

/// How a map is made.
public struct MapOptions: Sendable {
  /// What changes from left to right.
  public var x: MapAxis
  /// What changes from bottom to top.
  public var y: MapAxis
  /// Only these policies; all if empty.
  public var policies: [String] = []
  /// The case that is the trigger; the first with incidents if not said.
  public var caseName: String?
  /// How many replications a cell has.
  public var replications = 2
  /// How long after the last incident everything must be back; a tenth of the measured time if not
  /// said.
  public var grace: Duration?
  /// How many simulations run at the same time.
  public var jobs = 1
  /// Who is told how far it has come.
  public var progress: ProgressReport?
  /// Asked now and then; `true` stops it.
  public var isCancelled: (@Sendable () -> Bool)?

  /// A map over two axes.
  public init(x: MapAxis, y: MapAxis) {
    self.x = x
    self.y = y
  }
}

extension Experiment {
  /// Makes a metastability map; equal scenarios and options give equal maps.
  public static func map(_ scenario: Scenario, _ options: MapOptions) throws -> MetastabilityMap {
    guard scenario.horizon > scenario.warmUp else { throw LaboratoryError.nothingMeasured }
    let names = scenario.policies.map(\.name)
    for name in options.policies where !names.contains(name) {
      throw LaboratoryError.noSuchPolicy(name, among: names)
    }
    let chosen = names.indices.filter {
      options.policies.isEmpty || options.policies.contains(names[$0])
    }
    let cases = scenario.cases.map(\.name)
    let place =
      options.caseName.flatMap { cases.firstIndex(of: $0) }
      ?? scenario.cases.firstIndex { !$0.incidents.isEmpty }
    guard let place else { throw LaboratoryError.noSuchCase(options.caseName ?? "", among: cases) }
    let measured = scenario.warmUp.duration(to: scenario.horizon)
    let grace = options.grace ?? .nanoseconds(measured.nanoseconds / 10)
    let meter = ProgressMeter(options.progress, isCancelled: options.isCancelled)
    let (columns, rows) = (options.x.values.count, options.y.values.count)
    let variants = try (0..<(columns * rows)).map { cell in
      try options.y.applied(
        cell / columns, to: try options.x.applied(cell % columns, to: scenario))
    }
    let perCell = chosen.count * options.replications
    let count = variants.count * perCell
    meter.plan(2 * count)
    let blank = [MetastabilityMap.Cell](
      repeating: MetastabilityMap.Cell(), count: variants.count * chosen.count)
    let cells = try Parallel.fold(
      count: count, jobs: options.jobs, into: blank,
      work: { task -> MetastabilityMap.Cell in
        if options.isCancelled?() == true { throw LaboratoryError.cancelled }
        return try cell(
          variants[task / perCell], case: place, policy: chosen[task % perCell % chosen.count],
          replication: task % perCell / chosen.count, grace: grace, meter: meter)
      },
      fold: { cells, task, one in
        let place = task / perCell * chosen.count + task % perCell % chosen.count
        cells[place].recovered += one.recovered
        cells[place].stuck += one.stuck
        cells[place].overloaded += one.overloaded
      })
    return MetastabilityMap(
      scenario: scenario.name, caseName: cases[place], x: options.x, y: options.y,
      runs: options.replications, seed: scenario.seed, grace: grace,
      panels: chosen.enumerated().map { index, policy in
        MetastabilityMap.Panel(
          policy: names[policy],
          cells: (0..<rows).map { row in
            (0..<columns).map { cells[(row * columns + $0) * chosen.count + index] }
          })
      }, requests: meter.requests)
  }

  private static func cell(
    _ scenario: Scenario, case place: Int, policy index: Int, replication: Int, grace: Duration,
    meter: ProgressMeter
  ) throws -> MetastabilityMap.Cell {
    let active = scenario.cases[place]
    func world(_ active: Scenario.Case) -> World {
      World(
        scenario, case: active, policies: scenario.policies.map(\.plan),
        baseline: scenario.policies[scenario.baseline].plan, seed: scenario.seed,
        data: scenario.data, grouping: [])
    }
    let policy = scenario.policies[index]
    let ends = active.incidents.map { scenario.fleet.incidents[$0].until }
    let healed = (ends.max() ?? scenario.warmUp).advanced(by: grace)
    let (_, recovery) = try world(active).recovery(
      Contender(
        name: policy.name, reference: nil, means: .gateway(policy.plan), policy: policy),
      replication: replication, after: healed, watching: nil,
      quiet: world(Scenario.Case(name: active.name, incidents: [])), meter: meter)
    var cell = MetastabilityMap.Cell()
    if recovery.shortfall == nil { cell.recovered = 1 } else { cell.stuck = 1 }
    if recovery.quiet.success ?? 0 < MetastabilityMap.least { cell.overloaded = 1 }
    return cell
  }
}
