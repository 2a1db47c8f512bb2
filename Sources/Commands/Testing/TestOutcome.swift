import Laboratory

/// All that one call of `test` has found.
struct TestOutcome {
  /// A scenario that was not run, and why.
  struct Skipped {
    var key: String
    var path: String
    var reason: String
    /// Whether a file is missing that the machine should have.
    var lacksData: Bool
  }

  /// The scenarios that ran, in the order of their names.
  var verdicts: [ScenarioVerdict] = []
  /// Those that did not.
  var skipped: [Skipped] = []
  /// Whether drift, missing results and missing data are failures.
  var isLocked = false
  /// Whether missing data is a failure: on a server nobody reads what was skipped.
  var needsData = false
  /// Files of the results that are not what the tool makes of the others; only when locked.
  var stale: [String] = []

  /// What is wrong with a scenario beside its expectations, in a sentence each; only when locked.
  func complaints(_ verdict: ScenarioVerdict) -> [String] {
    guard isLocked else { return [] }
    guard verdict.committed != nil else {
      return ["no result is committed: gateway-lab test \(verdict.found.path) --update"]
    }
    guard let drift = verdict.drift, !drift.isEmpty else { return [] }
    return ["the numbers are not the committed ones: \(drift.reason)"]
  }

  /// The worst of all.
  var verdict: TestVerdict {
    var worst = verdicts.map(\.verdict).max() ?? .holds
    if verdicts.contains(where: { !complaints($0).isEmpty }) || !stale.isEmpty { worst = .fails }
    if needsData, skipped.contains(where: \.lacksData) { worst = .fails }
    return worst
  }

  /// What the process tells its caller.
  var status: ExitStatus {
    switch verdict {
    case .holds: .fine
    case .undecided: .undecided
    case .fails: .failed
    }
  }
}
