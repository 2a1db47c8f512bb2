import Laboratory
import Measures
import Scenarios
import Settings

/// What does not hold as workflow commands that GitHub shows at the lines of the files.
///
/// Source: GitHub, "Workflow commands for GitHub Actions" (`::error file=…,line=…,col=…,title=…::`).
struct TestAnnotations {
  let outcome: TestOutcome

  init(_ outcome: TestOutcome) { self.outcome = outcome }

  /// One line for each problem; a last one that says how many rows hold.
  var text: String {
    var lines: [String] = []
    for verdict in outcome.verdicts {
      for row in verdict.rows {
        let title = TestReport.title(verdict, row)
        for law in row.laws.prefix(1) {
          lines.append(
            line(
              .error, at: Position(file: verdict.scenario.path, line: 0, column: 0), title,
              law.description))
        }
        for problem in row.problems { lines.append(annotation(problem, title)) }
      }
      for problem in verdict.lines where TestVerdict(problem.verdict) != .holds {
        lines.append(annotation(problem, verdict.found.key))
      }
      let place = Position(file: verdict.scenario.path, line: 0, column: 0)
      for complaint in outcome.complaints(verdict) {
        lines.append(line(.error, at: place, verdict.found.key, complaint))
      }
      if !outcome.isLocked, let drift = verdict.drift, !drift.isEmpty {
        lines.append(
          line(
            .notice, at: place, verdict.found.key,
            "numbers differ from the committed ones: \(drift.reason)"))
      }
    }
    for skipped in outcome.skipped {
      lines.append(
        line(
          outcome.needsData ? .error : .notice,
          at: Position(file: skipped.path, line: 0, column: 0), skipped.key,
          "skipped: \(skipped.reason)"))
    }
    for file in outcome.stale {
      lines.append(
        line(
          .error, at: Position(file: file, line: 0, column: 0), "results",
          "not up to date: gateway-lab test --update"))
    }
    let rows = outcome.verdicts.flatMap(\.rows)
    lines.append("\(rows.count { $0.verdict == .holds }) of \(rows.count) rows hold")
    return lines.joined(separator: "\n") + "\n"
  }

  private enum Level: String { case error, warning, notice }

  private func annotation(_ problem: ExpectationResult, _ title: String) -> String {
    let again = problem.command.map { "\nagain: \($0)" } ?? ""
    return line(
      TestVerdict(problem.verdict) == .fails ? .error : .warning, at: problem.position, title,
      "\(problem.text): \(problem.found)\(again)")
  }

  private func line(
    _ level: Level, at position: Position, _ title: String, _ message: String
  ) -> String {
    var properties = ["file=\(property(position.file))"]
    if position.line > 0 { properties += ["line=\(position.line)", "col=\(position.column)"] }
    properties.append("title=\(property(title))")
    return "::\(level.rawValue) \(properties.joined(separator: ","))::\(data(message))"
  }

  private func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
