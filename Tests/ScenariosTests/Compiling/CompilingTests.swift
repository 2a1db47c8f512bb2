import GatewayCore
import Providers
import Scenarios
import Settings
import Testing
import Traffic
import Vocabulary

@Suite("A compiled scenario")
struct CompilingTests {
  private func scenario(_ text: String = example) throws -> Scenario {
    try Files([("scenario.json5", text)]).load()
  }

  @Test("counts the run's time from the start of the warm-up")
  func times() throws {
    let scenario = try scenario()
    #expect(scenario.warmUp == Instant(nanoseconds: 1_800_000_000_000))
    #expect(scenario.warmUp.duration(to: scenario.horizon) == .seconds(8 * 3_600))
    #expect(scenario.horizon.duration(to: scenario.end) == .seconds(300))
    let calendar = try #require(scenario.calendar)
    let date = calendar.date(at: scenario.warmUp)
    #expect((date.year, date.month, date.day, date.hour, date.minute) == (2026, 3, 2, 7, 0))
    #expect(calendar.offsetSeconds == 3_600)
    #expect(
      scenario.fleet.incidents[0].from == scenario.warmUp.advanced(by: .seconds(7_200)))
  }

  @Test("has the aliases of its streams, then those that only policies route")
  func aliases() throws {
    let scenario = try scenario(edited("chat: \"a/x\"", "chat: \"a/x\", spare: \"b/y\""))
    #expect(scenario.aliases == ["chat", "spare"])
    #expect(scenario.names.aliases.names == ["chat", "spare"])
    #expect(scenario.populations.aliases == 2)
  }

  @Test("gives the gateway the provider's prices unless an estimate says otherwise")
  func estimates() throws {
    let scenario = try scenario()
    let facts = scenario.policies[0].plan.deployments
    #expect(facts.map(\.sheet.output.dollarsPerMillion) == [9, 8, 9])
    #expect(facts.map(\.sheet.input.dollarsPerMillion) == [2, 2, 2])
    #expect(scenario.fleet.deployments.map(\.price.output.dollarsPerMillion) == [8, 8, 8])
    #expect(facts.map(\.contextWindow) == [128_000, 128_000, 128_000])
  }

  @Test("knows its keys and how long they are valid")
  func keys() throws {
    let scenario = try scenario()
    let keys = scenario.policies[0].plan.keys
    #expect(keys.count == 5)
    #expect(keys[1].expires == scenario.warmUp.advanced(by: .seconds(7_200)))
    #expect(keys[4].expires == .distantFuture)
    #expect(scenario.names.keys.name(of: 4) == "new/3")
    #expect(scenario.populations.keys == 5)
  }

  @Test("does not check keys that are all valid for ever")
  func uncheckedKeys() throws {
    let text = edited("lab: 1,", "lab: 1, keys: { k: { count: 3 } },")
    #expect(try scenario(text).policies[0].plan.keys.isEmpty)
  }

  @Test("counts groups of teams, and the teams of a stream alone")
  func teams() throws {
    let scenario = try scenario()
    // "none", kyc, 40 others, 5 of the stream "assistant".
    #expect(scenario.populations.teams == 47)
    #expect(scenario.names.teams.name(of: 2) == "others/1")
  }

  @Test("has an objective for each alias, or one for all")
  func objectives() throws {
    #expect(
      try scenario().objectives == [
        Scenario.Objective(firstToken: .seconds(2)), Scenario.Objective(endToEnd: .seconds(30)),
      ])
    let one = try scenario(edited("lab: 1,", "lab: 1, objectives: { endToEnd: \"9s\" },"))
    #expect(one.objectives == [Scenario.Objective(endToEnd: .seconds(9))])
    #expect(try scenario(smallest).objectives == [nil])
  }

  @Test("says where each of its numbers comes from")
  func provenance() throws {
    let sources = try scenario().provenance
    #expect(
      sources.map(\.path) == [
        "traffic.assistant", "traffic.kyc", "traffic.batch", "quotas.sub-1",
        "deployments[\"azure/sweden\"]", "deployments[\"azure/france\"]", "deployments.openai",
        "incidents[\"sweden down\"]", "incidents[\"france herd\"]",
      ])
    #expect(sources.filter { $0.source == nil }.count == 5)
  }

  @Test("reads what is expected of it")
  func expectations() throws {
    let found = try scenario().expectations
    #expect(!found.expect.isEmpty && !found.never.isEmpty && !found.sometimes.isEmpty)
  }

  @Test("estimates its calls before it runs")
  func calls() throws {
    let calls = try scenario().expectedCalls
    // 4/s for half an hour of warm-up and 8 h; the factor is 1 before zero and 2 on average after.
    #expect(abs((calls[0].calls ?? 0) - 4 * (1_800 + 2 * 28_800)) < 1e-6)
    #expect(calls[1].calls == 100_000)
    let absurd = try scenario(edited("\"4/s\"", "\"9e17/ns\""))
    #expect((absurd.expectedCalls[0].calls ?? 0) > 1e29)
  }

  @Test("has defaults that are silence")
  func silence() throws {
    let scenario = try scenario(smallest)
    #expect(scenario.warmUp == .start)
    #expect(scenario.horizon.duration(to: scenario.end) == .seconds(600))
    #expect(scenario.seed == 1)
    #expect(scenario.replications == Scenario.Replications(from: 10, upTo: 10))
    #expect(scenario.baseline == 0)
    #expect(scenario.calendar == nil)
    #expect(scenario.replicas == 1)
    #expect(scenario.gossipLag == nil)
    #expect(scenario.matters == Scenario.Matters())
    #expect(scenario.cases.map(\.name) == ["default"])
    let plan = scenario.policies[0].plan
    #expect(plan.limits.isEmpty && plan.cache == nil && plan.retryBudget == nil)
    #expect(plan.requestDeadline == .max)
  }
}
