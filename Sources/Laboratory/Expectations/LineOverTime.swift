import Measures
import Scenarios
import Settings
import Vocabulary

/// What a line of `expect` measures, step by step: its own measure of its own requests, under its
/// policy, the baseline and whoever sets its bound.
public struct LineOverTime: Sendable {
  /// The line as it stands in the file.
  public var text: String
  /// What is measured.
  public var measure: Measure
  /// Its bound, if that is a value.
  public var bound: Double?
  /// The policy that sets its bound, and the factor on that.
  public var rival: (policy: String, factor: Double)?
  /// The values, policy by policy, all replications together.
  public var policies: [(name: String, values: [Double?])]
  /// Seconds from the file's zero to the first step.
  public var from: Double
  /// Seconds from one step to the next.
  public var step: Double
}

extension Experiment {
  /// Runs a case again for some lines of a policy that are about a slice as a whole or minute by
  /// minute, and keeps every minute of it.
  ///
  /// A line about a time (to detect, to recover) has no value over time and is left out.
  /// - Complexity: memory is some 3 KB a minute, line and policy; nothing is run beyond a week.
  public static func overTime(
    _ lines: [ExpectationResult], of policy: String, in scenario: Scenario, steps most: Int,
    _ options: ExperimentOptions
  ) throws -> [LineOverTime] {
    let measured = scenario.warmUp.duration(to: scenario.horizon)
    guard measured <= .seconds(7 * 86_400) else { return [] }
    let names = scenario.policies.map(\.name)
    var (scenario, options) = (scenario, options)
    scenario.expectations.expect = lines.compactMap { line in
      scenario.expectations.expect.first {
        $0.text == line.text && names[$0.policy] == policy && $0.hasValueOverTime
      }.map(\.minuteByMinute)
    }
    (scenario.expectations.never, scenario.expectations.sometimes) = ([], [])
    guard !scenario.expectations.expect.isEmpty else { return [] }
    let rivals = scenario.expectations.expect.compactMap(\.rival).map { names[$0.policy] }
    options.policies = [policy] + rivals
    (options.references, options.decides) = (false, .expectations)
    (options.breakdown, options.committed, options.isOverdue) = (nil, nil, nil)
    let comparison = try compare(scenario, options)
    guard let result = comparison.cases.first else { return [] }
    let firsts = scenario.expectations.firstSlices
    return zip(scenario.expectations.expect, firsts).compactMap { line, first in
      // Who has served nobody of a slice has no minutes of it: the longest tells the time.
      let all = result.policies.flatMap { row in
        line.slices.indices.compactMap { row.pooled.sliceMinutes[first + $0] }
      }
      guard let clock = all.max(by: { $0.count < $1.count }) else { return nil }
      let minutes = clock.indices(from: scenario.warmUp, to: scenario.horizon)
      let size = max(1, (minutes.count + most - 1) / max(1, most))
      let steps = stride(from: minutes.lowerBound, to: minutes.upperBound, by: size).map {
        $0..<min($0 + size, minutes.upperBound)
      }
      guard let start = steps.first?.lowerBound else { return nil }
      let bucket = Double(clock.bucket) / 1e9
      var over = LineOverTime(
        text: line.text, measure: line.measure, bound: nil, rival: nil,
        policies: result.policies.map { row in
          let kept = line.slices.indices.map { place in
            row.pooled.sliceMinutes.dropFirst(first + place).first ?? nil
          }
          return (
            row.name,
            steps.map { step in line.value(kept.compactMap { $0?.group(step) }) }
          )
        }, from: Double(scenario.warmUp.nanoseconds(to: clock.start(of: start))) / 1e9,
        step: bucket * Double(size))
      if case .value(let bound) = line.bound { over.bound = bound }
      over.rival = line.rival.map { (names[$0.policy], $0.factor) }
      return over
    }
  }
}

extension Expectation {
  /// Whether what it measures can be measured of every minute.
  fileprivate var hasValueOverTime: Bool {
    switch reading {
    case .whole, .windows: true
    case .detection, .recovery: false
    }
  }

  /// The policy that sets its bound.
  fileprivate var rival: (policy: Int, factor: Double)? {
    if case .policy(let policy, let factor) = bound { (policy, factor) } else { nil }
  }

  /// The same line, its requests kept minute by minute over the whole run.
  fileprivate var minuteByMinute: Expectation {
    var copy = self
    copy.reading = .windows(minutes: 1)
    (copy.slice.from, copy.slice.to, copy.slice.keepsMinutes) = (
      .distantPast, .distantFuture, true
    )
    if var base = copy.base {
      (base.from, base.to, base.keepsMinutes) = (.distantPast, .distantFuture, true)
      copy.base = base
    }
    return copy
  }
}
