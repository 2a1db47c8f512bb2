import Laboratory
import Measures
import Reports
import Scenarios

/// The figure of each failing row: that case over time, the policy beside the baseline, with the
/// threshold drawn where the measure is shown.
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

  init(_ outcome: TestOutcome, folder: String) {
    self.outcome = outcome
    self.folder = folder
  }

  /// Writes the figures; nothing if no row fails.
  func publish() throws -> [Written] {
    var written: [Written] = []
    for verdict in outcome.verdicts {
      var files: [(name: String, text: String)] = []
      let place = ResultFolder(path: folder + "/" + verdict.found.key)
      for row in verdict.rows where row.verdict != .holds {
        guard let figure = RowFigures.figure(verdict, row) else { continue }
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
  static func figure(_ verdict: ScenarioVerdict, _ row: TestRow) -> Figure? {
    let report = ComparisonReport(
      comparison: verdict.comparison, scenario: verdict.scenario, command: "")
    guard let result = verdict.comparison.result(for: row.caseName) else { return nil }
    return report.timeline(
      result, name: Comparison.slug(row.caseName) + "-" + Comparison.slug(row.policy),
      of: row.policy, thresholds: row.problems)
  }
}

extension ComparisonReport {
  /// One policy of a case beside the baseline over time, with the thresholds of lines that it does
  /// not hold.
  func timeline(
    _ result: CaseResult, name: String, of policy: String, thresholds: [ExpectationResult]
  ) -> Figure? {
    let shown = result.policies.filter { $0.isPolicy && ($0.name == policy || $0.isBaseline) }
    let steps = TimeSteps(shown.first?.series ?? [], measured: comparison.measured)
    guard steps.count > 1 else { return nil }
    func panel(
      _ title: String, _ style: NumberStyle, _ values: [[Double?]], _ threshold: Double?,
      isWide: Bool = false
    ) -> TimelineChart.Panel {
      .init(
        ChartAxis(title, in: style, scale: isWide ? .logarithmic : .linear),
        lines: zip(shown, values).map { policy, values in
          TimelineChart.Line(policy.name, values: values, role: policy.chartRole)
        }, objective: threshold)
    }
    func threshold(_ isMeant: (ExpectationResult) -> Bool) -> Double? {
      thresholds.first { $0.kind == .expect && !$0.isDifference && isMeant($0) }?.bound
    }
    let success = ["availability", "successPerCall", "goodput"]
    let latency = shown.map { steps.latency($0.series) }
    let times = latency.flatMap { $0.compactMap { $0 } }
    var panels = [
      panel(
        "availability", .percent(digits: 1), shown.map { steps.availability($0.series) },
        threshold { success.contains($0.measure) }),
      panel(
        "end to end, p95", NumberStyle.seconds(digits: 1).fitting(times), latency,
        threshold { $0.unit == .seconds && $0.measure.hasPrefix("p") },
        isWide: (times.max() ?? 1) > 8 * max(times.min() ?? 1, 1e-9)),
    ]
    if thresholds.contains(where: { $0.unit == .dollars }) {
      let costs = shown.map {
        steps.costPerSuccess($0.series, replications: comparison.replications)
      }
      let style = NumberStyle(
        measure: "costPerSuccess", unit: .dollars, for: costs.flatMap { $0.compactMap { $0 } })
      panels.append(
        panel(
          "cost per 1,000 successes", style, costs, threshold { $0.measure == "costPerSuccess" }))
    }
    let lines = thresholds.prefix(3).map { "\($0.text): \($0.found)" }.joined(separator: "; ")
    let every = Format.duration(.seconds(steps.step))
    return Figure(
      name: name,
      caption: RichText("\(lines). One point every \(every), all replications together."),
      chart: .timeline(
        TimelineChart(
          title: "\(comparison.scenario), case \(result.name), policy \(policy)", step: steps.step,
          from: steps.from, clock: clock, panels: panels, incidents: bands(result))))
  }
}

extension TimeSteps {
  /// Dollars by success of each step; points of a series count all replications, dollars are of one.
  func costPerSuccess(_ series: [SeriesPoint], replications: Int) -> [Double?] {
    values(series) { points in
      var (cost, succeeded) = (0.0, 0.0)
      for point in points {
        cost += point.cost * Double(replications)
        succeeded += Double(point.arrived) * (point.availability ?? 0)
      }
      return succeeded > 0 ? cost / succeeded : nil
    }
  }
}
