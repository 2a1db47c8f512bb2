/// By what size a difference between two policies starts to matter.
public enum MattersFrom: Sendable, Hashable {
  /// In the measure's own unit.
  case absolute(Double)
  /// As a share of the baseline's mean.
  case relative(Double)

  /// The size in the measure's own unit.
  public func size(baseline: Double) -> Double {
    switch self {
    case .absolute(let size): abs(size)
    case .relative(let share): abs(share * baseline)
    }
  }
}

/// What a comparison of two policies says.
public enum Verdict: Sendable, Hashable {
  /// The policy is better than the baseline.
  case better
  /// It is worse.
  case worse
  /// The difference is below what matters.
  case equivalent
  /// The replications so far do not tell; about so many in all would, if what was seen so far
  /// stays; `nil` if more than a million or none would.
  case undecided(replicationsNeeded: Int?)
}

/// The paired comparison of a policy with its baseline, replication by replication.
///
/// d_i = policy_i − baseline_i on the same seed; d̄ ± t s_d/√R. With δ what matters:
/// *equivalent* if the interval lies inside [−δ, δ]; *better* or *worse* if it leaves out 0 and
/// |d̄| ≥ δ; otherwise undecided, and the fewest replications are given that would shrink the
/// interval to δ − |d̄| (towards equivalent) or to |d̄| (towards a winner).
/// - Source: A. Law 2015, ch. 10; reporting rule of DESIGN §7.
public struct ComparisonStatistics: Sendable, Hashable {
  /// The mean difference with its interval.
  public let difference: Interval
  /// The two-sided p-value against no difference.
  public let p: Double
  /// The standard deviation of the differences.
  public let deviation: Double
  /// How many replications were paired.
  public let replications: Int
  /// The baseline's mean.
  public let baselineMean: Double
  /// The size that matters, in the measure's unit.
  public let matters: Double
  /// What it says.
  public let verdict: Verdict

  /// Compares; `nil` for fewer than two pairs or lists of different length.
  public init?(
    baseline: [Double], policy: [Double], higherIsBetter: Bool, matters: MattersFrom,
    confidence: Double = 0.95
  ) {
    guard
      let paired = MeanIntervals.paired(baseline, policy, confidence: confidence)
    else { return nil }
    difference = paired.difference
    p = paired.p
    deviation = Sample(zip(baseline, policy).map { $1 - $0 }).deviation
    replications = baseline.count
    baselineMean = Sample(baseline).mean
    let size = matters.size(baseline: baselineMean)
    self.matters = size
    let estimate = abs(difference.estimate)
    if -size <= difference.lower, difference.upper <= size {
      verdict = .equivalent
    } else if !difference.contains(0), estimate >= size {
      verdict = (difference.estimate > 0) == higherIsBetter ? .better : .worse
    } else {
      let target = estimate < size ? size - estimate : estimate
      let needed = MeanIntervals.replications(
        for: target, deviation: deviation, confidence: confidence)
      verdict = .undecided(replicationsNeeded: needed.map { max($0, baseline.count + 1) })
    }
  }
}

/// What replications say about a bound that an expectation sets.
public enum BoundVerdict: Sendable, Hashable {
  /// The whole interval keeps the bound.
  case holds
  /// The whole interval breaks it.
  case fails
  /// The interval covers the bound; about so many replications in all would tell.
  case undecided(replicationsNeeded: Int?)

  /// Judges the mean of `values` against "at least" or "at most" `bound`; equality keeps it.
  ///
  /// One value, or values without spread, are judged by themselves. Without values: undecided.
  public init(
    _ values: [Double], atLeast: Bool, bound: Double, confidence: Double = 0.95
  ) {
    guard let first = values.first else {
      self = .undecided(replicationsNeeded: nil)
      return
    }
    let interval =
      MeanIntervals.student(values, confidence: confidence)
      ?? Interval(estimate: first, lower: first, upper: first)
    let sign: Double = atLeast ? 1 : -1
    let (near, far) = atLeast ? (interval.lower, interval.upper) : (interval.upper, interval.lower)
    if sign * (near - bound) >= 0 {
      self = .holds
    } else if sign * (far - bound) < 0 {
      self = .fails
    } else {
      let needed = MeanIntervals.replications(
        for: abs(interval.estimate - bound), deviation: Sample(values).deviation,
        confidence: confidence)
      self = .undecided(replicationsNeeded: needed.map { max($0, values.count + 1) })
    }
  }
}
