import Measures
import Statistics
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("An expectation")
struct ExpectationTests {
  /// The small world with expectations of its own, compared in a few replications.
  private static func comparison(
    _ lines: String, from: Int, upTo: Int, policies: [String] = [], cases: [String] = []
  ) throws -> Comparison {
    let text = SmallWorld.text.replacing("policies: {", with: lines + "\npolicies: {")
    var scenario = try Scenario(
      tree: try JSON5.parse(bytes: Array(text.utf8), file: "small.json5"))
    scenario.name = "small"
    scenario.path = "scenarios/small"
    var options = ExperimentOptions()
    options.references = false
    options.replications = Scenario.Replications(from: from, upTo: upTo)
    options.jobs = 2
    options.policies = policies
    options.cases = cases
    return try Experiment.compare(scenario, options)
  }

  private static let shared = Result {
    try comparison(
      """
      expect: {
        failover: ["availability >= 50%", "availability >= 99.999% in case outage",
                   "availability >= today in case outage",
                   "cost per success <= 0.5 x today in case quiet",
                   "availability >= 1% in case outage in every minute",
                   "availability >= 1% in case outage"],
        today: ["availability >= 50% in case outage during 'north down'"],
      },
      never: ["attempt where deployment = south",
              "attempt where deployment = north under cached in case quiet",
              "request where end = rejected under failover",
              "attempt where region = south under today",
              "request where end = failed under today"],
      sometimes: ["breaker opens in case outage", "breaker opens under today", "fallback",
                  "hedge", "cache hits under cached"],
      """, from: 3, upTo: 3)
  }

  private func results(_ kind: ExpectationResult.Kind) throws -> [ExpectationResult] {
    try ExpectationTests.shared.get().expectations.filter { $0.kind == kind }
  }

  @Test("holds or fails by its interval, case by case")
  func verdicts() throws {
    let found = try results(.expect)
    let whole = found.filter { $0.text == "availability >= 50%" }
    #expect(whole.map(\.verdict.word) == ["holds", "holds"])
    #expect(whole.map(\.caseName) == ["quiet", "outage"])
    let strict = try #require(found.first { $0.text.contains("99.999%") })
    #expect(strict.verdict == .fails && strict.caseName == "outage")
    #expect(strict.command?.contains("gateway-lab run scenarios/small") == true)
    // During the outage the baseline answers a fifth of the calls.
    let during = try #require(found.first { $0.text.contains("during") })
    let mean = try #require(during.value?.mean)
    #expect(during.verdict == .fails && mean > 0.1 && mean < 0.35)
  }

  @Test("against another policy is judged by paired differences")
  func relative() throws {
    let found = try results(.expect).filter(\.isDifference)
    #expect(found.map(\.verdict.word) == ["holds", "fails"])
    #expect((found.first?.value?.mean ?? 0) > 0.2)
  }

  @Test("in every minute is held by the worst one")
  func everyMinute() throws {
    let found = try results(.expect)
    let worst = found.first { $0.text.contains("every minute") }?.value?.mean
    let whole = try #require(
      found.first { $0.text == "availability >= 1% in case outage" }?.value?.mean)
    // Of the minutes one lies wholly inside the measured time, if any does.
    #expect(worst.map { $0 <= whole + 1e-9 } ?? true)
  }

  @Test("is undecided when its interval covers the bound; more replications are run up to the cap")
  func undecided() throws {
    let known = try ExpectationTests.shared.get().result(for: "outage")?.policy("today")
    let values = try #require(known?.measure("availability")?.values.prefix(2).compactMap { $0 })
    let mean = values.reduce(0, +) / 2
    let found = try ExpectationTests.comparison(
      "expect: { today: [\"availability >= \(mean + 1e-6) in case outage\"] },", from: 2, upTo: 3,
      policies: ["today"], cases: ["outage"])
    #expect(found.replications == 3)
    let result = try #require(found.expectations.first)
    if case .undecided(let needed) = result.verdict { #expect((needed ?? 9) > 3) }
    #expect(abs((result.value?.mean ?? 0) - mean) < 0.1)
  }

  @Test("of what must never be seen fails with a request that shows it and the command to see it")
  func never() throws {
    let found = try results(.never)
    #expect(found.map(\.verdict.word) == ["fails", "fails", "holds", "holds", "fails"])
    #expect(found[0].policy == "failover")
    #expect(found[0].command?.contains("gateway-lab explain scenarios/small --request") == true)
    #expect((found[0].value?.mean ?? 0) > 10)
  }

  @Test("of what must be seen fails when nothing shows it")
  func sometimes() throws {
    let found = try results(.sometimes)
    #expect(found.map(\.verdict.word) == ["holds", "fails", "holds", "fails", "holds"])
  }

  @Test("a prohibition is checked against every request, whatever the batches are")
  func everyRequest() throws {
    // Every request that failed under the baseline, counted by the measures and by the watch.
    let failed = try ExpectationTests.shared.get().cases.reduce(0) { sum, one in
      sum + (one.policy("today")?.pooled.all.tally.endings[.failed] ?? 0)
    }
    let seen = Int(try #require(try results(.never).last?.value?.mean))
    // The watch sees the warm-up as well.
    #expect(seen >= failed && failed > 0)
  }
}
