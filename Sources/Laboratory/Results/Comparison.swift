import Measures
import Scenarios
import Statistics
import Vocabulary

/// What `compare` finds: every case × policy, measured, held against the baseline, and explained.
///
/// Plain values only: equal scenarios, options and seeds give equal values, however many threads
/// worked on them.
public struct Comparison: Sendable {
  /// A file that was read, and its checksum.
  public struct Input: Sendable, Hashable {
    /// The path.
    public var file: String
    /// The checksum.
    public var checksum: String

    /// Makes an input.
    public init(file: String, checksum: String) {
      self.file = file
      self.checksum = checksum
    }
  }

  /// The scenario's name.
  public var scenario: String
  /// The path of the scenario's file.
  public var path: String
  /// The question that the scenario answers.
  public var question: String
  /// The seed.
  public var seed: UInt64
  /// How many replications were run.
  public var replications: Int
  /// Whether every difference in the columns, of policies that are no references, is decided.
  public var isDecided: Bool
  /// About how many replications in all would decide the rest; `nil` if none is open or none would.
  public var replicationsNeeded: Int?
  /// The files read, with their checksums.
  public var inputs: [Input]
  /// Where the scenario's numbers came from.
  public var provenance: [Scenario.Provenance]
  /// The name of the baseline policy.
  public var baseline: String
  /// The length of the measured interval.
  public var measured: Duration
  /// The names of the deployments, in the order of the shares of a series.
  public var deployments: [String]
  /// The cases.
  public var cases: [CaseResult]
  /// Laws that were broken, in the order of case, policy and replication.
  public var failures: [LawFailure]
  /// What became of the scenario's expectations, in the order of the file.
  public var expectations: [ExpectationResult]
  /// What the runs have not exercised.
  public var vacuities: [Vacuity]
  /// Whether the time was over before all replications had been run.
  public var isCutShort = false
  /// Requests simulated in all runs.
  public var requests: UInt64
  /// Malformed rows left out of traces, in the first replication of the first case.
  public var skippedRows: Int

  /// The case of that name.
  public func result(for name: String) -> CaseResult? { cases.first { $0.name == name } }
}

/// One case of a comparison.
public struct CaseResult: Sendable {
  /// The name.
  public var name: String
  /// The incidents of the case, on the file's clock.
  public var incidents: [IncidentBand]
  /// The policies, in the order of the file, then the references.
  public var policies: [PolicyResult]

  /// The policy of that name.
  public func policy(_ name: String) -> PolicyResult? { policies.first { $0.name == name } }
}

/// When an incident lasts, for the shading of a chart.
public struct IncidentBand: Sendable, Hashable {
  /// The name.
  public var name: String
  /// Seconds from the file's zero to its beginning.
  public var from: Double
  /// Seconds from the file's zero to its end.
  public var until: Double
}

/// One row of a comparison.
public struct PolicyResult: Sendable {
  /// The name.
  public var name: String
  /// What kind of reference it is; `nil` for a policy.
  public var reference: Reference?
  /// Whether it is what the others are compared with.
  public var isBaseline: Bool
  /// The measures, columns first, in the order of the catalogue.
  public var measures: [MeasureResult]
  /// The groups asked for by `--by`; empty if none was.
  public var groups: [GroupResult]
  /// The tenant with the lowest availability; `nil` with one tenant.
  public var worstTenant: TenantResult?
  /// Dollars a month at this traffic, an extrapolation: cost ÷ measured time × 30.4375 days.
  public var costPerMonth: MeasureResult
  /// What makes the difference to the baseline; `nil` for the baseline itself.
  public var why: Why?
  /// Availability, latency and traffic shares over time, merged over the replications.
  public var series: [SeriesPoint]
  /// All replications merged: the source of pooled values and of all that a report wants besides.
  public var pooled: RunTotals

  /// The measure of that name.
  public func measure(_ name: String) -> MeasureResult? { measures.first { $0.name == name } }
}

/// One measure of one row: the mean over replications, and the paired difference to the baseline.
public struct MeasureResult: Sendable, Hashable {
  /// The name in JSON and CSV.
  public var name: String
  /// The heading of its column.
  public var title: String
  /// The unit.
  public var unit: Measure.Unit
  /// Which way is better.
  public var better: Measure.Better
  /// The value of each replication; `nil` where its denominator was 0.
  public var values: [Double?]
  /// The mean over the replications that have a value, with its 95 % interval.
  public var estimate: Estimate?
  /// The value for all replications merged: for quantiles, the quantile of the merged histograms.
  public var pooled: Double?
  /// The paired difference to the baseline; `nil` for the baseline itself.
  public var difference: Difference?
}

/// A mean over replications.
public struct Estimate: Sendable, Hashable {
  /// The mean.
  public var mean: Double
  /// Half the width of the 95 % interval; `nil` for one replication.
  public var halfWidth: Double?
  /// How many replications have a value.
  public var count: Int

  /// The mean of what there is; `nil` of nothing.
  public init?(_ values: [Double?]) {
    let known = values.compactMap { $0 }
    guard !known.isEmpty else { return nil }
    count = known.count
    guard let interval = MeanIntervals.student(known) else {
      mean = known[0]
      halfWidth = nil
      return
    }
    mean = interval.estimate
    halfWidth = interval.halfWidth
  }
}

/// A paired difference, policy minus baseline.
public struct Difference: Sendable, Hashable {
  /// The mean difference.
  public var mean: Double
  /// Half the width of the 95 % interval; `nil` for one replication.
  public var halfWidth: Double?
  /// The size from which a difference matters, in the measure's unit.
  public var matters: Double
  /// What it says.
  public var verdict: Verdict

  /// Pairs by replication; `nil` if no replication has both values.
  public init?(
    baseline: [Double?], policy: [Double?], higherIsBetter: Bool, matters: MattersFrom
  ) {
    let pairs = zip(baseline, policy).compactMap { left, right in
      left.flatMap { left in right.map { (left, $0) } }
    }
    guard let first = pairs.first else { return nil }
    guard
      let statistics = ComparisonStatistics(
        baseline: pairs.map(\.0), policy: pairs.map(\.1), higherIsBetter: higherIsBetter,
        matters: matters)
    else {
      mean = first.1 - first.0
      halfWidth = nil
      self.matters = matters.size(baseline: first.0)
      verdict = .undecided(replicationsNeeded: nil)
      return
    }
    mean = statistics.difference.estimate
    halfWidth = statistics.difference.halfWidth
    self.matters = statistics.matters
    verdict = statistics.verdict
  }
}

extension Verdict {
  /// The word in reports and JSON: better, worse, equivalent, undecided.
  public var word: String {
    switch self {
    case .better: "better"
    case .worse: "worse"
    case .equivalent: "equivalent"
    case .undecided: "undecided"
    }
  }

  /// Whether it is decided.
  public var isDecided: Bool {
    if case .undecided = self { false } else { true }
  }
}
