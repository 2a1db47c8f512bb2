import GatewayCore
import Providers
import Scenarios
import Testing
import Vocabulary

@Suite("A --set")
struct OverrideTests {
  private func set(_ sets: String...) throws -> Scenario {
    var options = ScenarioOptions()
    options.sets = sets
    return try Files([("scenario.json5", smallest)]).load(options)
  }

  private func failure(_ set: String) throws -> String? {
    try message(smallest) { options, _ in options.sets = [set] }
  }

  @Test("changes a value, with or without quotes")
  func values() throws {
    #expect(try set("horizon=2h").horizon == Instant(nanoseconds: 7_200_000_000_000))
    #expect(try set("horizon='90m'").horizon == Instant(nanoseconds: 5_400_000_000_000))
    #expect(try set("seed=9", "seed=11").seed == 11)
    let scenario = try set(
      "deployments[\"a/x\"].faults[\"529\"]=1%", "policies.other.routes.chat.fallback[0]=b/y",
      "policies.new={ routes: { chat: 'b/y' } }")
    #expect(scenario.fleet.deployments[0].faults.count == 1)
    #expect(scenario.policies[1].plan.tree.deployments(reachableFrom: 0) == [DeploymentID(1)])
    #expect(scenario.policies.map(\.name) == ["today", "other", "new"])
  }

  @Test("reaches into routes, values over time, cases and objectives")
  func deep() throws {
    var options = ScenarioOptions()
    options.sets = [
      "incidents[\"france herd\"].quota[\"10m\"]=0.25", "objectives.chat.firstToken=3s",
      "policies.failover.routes.chat.fallback[1].balance.peak-ewma.decay=5s",
      "cases[\"any one down\"].down=5m", "policies.failover.limits[0].burst=900k",
      "traffic.kyc.arrivals.poisson=3/s", "gateway.state.gossiped.lag=70ms",
    ]
    let scenario = try Files([("scenario.json5", example)]).load(options)
    #expect(scenario.gossipLag == .milliseconds(70))
    #expect(scenario.objectives[0]?.firstToken == .seconds(3))
  }

  @Test("comes after extends: it changes one policy, not those that extend it")
  func order() throws {
    let scenario = try set("policies.today.attempts.max=2")
    #expect(scenario.policies.map(\.plan.maximumAttempts) == [2, 16])
  }

  @Test("of null takes a value away")
  func null() throws {
    #expect(try set("policies.other=null").policies.map(\.name) == ["today"])
  }

  @Test("that leads nowhere is an error with the nearest way")
  func unknown() throws {
    // The allowed keys are those of a policy, whichever there are.
    let told = try failure("policies.other.attemts.max=2") ?? ""
    #expect(
      told.hasPrefix(
        """
        --set policies.other.attemts.max: policies.other.attemts: no "attemts" here
          did you mean "attempts"?  allowed: attempts,
        """))
    #expect(told.hasSuffix("extends, from"))
    #expect(
      try failure("policies.othr.attempts.max=2") == """
        --set policies.othr.attempts.max: policies.othr: no "othr" here
          did you mean "other"?  allowed: today, other
        """)
    #expect(try failure("horizn=2h")?.contains("did you mean \"horizon\"?") == true)
    #expect(try failure("horizon.x=2h")?.contains("no \"x\" here") == true)
    #expect(
      try failure("policies.other.routes.chat.fallback[7]=b/y")?.contains("no such element") == true
    )
  }

  @Test("that cannot be read is an error that says how to write one")
  func unreadable() throws {
    #expect(
      try failure("policies.other.attempts.max") == """
        --set policies.other.attempts.max: found no path=value
          next: write --set 'policies.today.attempts.max=3', names with dots in ["…"]
        """)
    #expect(try failure("horizon=")?.contains("found no value behind the =") == true)
    #expect(
      try failure("policies.other.attempts.max=20x")?.hasPrefix(
        "--set policies.other.attempts.max:1:1: policies.other.attempts.max: found \"20x\"") == true
    )
    #expect(try failure("policies.other={a:")?.contains("the file ends inside") == true)
    #expect(try failure(String(repeating: "a.", count: 100_000) + "b=1") != nil)
  }
}

@Suite("An option")
struct OptionTests {
  @Test("replaces seed, replications and cases of the file")
  func replaces() throws {
    var options = ScenarioOptions()
    options.seed = 99
    options.replications = 3
    options.cases = ["outage"]
    let scenario = try Files([("scenario.json5", example)]).load(options)
    #expect(scenario.seed == 99)
    #expect(scenario.replications == Scenario.Replications(from: 3, upTo: 3))
    #expect(scenario.cases.map(\.name) == ["outage"])
  }

  @Test("that names an unknown case is an error with the nearest one")
  func unknownCase() throws {
    let found = try message(example) { options, _ in options.cases = ["outge"] }
    #expect(
      found?.hasPrefix("--case outge: no case named \"outge\"\n  did you mean \"outage\"?") == true)
  }
}
