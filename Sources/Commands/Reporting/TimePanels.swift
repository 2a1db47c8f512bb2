import Laboratory
import Measures
import Reports
import Vocabulary

// The panels of a timeline: availability and latency always, and what else tells policies apart.

extension ComparisonReport {
  /// By how much policies must differ for a panel of its own.
  private static let telling = 1.25

  /// The panels of a timeline of some policies.
  ///
  /// Quality is shown where answers are wrong; answers a second where clients come back, since
  /// availability is of requests and a storm makes more of them; load where it differs by a quarter
  /// between policies or grows with retries; cost where it does so over the whole or over time.
  func panels(_ policies: [PolicyResult], _ steps: TimeSteps) -> [TimelineChart.Panel] {
    func panel(
      _ title: String, _ style: NumberStyle, _ values: [[Double?]], isWide: Bool = false,
      fromZero: Bool = false
    ) -> TimelineChart.Panel {
      .init(
        ChartAxis(
          title, in: style, scale: isWide ? .logarithmic : .linear,
          includesZero: fromZero),
        lines: zip(policies, values).map { policy, values in
          TimelineChart.Line(policy.name, values: values, role: policy.chartRole)
        })
    }
    let series = policies.map(\.series)
    let latency = series.map { steps.latency($0) }
    let times = latency.flatMap { $0.compactMap { $0 } }
    var panels = [
      panel("availability", .percent(digits: 1), series.map { steps.availability($0) }),
      panel(
        "end to end, p95", NumberStyle.seconds(digits: 1).fitting(times), latency,
        isWide: (times.max() ?? 1) > 8 * max(times.min() ?? 1, 1e-9)),
    ]
    if series.contains(where: { $0.contains { $0.wrong > 0 } }) {
      panels.append(panel("quality", .percent(digits: 1), series.map { steps.quality($0) }))
    }
    let rate = Double(max(1, comparison.replications)) * steps.step
    if policies.contains(where: { $0.measure("requestsPerCall")?.estimate != nil }) {
      let answered = series.map { steps.answered($0).map { $0.map { $0 / rate } } }
      panels.append(
        panel("answers, per second", ComparisonReport.perSecond(answered), answered, fromZero: true)
      )
    }
    let load = series.map { steps.attempts($0).map { $0.map { $0 / rate } } }
    if differ(load) {
      panels.append(
        panel("load, attempts per second", ComparisonReport.perSecond(load), load, fromZero: true))
    }
    // What is paid by the hour is paid of no request, so a cost over time would leave it out.
    let isRented = policies.contains { $0.pooled.standingCharges != .zero }
    if panels.count < 4, !isRented {
      let costs = series.map { steps.costPerSuccess($0, replications: comparison.replications) }
      if differ(costs) {
        let style = NumberStyle(
          measure: "costPerSuccess", unit: .dollars, for: costs.flatMap { $0.compactMap { $0 } })
        panels.append(panel("cost, per 1,000 successes", style, costs))
      }
    }
    return panels
  }

  private static func perSecond(_ values: [[Double?]]) -> NumberStyle {
    NumberStyle.plain(digits: 0).fitting(values.flatMap { $0.compactMap { $0 } })
      .with(digits: 0)
  }

  /// Whether in a tenth of the steps two policies differ by a quarter or more.
  private func differ(_ values: [[Double?]]) -> Bool {
    guard let steps = values.first?.count, steps > 0 else { return false }
    let apart = (0..<steps).count { step in
      let known = values.compactMap { step < $0.count ? $0[step] : nil }.filter { $0 > 0 }
      guard let least = known.min(), let most = known.max() else { return false }
      return most > ComparisonReport.telling * least
    }
    return apart * 10 >= steps
  }
}

extension TimeSteps {
  /// The share of the answers of each step that are not wrong.
  func quality(_ series: [SeriesPoint]) -> [Double?] {
    values(series) { points in
      let answers = points.reduce(0.0) { $0 + TimeSteps.answers($1) }
      let wrong = points.reduce(0) { $0 + $1.wrong }
      return answers > 0 ? max(0, 1 - Double(wrong) / answers) : nil
    }
  }

  /// The answers of each step, over all replications.
  func answered(_ series: [SeriesPoint]) -> [Double?] {
    values(series) { points in points.reduce(0) { $0 + TimeSteps.answers($1) } }
  }

  /// The attempts of each step, over all replications.
  func attempts(_ series: [SeriesPoint]) -> [Double?] {
    values(series) { points in Double(points.reduce(0) { $0 + $1.attempts }) }
  }

  /// Dollars by success of each step; points of a series count all replications, dollars are of one.
  func costPerSuccess(_ series: [SeriesPoint], replications: Int) -> [Double?] {
    values(series) { points in
      let cost = points.reduce(0) { $0 + $1.cost * Double(replications) }
      let answers = points.reduce(0) { $0 + TimeSteps.answers($1) }
      return answers > 0 ? cost / answers : nil
    }
  }

  private static func answers(_ point: SeriesPoint) -> Double { Double(point.succeeded) }
}
