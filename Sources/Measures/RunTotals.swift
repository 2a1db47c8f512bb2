import Vocabulary

/// All that one run, or several merged ones, was found to have done: plain values, exact integers.
public struct RunTotals: Sendable, Equatable {
  /// How many runs are merged in it.
  public var runs = 1
  /// Nanoseconds of the measured interval, summed over the runs.
  public var measured: Int64
  /// The requests of the population by alias.
  public var aliases: [Group]
  /// By serving deployment; the last group is "nobody".
  public var deployments: [Group]
  /// By team; empty if there is only one.
  public var teams: [Group]
  /// By feature; empty if there is only one.
  public var features: [Group]
  /// By virtual key; empty unless asked for.
  public var keys: [Group]
  /// By user; empty unless asked for.
  public var users: [Group]
  /// The slices of the plan.
  public var slices: [Group]
  /// The attempts of the population's requests by deployment.
  public var attempts: [AttemptTally]
  /// The requests of the population by the HTTP status that stands for their last outcome.
  public var statuses: [Int]
  /// All requests over time, warm-up and drain included.
  public var series: Series
  /// The slices minute by minute, for those that keep them.
  public var sliceMinutes: [Minutes?]
  /// Which incidents touched an attempt, whether it was measured or not: one bit an incident.
  public var touched: UInt32
  /// Why candidates were left out in routing: one bit a reason.
  public var removed: UInt32
  /// How many notes of each kind came, in the order of `Note.Kind.allCases`.
  public var notes: [Int]
  /// How often each breaker opened, over all replicas.
  public var breakerOpenings: [Int]
  /// Charges that no attempt bears.
  public var standingCharges: MoneyTotal
  /// Requests that had not ended when the run did.
  public var open: Int
  /// The breaches of the laws.
  public var breaches: Breaches

  /// The whole population.
  public var all: Group {
    var all = Group()
    for group in aliases { all.merge(group) }
    all.standingCharges = standingCharges
    return all
  }

  /// Whether a candidate was left out for one of some reasons.
  public func hasRemoved(_ reasons: Note.Removal...) -> Bool {
    reasons.contains { removed & 1 << UInt32($0.rawValue) != 0 }
  }

  /// The groups of a grouping; empty if it was not gathered.
  public func groups(_ by: Grouping) -> [Group] {
    switch by {
    case .alias: aliases
    case .deployment: deployments
    case .team: teams
    case .feature: features
    case .key: keys
    case .user: users
    default: []
    }
  }

  /// Adds another run of the same plan, exactly; the order does not matter but for the breaches.
  public mutating func merge(_ other: RunTotals) {
    runs += other.runs
    measured += other.measured
    aliases.merge(other.aliases) { $0.merge($1) }
    deployments.merge(other.deployments) { $0.merge($1) }
    teams.merge(other.teams) { $0.merge($1) }
    features.merge(other.features) { $0.merge($1) }
    keys.merge(other.keys) { $0.merge($1) }
    users.merge(other.users) { $0.merge($1) }
    slices.merge(other.slices) { $0.merge($1) }
    attempts.merge(other.attempts) { $0.merge($1) }
    statuses.merge(other.statuses) { $0 += $1 }
    series.merge(other.series)
    touched |= other.touched
    removed |= other.removed
    sliceMinutes.merge(other.sliceMinutes) { left, right in
      if let right { if left == nil { left = right } else { left?.merge(right) } }
    }
    notes.merge(other.notes) { $0 += $1 }
    breakerOpenings.merge(other.breakerOpenings) { $0 += $1 }
    standingCharges += other.standingCharges
    open += other.open
    breaches.merge(other.breaches)
  }
}
