import Laboratory
import Measures
import Reports
import Scenarios
import Vocabulary

// The figures of a comparison that are about time: when it happened, and who served then.

extension ComparisonReport {
  /// The most points of a line: more than a page has pixels for would only make files large.
  static let mostPoints = 480

  /// Availability and latency over time, with the incidents shaded; and what else tells the policies
  /// of the case apart.
  func timeline(_ result: CaseResult) -> Figure? {
    let policies = result.policies.filter(\.isPolicy)
    let steps = TimeSteps(policies.first?.series ?? [], measured: comparison.measured)
    guard steps.count > 1 else { return nil }
    let panels = panels(policies, steps)
    let names = panels.map { String($0.axis.title.prefix { $0 != "," }) }
    let every = Format.duration(.seconds(steps.step))
    return Figure(
      name: comparison.fileName("timeline", result),
      caption: RichText(
        "One point every \(every), all replications together"
          + (steps.merged > 1 ? "; latency is that of the worst minute in it" : "")
          + (result.incidents.isEmpty ? "." : "; the incidents are shaded.")),
      chart: .timeline(
        TimelineChart(
          title: title(ComparisonReport.headline(names), result), step: steps.step,
          from: steps.from, clock: clock, panels: panels, incidents: bands(result))))
  }

  /// "Availability, latency and load over time".
  private static func headline(_ names: [String]) -> String {
    let words = names.map { $0 == "end to end" ? "latency" : $0 }
    let all = words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
    return all.prefix(1).uppercased() + all.dropFirst() + " over time"
  }

  /// Who served, over time, policy by policy.
  func shares(_ result: CaseResult) -> Figure? {
    let policies = result.policies.filter(\.isPolicy)
    let steps = TimeSteps(policies.first?.series ?? [], measured: comparison.measured)
    guard steps.count > 1 else { return nil }
    var names = comparison.deployments
    let layers = policies.map { steps.shares($0.series, layers: names.count + 1) }
    let hasCache = layers.contains { $0.last?.contains { $0 > 0 } == true }
    if hasCache { names.append("cache") }
    return Figure(
      name: comparison.fileName("shares", result),
      caption: RichText(
        "Who served the answered calls"
          + (hasCache ? "; cache includes shared answers." : ".")),
      chart: .shares(
        ShareChart(
          title: title("Share of traffic by deployment", result), deployments: names,
          step: steps.step,
          from: steps.from, clock: clock,
          panels: zip(policies, layers).map { policy, layers in
            .init(policy.name, layers: Array(layers.prefix(names.count)))
          }, incidents: bands(result))))
  }

  /// Zero is the file's zero; the time of day is shown where the scenario says when that is.
  var clock: ChartClock {
    guard let calendar = scenario.calendar else { return .elapsed }
    let date = calendar.date(at: scenario.warmUp)
    return .timeOfDay(secondsAtZero: date.hour * 3600 + date.minute * 60 + date.second)
  }

  func bands(_ result: CaseResult) -> [Reports.IncidentBand] {
    result.incidents.map { Reports.IncidentBand($0.name, from: $0.from, until: $0.until) }
  }
}

/// The measured part of the series, in steps of one or several minutes.
struct TimeSteps {
  /// How many points of a series are one step.
  let merged: Int
  /// Seconds from one step to the next.
  let step: Double
  /// Seconds from the file's zero to the first step.
  let from: Double
  private let groups: [Range<Int>]

  var count: Int { groups.count }

  init(_ series: [SeriesPoint], measured: Duration) {
    let end = Double(measured.nanoseconds) / 1e9
    let indices = series.indices.filter { series[$0].at >= 0 && series[$0].at < end }
    guard let first = indices.first, let last = indices.last, series.count > 1 else {
      (merged, step, from, groups) = (1, 60, 0, [])
      return
    }
    let size = max(
      1, (indices.count + ComparisonReport.mostPoints - 1) / ComparisonReport.mostPoints)
    merged = size
    step =
      (series[first + 1 < series.count ? first + 1 : first].at - series[first].at) * Double(size)
    from = series[first].at
    groups = stride(from: first, through: last, by: size).map { $0..<min($0 + size, last + 1) }
  }

  /// The mean availability of each step, weighted by what arrived.
  func availability(_ series: [SeriesPoint]) -> [Double?] {
    values(series) { points in
      var (sum, weight) = (0.0, 0)
      for point in points {
        guard let value = point.availability else { continue }
        sum += value * Double(point.arrived)
        weight += point.arrived
      }
      return weight > 0 ? sum / Double(weight) : nil
    }
  }

  /// The highest p95 of each step.
  func latency(_ series: [SeriesPoint]) -> [Double?] {
    values(series) { points in points.compactMap(\.p95Latency).max() }
  }

  /// What each deployment served in each step, in the order of the layers.
  func shares(_ series: [SeriesPoint], layers: Int) -> [[Double]] {
    (0..<layers).map { layer in
      groups.map { group in
        var sum = 0.0
        for index in group where index < series.count {
          let point = series[index]
          guard layer < point.shares.count else { continue }
          sum += point.shares[layer] * Double(point.arrived) * (point.availability ?? 1)
        }
        return sum
      }
    }
  }

  func values(
    _ series: [SeriesPoint], _ value: (ArraySlice<SeriesPoint>) -> Double?
  ) -> [Double?] {
    groups.map { group in
      group.upperBound <= series.count ? value(series[group]) : nil
    }
  }
}
