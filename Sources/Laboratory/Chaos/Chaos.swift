import Measures
import Scenarios
import Settings
import Vocabulary

/// How fault plans are drawn and judged.
public struct ChaosOptions: Sendable {
  /// Only these policies; all if empty.
  public var policies: [String] = []
  /// How many plans; plan k has the seed `seed + k`.
  public var plans = 20
  /// The first plan's seed; the scenario's if not said.
  public var seed: UInt64?
  /// How long after the end of the last fault everything must be back; a tenth of the measured
  /// time if not said.
  public var grace: Duration?
  /// How many simulations run at the same time.
  public var jobs = 1
  /// Arguments that made the scenario what it is.
  public var arguments: [String] = []
  /// Who is told how far it has come.
  public var progress: ProgressReport?
  /// Asked now and then; `true` stops it.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Makes the defaults.
  public init() {}
}

/// What chaos found.
public struct ChaosResult: Sendable {
  /// One policy.
  public struct Row: Sendable {
    /// The policy.
    public var policy: String
    /// In how many plans it failed.
    public var failed = 0
    /// The plan with the lowest success per call: its seed and that success.
    public var worst: (seed: UInt64, success: Double)?
    /// The first failure of each kind, in order of the plans.
    public var failures: [Finding] = []
  }

  /// A failure with the plan that shows it.
  public struct Finding: Sendable {
    /// The failure.
    public var failure: ChaosFailure
    /// The seed of the plan.
    public var seed: UInt64
    /// The plan.
    public var plan: FaultPlan
    /// The small plan that fails in the same way.
    public var shrunk: FaultPlan
    /// How many plans were tried for it.
    public var trials: Int
  }

  /// The scenario's name.
  public var scenario: String
  /// The seed of the first plan.
  public var seed: UInt64
  /// How many plans.
  public var plans: Int
  /// After the last fault, everything must be back.
  public var grace: Duration
  /// The policies.
  public var rows: [Row]
  /// Requests simulated.
  public var requests: UInt64
  /// Arguments that made the scenario what it is.
  public var arguments: [String]
  /// The scenario as it was named.
  public var path: String

  /// The command that tries a policy in one plan again.
  public func command(policy: String, seed: UInt64) -> String {
    (["gateway-lab", "chaos", path, "--policy", policy, "--seed", "\(seed)", "--seeds", "1"]
      + arguments).map(Reproduction.quoted).joined(separator: " ")
  }
}

extension Experiment {
  /// Draws fault plans and tries policies in each: laws, objectives, recovery; shrinks what fails.
  ///
  /// Plan k is drawn from the seed + k, and its runs draw from that seed too. Equal scenarios,
  /// options and seeds give equal results, whatever the number of jobs.
  public static func chaos(
    _ scenario: Scenario, _ options: ChaosOptions = ChaosOptions()
  ) throws -> ChaosResult {
    guard scenario.horizon > scenario.warmUp else { throw LaboratoryError.nothingMeasured }
    let names = scenario.policies.map(\.name)
    for name in options.policies where !names.contains(name) {
      throw LaboratoryError.noSuchPolicy(name, among: names)
    }
    let chosen = names.indices.filter {
      options.policies.isEmpty || options.policies.contains(names[$0])
    }
    guard !chosen.isEmpty else { throw LaboratoryError.nothingToCompare }
    let seed = options.seed ?? scenario.seed
    let measured = scenario.warmUp.duration(to: scenario.horizon)
    let grace = options.grace ?? .nanoseconds(measured.nanoseconds / 10)
    let meter = ProgressMeter(options.progress, isCancelled: options.isCancelled)
    let bench = ChaosBench(scenario, grace: grace, meter: meter)
    let draws = FaultDraws(scenario)
    let plans = (0..<UInt64(options.plans)).map { draws.plan(seed: seed &+ $0) }
    let count = plans.count * chosen.count
    meter.plan(2 * count)
    let trials = try Parallel.fold(
      count: count, jobs: options.jobs, into: [ChaosTrial](),
      work: { task in
        if options.isCancelled?() == true { throw LaboratoryError.cancelled }
        let place = task / chosen.count
        return try bench.trial(
          plans[place], seed: seed &+ UInt64(place), policy: chosen[task % chosen.count])
      },
      fold: { $0.append($2) })
    let rows = try Parallel.fold(
      count: chosen.count, jobs: options.jobs, into: [ChaosResult.Row](),
      work: { place in
        let mine = plans.indices.map { trials[$0 * chosen.count + place] }
        return try row(
          names[chosen[place]], index: chosen[place], mine, plans, seed: seed, bench: bench)
      },
      fold: { $0.append($2) })
    return ChaosResult(
      scenario: scenario.name, seed: seed, plans: plans.count, grace: grace, rows: rows,
      requests: meter.requests, arguments: options.arguments, path: scenario.path)
  }

  /// What became of one policy; its first failure of each kind is shrunk.
  private static func row(
    _ name: String, index: Int, _ trials: [ChaosTrial], _ plans: [FaultPlan], seed: UInt64,
    bench: ChaosBench
  ) throws -> ChaosResult.Row {
    var row = ChaosResult.Row(policy: name)
    for (place, trial) in trials.enumerated() {
      let planSeed = seed &+ UInt64(place)
      if !trial.failures.isEmpty { row.failed += 1 }
      if let success = trial.success, success < row.worst?.success ?? .infinity {
        row.worst = (planSeed, success)
      }
      for failure in trial.failures
      where !row.failures.contains(where: { $0.failure.isLike(failure) }) {
        let (small, tried) = try Shrinking.smallest(of: plans[place]) { plan in
          try bench.trial(plan, seed: planSeed, policy: index).failures.contains(
            where: failure.isLike)
        }
        row.failures.append(
          ChaosResult.Finding(
            failure: failure, seed: planSeed, plan: plans[place], shrunk: small, trials: tried))
      }
    }
    return row
  }
}
