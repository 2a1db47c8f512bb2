import Measures
import Settings
import Statistics
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("A line of expect, over time")
struct LineOverTimeTests {
  private static let text = SmallWorld.text
    .replacing("horizon: \"50s\"", with: "horizon: \"5m\"")
    .replacing("from: \"10s\", until: \"35s\"", with: "from: \"2m\", until: \"4m\"")
    .replacing(
      "policies: {",
      with: """
        expect: {
          failover: [
            "availability of deployment north >= 99% in case outage",
            "p95 timeToFirstToken <= 0.5 x today in case outage during 'north down'",
            "time to detect 'north down' <= 1s",
            "share of deployment south >= 90% in case outage",
          ],
        },
        policies: {
        """)

  @Test("is what the line measures, of its requests, in every minute and under whom it concerns")
  func lines() throws {
    let scenario = try Scenario(
      tree: try JSON5.parse(bytes: Array(Self.text.utf8), file: "small.json5"))
    var options = ExperimentOptions()
    options.references = false
    options.replications = Scenario.Replications(from: 2, upTo: 2)
    options.cases = ["outage"]
    let comparison = try Experiment.compare(scenario, options)
    let lines = comparison.expectations.filter { $0.policy == "failover" }
    #expect(lines.count == 4)
    let over = try Experiment.overTime(lines, of: "failover", in: scenario, steps: 100, options)
    // A time to detect has no value by the minute.
    #expect(over.map(\.measure.name) == ["availability", "p95.timeToFirstToken", "share"])
    let first = try #require(over.first)
    #expect(first.bound == 0.99 && first.rival == nil)
    #expect(first.policies.map(\.name) == ["today", "failover"])
    #expect(first.step == 60 && first.from == 50, "the first whole minute after ten seconds")
    #expect(first.policies.allSatisfy { $0.values.count == 4 })
    // Only what north has served is asked: all of it is answered.
    #expect(first.policies[1].values.compactMap { $0 }.allSatisfy { $0 == 1 })
    #expect(over[1].rival?.policy == "today" && over[1].rival?.factor == 0.5)
    #expect(over[1].bound == nil)
    // The line is about the outage; the picture shows what was before and after, too.
    #expect(over[1].policies[1].values.count == 4)
    let shares = try #require(over[2].policies.first { $0.name == "failover" }).values
      .compactMap { $0 }
    let (least, most) = (shares.min() ?? 1, shares.max() ?? 0)
    #expect(least < 0.1 && most > 0.5 && most <= 1, "\(shares)")
  }
}
