import GatewayCore
import Measures
import Scenarios
import Settings
import Statistics
import Traffic
import Vocabulary

/// How an experiment is made.
public struct ExperimentOptions: Sendable {
  /// Compare only these policies (and the baseline); all if empty.
  public var policies: [String] = []
  /// Only these cases; all if empty.
  public var cases: [String] = []
  /// A seed that replaces the scenario's.
  public var seed: UInt64?
  /// Replications that replace the scenario's.
  public var replications: Scenario.Replications?
  /// How many simulations run at the same time.
  public var jobs = 1
  /// By what the rows are split.
  public var breakdown: Breakdown?
  /// Whether the references run too: no gateway, and the greedy clairvoyant.
  public var references = true
  /// Where data files are looked for; beside the scenario's file if not said.
  public var data: DataFolders?
  /// What more replications are run for.
  public var decides = Decides.differences
  /// The committed result that lines of `expect` may be held against.
  public var committed: CommittedResult?
  /// Asked before further replications are run; `true` leaves it at those there are, of which
  /// there are at least two.
  public var isOverdue: (@Sendable () -> Bool)?
  /// Arguments that made the scenario what it is, for the commands that reproduce something.
  public var arguments: [String] = []
  /// Who is told how far the experiment has come.
  public var progress: ProgressReport?
  /// Asked now and then; `true` stops the experiment.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Makes the defaults.
  public init() {}
}

/// What more replications are run for.
public enum Decides: Sendable, Hashable {
  /// Every expectation, and every column's difference of every policy that is no reference.
  case differences
  /// Every expectation.
  case expectations
}

/// Experiments on a scenario: the same world under several policies.
public enum Experiment {
  /// Compares the policies of a scenario with its baseline, case by case.
  ///
  /// For every case × policy × replication one simulation, one to a thread. Replication r draws
  /// from (seed, r) alone and its arrivals do not depend on the policy, so differences are paired
  /// by replication. After the first `from` replications, more are run in batches of half as many,
  /// until every expectation and every column's difference of every policy that is no reference is
  /// decided or `upTo` is reached. (Looking repeatedly makes intervals cover a little less often than they say.)
  /// - Complexity: memory is the measures of each row, plus two bits a call and row.
  public static func compare(
    _ scenario: Scenario, _ options: ExperimentOptions = ExperimentOptions()
  ) throws -> Comparison {
    let study = try Study(scenario, options)
    let planned = options.replications ?? scenario.replications
    let most = max(1, planned.from, planned.upTo)
    let batch = max(1, planned.from / 2)
    var gathered = study.empty
    var done = 0
    // Under a limit of time, in small steps: the answer is the same, the barriers are more.
    let isTimed = options.isOverdue != nil
    var wanted = max(1, planned.from)
    var isCutShort = false
    while true {
      let next = isTimed ? min(wanted, done + 2) : wanted
      gathered = try study.run(replications: done..<next, into: gathered)
      done = next
      if done < wanted {
        if options.isOverdue?() == true {
          isCutShort = true
          break
        }
        continue
      }
      if done >= most || study.isDecided(gathered) { break }
      if options.isOverdue?() == true {
        isCutShort = true
        break
      }
      wanted = min(most, done + batch)
    }
    var comparison = study.comparison(gathered)
    comparison.isCutShort = isCutShort
    return comparison
  }

  /// Runs one policy in one case and one replication, and hands its records to `log` as well.
  ///
  /// The result is a comparison of one row, without intervals.
  /// - Parameters:
  ///   - policy: the policy; the baseline if not said.
  ///   - replication: the replication, from 0.
  public static func run(
    _ scenario: Scenario, _ options: ExperimentOptions = ExperimentOptions(),
    policy: String? = nil, replication: Int = 0, log: (any Sink)? = nil
  ) throws -> Comparison {
    var (scenario, options) = (scenario, options)
    if let policy {
      let names = scenario.policies.map(\.name)
      guard let index = names.firstIndex(of: policy) else {
        throw LaboratoryError.noSuchPolicy(policy, among: names)
      }
      scenario.baseline = index
    }
    guard scenario.policies.indices.contains(scenario.baseline) else {
      throw LaboratoryError.nothingToCompare
    }
    options.policies = [scenario.policies[scenario.baseline].name]
    options.references = false
    if options.cases.isEmpty { options.cases = scenario.cases.prefix(1).map(\.name) }
    let study = try Study(scenario, options)
    study.meter.plan(study.cases.count)
    let gathered = try study.worlds.enumerated().map { place, world in
      var row = Gathered(first: replication)
      row.add(
        try world.run(
          study.contenders[0], replication: replication,
          prohibitions: study.prohibitions(row: place), detections: study.detections(row: place),
          beside: log, meter: study.meter),
        of: study)
      return row
    }
    return study.comparison(gathered)
  }
}
