import Laboratory
import Reports
import Scenarios
import Statistics

/// What `test` found of one scenario.
struct ScenarioVerdict {
  var found: FoundScenario
  var scenario: Scenario
  var comparison: Comparison
  /// The committed result; `nil` without one.
  var committed: CommittedResult?
  /// How the numbers differ from the committed ones; `nil` if they cannot be compared.
  var drift: Drift?
  /// The rows that are judged, case by case.
  var rows: [TestRow]
  /// What is expected of the scenario and of no single row, with what became of it.
  var lines: [ExpectationResult]
  /// The same rows under other seeds.
  var fresh: [FreshSeed] = []

  /// One other seed, and the verdicts of the rows under it.
  struct FreshSeed {
    var seed: UInt64
    var verdicts: [TestVerdict]
  }

  /// The worst of all its verdicts.
  var verdict: TestVerdict {
    let all =
      rows.map(\.verdict) + lines.map { TestVerdict($0.verdict) } + fresh.flatMap(\.verdicts)
      + (comparison.failures.isEmpty ? [] : [.fails])
    return all.max() ?? .holds
  }

  /// - Parameter judged: The policies that are judged; all if empty.
  init(
    _ found: FoundScenario, _ scenario: Scenario, _ comparison: Comparison,
    committed: CommittedResult?, drift: Drift?, judging judged: [String]
  ) {
    self.found = found
    self.scenario = scenario
    self.comparison = comparison
    self.committed = committed
    self.drift = drift
    let isJudged: (String) -> Bool = { judged.isEmpty || judged.contains($0) }
    rows = comparison.cases.flatMap { result in
      result.policies.filter { $0.reference == nil && isJudged($0.name) }.map { policy in
        TestRow(
          caseName: result.name, policy: policy.name, result: policy,
          lines: comparison.expectations.filter {
            $0.caseName == result.name && $0.policy == policy.name
          },
          laws: comparison.failures.filter {
            $0.caseName == result.name && $0.policy == policy.name
          },
          committed: committed?.row(result.name, policy.name),
          isFromOutside: judged.contains(policy.name))
      }
    }
    lines = comparison.expectations.filter { line in
      guard let policy = line.policy else { return true }
      return line.caseName == nil && isJudged(policy)
    }
  }
}

/// One case under one policy: a row of the golden table and a test case.
struct TestRow {
  var caseName: String
  var policy: String
  var result: PolicyResult
  /// What is expected of it, with what became of it.
  var lines: [ExpectationResult]
  /// The laws that its runs broke.
  var laws: [LawFailure]
  /// What is committed of it.
  var committed: CommittedResult.Row?
  /// Whether the policy is not the scenario's own.
  var isFromOutside: Bool

  /// The worst of its verdicts.
  var verdict: TestVerdict {
    if !laws.isEmpty { return .fails }
    return lines.map { TestVerdict($0.verdict) }.max() ?? .holds
  }

  /// The lines that do not hold, failures first.
  var problems: [ExpectationResult] {
    lines.filter { TestVerdict($0.verdict) == .fails }
      + lines.filter { TestVerdict($0.verdict) == .undecided }
  }

  /// The command that shows the first problem.
  var command: String? { laws.first?.command ?? problems.first?.command }
}

/// How a row or a scenario stands; the worse is the greater.
enum TestVerdict: Int, Comparable {
  case holds, undecided, fails

  init(_ verdict: BoundVerdict) {
    self =
      switch verdict {
      case .holds: .holds
      case .undecided: .undecided
      case .fails: .fails
      }
  }

  static func < (left: TestVerdict, right: TestVerdict) -> Bool { left.rawValue < right.rawValue }

  /// The word in reports and JSON.
  var word: String { "\(self)" }

  /// The sign for it.
  var mark: VerdictMark {
    switch self {
    case .holds: .holds
    case .undecided: .undecided
    case .fails: .fails
    }
  }
}
