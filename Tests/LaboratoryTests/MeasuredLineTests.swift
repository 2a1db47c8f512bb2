import Measures
import Statistics
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// Lines of `expect` beyond plain measures, on eight minutes with an outage from 2 min to 4 min.
@Suite("A line of expect that is")
struct MeasuredLineTests {
  private static let lines = [
    "time to detect 'north down' <= 20s in case outage",
    "time to detect 'north down' by share below 50% <= 20s in case outage",
    "time to recover from 'north down' within 5% for 2m <= 2m in case outage",
    "time to recover amplification from 'north down' within 20% for 2m <= 2m in case outage",
    "availability >= 1% in every minute in case outage",
    "availability >= 1% in every 2m in case outage",
    "error budget burn against 99% <= 1000 in case outage",
    "error budget burn against 99% over 2m <= 1000 in case outage",
    "share of deployment south >= 1% in case outage",
    "share of outcome failed <= 100% in case outage",
    "share of reason fallback <= 100% in case outage",
    "request rate >= 1/s in case outage", "retry rate <= 1/s in case outage",
    "p97 endToEndLatency <= 1h in case outage", "p50 timePerOutputToken <= 1h in case outage",
    "total cost <= $1000 in case outage", "cost per 1,000 <= $1000 in case outage",
    "availability of outcome failed <= 0% in case outage",
  ]

  private static let shared = Result {
    let quoted = lines.map { "\"\($0)\"" }
      .joined(separator: ", ")
    let text = SmallWorld.text
      .replacing("horizon: \"50s\"", with: "horizon: \"8m\"")
      .replacing("from: \"10s\", until: \"35s\"", with: "from: \"2m\", until: \"4m\"")
      .replacing("rate: \"11/s\"", with: "rate: \"5/s\"")
      .replacing("policies: {", with: "expect: { \"*\": [\(quoted)] },\npolicies: {")
    var scenario = try Scenario(
      tree: try JSON5.parse(bytes: Array(text.utf8), file: "small.json5"))
    scenario.name = "small"
    scenario.path = "scenarios/small"
    var options = ExperimentOptions()
    options.references = false
    options.replications = Scenario.Replications(from: 1, upTo: 1)
    options.jobs = 2
    options.cases = ["outage"]
    options.policies = ["failover"]
    return try Experiment.compare(scenario, options)
  }

  /// What a line measured under a policy, in the one replication.
  private func measured(_ text: String, _ policy: String) throws -> ExpectationResult {
    let all = try MeasuredLineTests.shared.get().expectations
    return try #require(
      all.first { $0.text.hasPrefix(text) && $0.policy == policy }, "\(text)")
  }

  private func row(_ policy: String) throws -> PolicyResult {
    try #require(try MeasuredLineTests.shared.get().result(for: "outage")?.policy(policy))
  }

  @Test("a time to detect ends with the first breaker, or never")
  func detection() throws {
    let failover = try measured("time to detect 'north down' <=", "failover")
    let seconds = try #require(failover.value?.mean)
    // Four in five calls fail, five a second: five failures in a row take a few seconds.
    #expect(failover.verdict == .holds && seconds > 0.5 && seconds < 20)
    let today = try measured("time to detect 'north down' <=", "today")
    #expect(today.verdict == .fails && today.never == 1 && today.value == nil)
  }

  @Test("a time to detect by share looks at steps of five seconds")
  func detectionByShare() throws {
    let failover = try measured("time to detect 'north down' by", "failover")
    let seconds = try #require(failover.value?.mean)
    #expect(failover.verdict == .holds && seconds == 5 * (seconds / 5).rounded(.down))
    #expect(try measured("time to detect 'north down' by", "today").verdict == .fails)
  }

  @Test("a time to recover begins at the incident's end and ends with a whole minute")
  func recovery() throws {
    // The incident ends at 4 min 10 s of the run; the next whole minute begins 50 s later.
    let today = try measured("time to recover from", "today")
    #expect(today.value?.mean == 50 && today.verdict == .holds)
    #expect(try measured("time to recover amplification", "failover").value?.mean == 50)
  }

  @Test("in every minute is the worst of the series, which is kept by other code")
  func minutes() throws {
    let series = try row("today").pooled.series
    let whole = series.points.indices.filter {
      series.start(of: $0).nanoseconds >= 60_000_000_000
        && series.start(of: $0).nanoseconds < 480_000_000_000
    }
    let worst = try #require(whole.compactMap { series.points[$0].availability }.min())
    let found = try #require(try measured("availability >= 1% in every minute", "today").value)
    #expect(found.mean == worst)
    let pairs = whole.dropLast().map { index in
      let both = series.points[index...index + 1]
      return Double(both.reduce(0) { $0 + $1.succeeded })
        / Double(both.reduce(0) { $0 + $1.arrived })
    }
    let two = try #require(try measured("availability >= 1% in every 2m", "today").value)
    #expect(abs(two.mean - (pairs.min() ?? -1)) < 1e-12)
  }

  @Test("a burn is the error share in budgets; over a window that of the worst")
  func burn() throws {
    let row = try row("today")
    let availability = try #require(row.measure("availability")?.estimate?.mean)
    let burn = try #require(try measured("error budget burn against 99% <=", "today").value?.mean)
    #expect(abs(burn - (1 - availability) / 0.01) < 1e-9)
    let worst = try #require(try measured("availability >= 1% in every 2m", "today").value?.mean)
    let over = try #require(try measured("error budget burn against 99% over", "today").value?.mean)
    #expect(abs(over - (1 - worst) / 0.01) < 1e-9)
  }

  @Test("a share is counted from the groups")
  func shares() throws {
    let pooled = try row("failover").pooled
    let served = pooled.deployments.map(\.tally.succeeded)
    let share = try #require(try measured("share of deployment south", "failover").value?.mean)
    #expect(abs(share - Double(served[1]) / Double(served.reduce(0, +))) < 1e-12)
    let tally = pooled.all.tally
    let failed = try #require(try measured("share of outcome failed", "failover").value?.mean)
    #expect(failed == Double(tally.endings[.failed]) / Double(tally.arrived))
    let fallback = try #require(try measured("share of reason fallback", "failover").value?.mean)
    #expect(fallback == Double(tally.fallbacks) / Double(tally.attempts) && fallback > 0)
  }

  @Test("a rate is counted by the second of the measured time")
  func rates() throws {
    let tally = try row("failover").pooled.all.tally
    let rate = try #require(try measured("request rate", "failover").value?.mean)
    #expect(abs(rate - Double(tally.arrived) / 480) < 1e-9)
    #expect(try measured("retry rate", "failover").value?.mean == Double(tally.retries) / 480)
  }

  @Test("a quantile or a cost agrees with its neighbours of the tables")
  func quantilesAndCosts() throws {
    let row = try row("failover")
    let p97 = try #require(try measured("p97", "failover").value?.mean)
    let p95 = try #require(row.measure("p95.endToEndLatency")?.estimate?.mean)
    let p99 = try #require(row.measure("p99.endToEndLatency")?.estimate?.mean)
    #expect(p95 < p97 && p97 < p99)
    // Tokens come every 10 ms in the middle of north, 12 ms of south.
    let token = try #require(try measured("p50 timePerOutputToken", "failover").value?.mean)
    #expect(token > 0.008 && token < 0.014)
    let tally = row.pooled.all.tally
    let cost = try #require(try measured("total cost", "failover").value?.mean)
    #expect(abs(cost - tally.bill.dollars) < 1e-9)
    let each = try #require(try measured("cost per 1,000", "failover").value?.mean)
    #expect(abs(each - 1000 * cost / Double(tally.succeeded)) < 1e-9)
    #expect(try measured("availability of outcome failed", "failover").value?.mean == 0)
  }
}

