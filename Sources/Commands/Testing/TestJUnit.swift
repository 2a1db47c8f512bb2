import Laboratory
import Measures
import Reports
import Scenarios

/// The result of `test` as JUnit XML: one suite for each scenario, one test for each case × policy.
///
/// Lines that concern no single row, the committed numbers (when locked) and what was skipped are
/// tests of their own.
struct TestJUnit {
  let outcome: TestOutcome
  let figures: [RowFigures.Written]

  init(_ outcome: TestOutcome, figures: [RowFigures.Written]) {
    self.outcome = outcome
    self.figures = figures
  }

  var results: JUnit {
    var suites = outcome.verdicts.map(suite)
    suites += outcome.skipped.map { skipped in
      JUnit.Suite(
        skipped.key,
        cases: [
          JUnit.Case(
            "the data is on this machine", className: TestJUnit.className(skipped.key),
            outcome.needsData && skipped.lacksData
              ? .error(message: skipped.reason) : .skipped(message: skipped.reason),
            file: skipped.path)
        ])
    }
    if !outcome.stale.isEmpty {
      suites.append(
        JUnit.Suite(
          "results",
          cases: outcome.stale.map {
            JUnit.Case(
              "\($0) is what its results say", className: "results",
              .failed(message: "not up to date: gateway-lab test --update"), file: $0)
          }))
    }
    return JUnit(suites: suites)
  }

  /// Servers group by the dots of the class.
  private static func className(_ key: String) -> String {
    "gateway-lab." + key.replacing("/", with: ".")
  }

  private func suite(_ verdict: ScenarioVerdict) -> JUnit.Suite {
    let name = TestJUnit.className(verdict.found.key)
    var cases = verdict.rows.map { row in
      JUnit.Case(
        "\(row.caseName) · \(row.policy)", className: name, result(row, verdict),
        file: verdict.scenario.path, output: row.command.map { $0 + "\n" } ?? "")
    }
    cases += verdict.lines.map { line in
      JUnit.Case(
        (line.kind == .expect ? "" : line.kind.rawValue + ": ") + line.text, className: name,
        TestJUnit.result([line]), file: verdict.scenario.path,
        output: line.command.map { $0 + "\n" } ?? "")
    }
    if outcome.isLocked {
      let complaint = outcome.complaints(verdict).first
      cases.append(
        JUnit.Case(
          "the numbers are the committed ones", className: name,
          complaint.map { .failed(message: $0) } ?? .passed, file: verdict.scenario.path))
    }
    return JUnit.Suite(verdict.found.key, cases: cases)
  }

  private func result(_ row: TestRow, _ verdict: ScenarioVerdict) -> JUnit.Result {
    if let law = row.laws.first {
      return .error(
        message: "law broken: \(law.breach.law.name)",
        detail: row.laws.map(\.description).joined(separator: "\n") + "\n")
    }
    let figure = figures.first { $0.isOf(verdict, row) }.map { "figure: \($0.path)\n" } ?? ""
    return TestJUnit.result(row.lines, more: figure)
  }

  private static func result(_ lines: [ExpectationResult], more: String = "") -> JUnit.Result {
    let failed = lines.filter { TestVerdict($0.verdict) == .fails }
    if let first = failed.first {
      return .failed(
        message: "\(first.text): \(first.found)",
        detail: failed.map { "\($0.position): \($0.text): \($0.found)\n" }.joined() + more)
    }
    guard let open = lines.first(where: { TestVerdict($0.verdict) == .undecided }) else {
      return .passed
    }
    return .skipped(message: "undecided: \(open.text): \(open.found)")
  }
}
