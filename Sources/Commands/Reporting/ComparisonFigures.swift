import Laboratory
import Measures
import Reports
import Statistics

// The figures of a comparison that are about whole runs.

extension ComparisonReport {
  /// Cost per success against p99, with the Pareto frontier; nothing without two policies.
  func frontier(_ result: CaseResult) -> Figure? {
    let time = "p99.timeToFirstToken"
    let points = result.policies.compactMap { policy -> FrontierChart.Point? in
      guard policy.reference == nil || !isBaselineAgain(policy, result),
        let cost = policy.measure("costPerSuccess")?.estimate,
        let latency = policy.measure(time)?.estimate
      else { return nil }
      return FrontierChart.Point(
        policy.name, x: cost.mean, xHalfWidth: cost.halfWidth, y: latency.mean,
        yHalfWidth: latency.halfWidth, role: policy.chartRole)
    }
    guard points.count > 1, let first = result.policies.first,
      let cost = first.measure("costPerSuccess"), let latency = first.measure(time)
    else { return nil }
    let best = FrontierChart.best(points)
    return Figure(
      name: comparison.fileName("frontier", result),
      caption: RichText(
        "Lower left is better. On the frontier: \(best.joined(separator: ", ")). "
          + "Who leaves calls unanswered looks cheap and fast here: its availability stands by its name."
      ),
      chart: .frontier(
        FrontierChart(
          title: title("Cost against p99 time to first token", result),
          x: ChartAxis(cost.heading, in: cost.style(for: points.map(\.x))),
          y: ChartAxis(
            "time to first token, p99", in: latency.style(for: points.map(\.y)),
            scale: spread(points.map(\.y)) > 8 ? .logarithmic : .linear),
          points: labelled(points, result))))
  }

  /// What each policy changes, measure by measure.
  func differences(_ result: CaseResult) -> Figure? {
    let others = result.policies.filter { $0.isPolicy && !$0.isBaseline }
    guard !others.isEmpty else { return nil }
    let panels = [
      "availability", "p99.timeToFirstToken", "p99.endToEndLatency", "costPerSuccess",
    ].compactMap { name in panel(name, others) }
    guard !panels.isEmpty else { return nil }
    return Figure(
      name: comparison.fileName("differences", result),
      caption: RichText(
        "The difference of each policy from \(comparison.baseline); inside the grey zone it does not matter."
      ),
      chart: .forest(
        ForestChart(
          title: title("What each policy changes", result), baseline: comparison.baseline,
          panels: panels)))
  }

  private func panel(_ name: String, _ policies: [PolicyResult]) -> ForestChart.Panel? {
    let measures = policies.compactMap { policy in policy.measure(name).map { (policy.name, $0) } }
    let known = measures.compactMap { $0.1.difference }
    guard let first = measures.first?.1, let difference = known.first else { return nil }
    return ForestChart.Panel(
      ChartAxis(first.words, in: first.style(for: known.map(\.mean) + [difference.matters])),
      better: first.better == .higher ? .higher : .lower, matters: difference.matters,
      rows: measures.map { name, measure in
        ForestChart.Row(
          name, difference: measure.difference?.mean, halfWidth: measure.difference?.halfWidth,
          measure.difference.map { VerdictMark($0.verdict) })
      })
  }

  /// Whether a reference is the baseline under another name: its point would hide it.
  private func isBaselineAgain(_ policy: PolicyResult, _ result: CaseResult) -> Bool {
    guard let baseline = result.policies.first(where: \.isBaseline) else { return false }
    return ["costPerSuccess", "p99.timeToFirstToken"].allSatisfy {
      policy.measure($0)?.values == baseline.measure($0)?.values
    }
  }

  /// The points with the availability by the name where that is clearly below the highest.
  private func labelled(
    _ points: [FrontierChart.Point], _ result: CaseResult
  ) -> [FrontierChart.Point] {
    let highest =
      result.policies.filter(\.isPolicy).compactMap { $0.mean("availability") }.max() ?? 1
    return points.map { point in
      var point = point
      if let own = result.policy(point.name)?.mean("availability"),
        own < highest - Answer.fewUnanswered
      {
        point.name += ", \(Format.percent(own)) available"
      }
      return point
    }
  }

  private func spread(_ values: [Double]) -> Double {
    guard let low = values.min(), let high = values.max(), low > 0 else { return 1 }
    return high / low
  }
}

extension FrontierChart {
  /// The names of the points that no other candidate dominates, in order; references never decide.
  static func best(_ points: [Point]) -> [String] {
    let candidates = points.filter { $0.role != .reference }
    return candidates.filter { point in
      !candidates.contains { other in
        other.x <= point.x && other.y <= point.y && (other.x < point.x || other.y < point.y)
      }
    }.map(\.name)
  }
}