@Suite("What runs have not exercised")
struct VacuityTests {
  private func vacuities(_ change: (String) -> String) throws -> [String] {
    let scenario = try Scenario(
      tree: try JSON5.parse(bytes: Array(change(SmallWorld.text).utf8), file: "small.json5"))
    var options = ExperimentOptions()
    options.references = false
    options.replications = Scenario.Replications(from: 1, upTo: 1)
    return try Experiment.compare(scenario, options).vacuities.map(\.description)
  }

  @Test("is an incident that touches no attempt, a mechanism that never acts")
  func found() throws {
    // The limits of the small world are tight enough only for a longer run.
    let limit = "the limit of policy cached never acted in any case"
    #expect(try vacuities { $0 } == [limit])
    #expect(try vacuities { $0.replacing("\"12/s\", burst: 5", with: "\"2/s\", burst: 5") } == [])
    // An outage that begins after the last call, and so nothing for the breaker to do.
    let late = try vacuities {
      $0.replacing("from: \"10s\", until: \"35s\"", with: "from: \"20h\", until: \"21h\"")
    }
    #expect(late.contains("the incident \"north down\" touched no attempt in case outage"))
    let patient = try vacuities {
      $0.replacing("consecutiveFailures: 5", with: "consecutiveFailures: 5000")
    }
    #expect(patient == ["the breaker of policy failover never acted in any case", limit])
  }

  @Test("is not a limit that only routes around, nor one that only a filter's removal shows")
  func routesAround() throws {
    let limit =
      "failover: { limits: [{ each: \"deployment\", unit: \"requests\", of: { north: \"30/min\" }, burst: 5 }],"
    let around = try vacuities { $0.replacing("failover: {", with: limit) }
    #expect(!around.contains { $0.contains("the limit of policy failover") })
    let wide = try vacuities {
      $0.replacing("failover: {", with: limit.replacing("30/min", with: "30k/min"))
    }
    #expect(wide.contains("the limit of policy failover never acted in any case"))
  }

  @Test("fails where sometimes names it")
  func named() throws {
    let text = SmallWorld.text.replacing(
      "policies: {",
      with: "sometimes: [\"incident 'north down'\", \"traffic of chat\"],\npolicies: {")
    func verdicts(_ text: String) throws -> [String] {
      let scenario = try Scenario(
        tree: try JSON5.parse(bytes: Array(text.utf8), file: "small.json5"))
      var options = ExperimentOptions()
      options.references = false
      options.replications = Scenario.Replications(from: 1, upTo: 1)
      return try Experiment.compare(scenario, options).expectations.map(\.verdict.word)
    }
    #expect(try verdicts(text) == ["holds", "holds"])
    let late = text.replacing(
      "from: \"10s\", until: \"35s\"", with: "from: \"20h\", until: \"21h\"")
    #expect(try verdicts(late) == ["fails", "holds"])
  }
}
