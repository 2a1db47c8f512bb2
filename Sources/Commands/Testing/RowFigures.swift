import Laboratory
import Measures
import Reports
import Scenarios

/// The figure of each failing row: what each line that it does not hold measures, of the requests that
/// the line is about, over time; the policy beside the baseline, and the line's bound.
///
/// A run keeps minutes only of lines that ask for them, so the case is run again for these two
/// policies: seconds, and only after a failure.
struct RowFigures {
  /// A figure that was written.
  struct Written {
    var key: String
    var caseName: String
    var policy: String
    var path: String

    func isOf(_ verdict: ScenarioVerdict, _ row: TestRow) -> Bool {
      key == verdict.found.key && caseName == row.caseName && policy == row.policy
    }
  }

  let outcome: TestOutcome
  let folder: String
  let jobs: Int

  init(_ outcome: TestOutcome, folder: String, jobs: Int) {
    self.outcome = outcome
    self.folder = folder
    self.jobs = jobs
  }

  /// Writes the figures; nothing if no row fails.
  func publish() throws -> [Written] {
    var written: [Written] = []
    for verdict in outcome.verdicts {
      var files: [(name: String, text: String)] = []
      let place = ResultFolder(path: folder + "/" + verdict.found.key)
      for row in verdict.rows where row.verdict != .holds {
        guard let figure = try figure(verdict, row) else { continue }
        files.append((figure.fileName, figure.svg()))
        written.append(
          Written(
            key: verdict.found.key, caseName: row.caseName, policy: row.policy,
            path: place.file(figure.fileName)))
      }
      if !files.isEmpty { try place.publish(files) }
    }
    return written
  }

  /// The timeline of a row; `nil` if there is no time to speak of.
  func figure(_ verdict: ScenarioVerdict, _ row: TestRow) throws -> Figure? {
    let report = ComparisonReport(
      comparison: verdict.comparison, scenario: verdict.scenario, command: "")
    guard let result = verdict.comparison.result(for: row.caseName) else { return nil }
    var options = ExperimentOptions()
    options.cases = [row.caseName]
    options.seed = verdict.comparison.seed
    options.jobs = jobs
    let count = verdict.comparison.replications
    options.replications = Scenario.Replications(from: count, upTo: count)
    let problems = row.problems.filter { $0.kind == .expect }
    let lines = try Experiment.overTime(
      Array(problems.prefix(3)), of: row.policy, in: verdict.scenario,
      steps: ComparisonReport.mostPoints, options)
    return report.timeline(
      result, name: Comparison.slug(row.caseName) + "-" + Comparison.slug(row.policy),
      of: row.policy, lines: lines, problems: row.problems)
  }
}

extension ComparisonReport {
  /// One policy of a case beside the baseline over time: what its lines measure, each of its own
  /// requests, and how available it is to all.
  func timeline(
    _ result: CaseResult, name: String, of policy: String, lines: [LineOverTime],
    problems: [ExpectationResult]
  ) -> Figure? {
    let shown = result.policies.filter { $0.isPolicy && ($0.name == policy || $0.isBaseline) }
    let steps = TimeSteps(shown.first?.series ?? [], measured: comparison.measured)
    guard steps.count > 1 else { return nil }
    var panels = lines.map { panel($0, result) }
    let (step, from) = lines.first.map { ($0.step, $0.from) } ?? (steps.step, steps.from)
    if lines.isEmpty {
      panels = self.panels(shown, steps)
    } else if panels.count < 3, lines.allSatisfy({ $0.step == steps.step }),
      lines.contains(where: { $0.measure.name != "availability" || $0.subject.contains(" of ") })
    {
      var all = self.panels(shown, steps)[0]
      all.axis.title = "availability of all requests"
      panels.append(all)
    }
    let words = problems.prefix(3).map { "\($0.text): \($0.found)" }.joined(separator: "; ")
    let every = Format.duration(.seconds(step))
    return Figure(
      name: name,
      caption: RichText(
        "\(words.isEmpty ? "" : words + ". ")One point every \(every), all replications together."),
      chart: .timeline(
        TimelineChart(
          title: "\(comparison.scenario), case \(result.name), policy \(policy)", step: step,
          from: from, clock: clock, panels: panels, incidents: bands(result))))
  }

  private func panel(_ line: LineOverTime, _ result: CaseResult) -> TimelineChart.Panel {
    var drawn = line.policies.map { name, values in
      let role = result.policy(name)?.chartRole ?? .ordinary
      return TimelineChart.Line(name, values: values, role: role)
    }
    if let rival = line.rival, rival.factor != 1,
      let model = line.policies.first(where: { $0.name == rival.policy })
    {
      let isShort = rival.factor * 10 == Double(Int(rival.factor * 10))
      let factor = Format.number(rival.factor, digits: isShort ? 1 : 2)
      drawn.append(
        TimelineChart.Line(
          "\(factor) × \(rival.policy)",
          values: model.values.map { $0.map { $0 * rival.factor } }, role: .reference,
          isFaint: true))
    }
    let known = drawn.flatMap { $0.values.compactMap { $0 } } + (line.bound.map { [$0] } ?? [])
    let style = NumberStyle(measure: line.measure.name, unit: line.measure.unit, for: known)
    let isTime = line.measure.unit == .seconds
    let isWide = isTime && (known.max() ?? 1) > 8 * max(known.min() ?? 1, 1e-9)
    let unit = line.measure.unit == .dollars && style.scale == 1000 ? ", per 1,000" : ""
    return .init(
      ChartAxis(
        line.subject + unit, in: style, scale: isWide ? .logarithmic : .linear), lines: drawn,
      objective: line.bound)
  }
}

extension LineOverTime {
  /// What the line is about: its words before the comparison.
  var subject: String {
    let words = text.split(separator: " ")
    return words.prefix { ![">=", "<=", ">", "<"].contains($0) }.joined(separator: " ")
  }
}
