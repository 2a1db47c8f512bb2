import Foundation
import Laboratory
import Reports

/// Writes what `test` found into the results: the whole report where one is kept, else the light form
/// (`summary.json` and one figure), and the golden table.
struct TestUpdate {
  let call: Invocation
  let outcome: TestOutcome

  init(_ call: Invocation, _ outcome: TestOutcome) {
    self.call = call
    self.outcome = outcome
  }

  /// The roots of the results that the scenarios belong to, each once.
  private var roots: [String] {
    outcome.verdicts.map(\.found.folder.root).reduce(into: []) { list, root in
      if !list.contains(root) { list.append(root) }
    }
  }

  /// Writes all; returns the paths.
  func write() throws -> [String] {
    var written: [String] = []
    for verdict in outcome.verdicts where verdict.comparison.failures.isEmpty {
      let files = verdict.found.hasWholeReport ? whole(verdict) : light(verdict)
      try verdict.found.folder.publish(files)
      written.append(verdict.found.folder.path)
    }
    for root in roots {
      let folder = ResultFolder(path: root)
      try folder.publish([("README.md", try GoldenTable(root: root).text())])
      written.append(folder.file("README.md"))
    }
    return written
  }

  /// The golden tables that are not what the results say; looked at when all scenarios were asked.
  func stale() -> [String] {
    guard call.texts("--only").isEmpty, call.texts("--case").isEmpty else { return [] }
    return roots.compactMap { root in
      let file = root + "/README.md"
      let text = FileManager.default.contents(atPath: file).map {
        String(decoding: $0, as: UTF8.self)
      }
      let isFresh = (try? GoldenTable(root: root).text()) == text
      return isFresh ? nil : file
    }
  }

  private func whole(_ verdict: ScenarioVerdict) -> [(name: String, text: String)] {
    ComparisonFiles(
      ComparisonReport(
        comparison: verdict.comparison, scenario: verdict.scenario,
        command: "gateway-lab compare " + Reproduction.quoted(verdict.found.path))
    ).all
  }

  private func light(_ verdict: ScenarioVerdict) -> [(name: String, text: String)] {
    let report = ComparisonReport(
      comparison: verdict.comparison, scenario: verdict.scenario, command: "")
    let summary = JSON(verdict.comparison.lightSummary(version: Version.number)).text()
    // The case in which most goes wrong: the one with incidents in which the baseline fares worst.
    let worst = verdict.comparison.cases.min { left, right in
      (left.baselineAvailability, right.name) < (right.baselineAvailability, left.name)
    }
    let figure = worst.flatMap { report.timeline($0) }
    return [("summary.json", summary)] + (figure.map { [("timeline.svg", $0.svg())] } ?? [])
  }
}

extension CaseResult {
  /// How available the baseline is in it; 1 if nothing tells.
  fileprivate var baselineAvailability: Double {
    policies.first(where: \.isBaseline)?.mean("availability") ?? 1
  }
}
