import Measures
import Settings
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("Why two policies differ")
struct WhyTests {
  @Test("the parts of the bridge sum up to the difference of the costs, to the picodollar")
  func bridgeIsExact() throws {
    for found in try SmallWorld.shared.get().cases {
      let base = try #require(found.policy("today"))
      for policy in found.policies {
        guard let bridge = policy.why?.bridge else {
          #expect(policy.isBaseline)
          continue
        }
        let sum = bridge.parts.reduce(Int128(0)) { $0 + $1.picodollars }
        #expect(sum == bridge.policy.picodollars - bridge.baseline.picodollars)
        #expect(bridge.baseline == base.pooled.all.tally.bill)
        #expect(bridge.policy == policy.pooled.all.tally.bill)
        #expect(bridge[.remainder] == .zero)
      }
    }
  }

  @Test("a cache saves money in the bridge's cache, an outage costs volume")
  func bridgeMeansWhatItSays() throws {
    let comparison = try SmallWorld.shared.get()
    let cached = try #require(comparison.result(for: "quiet")?.policy("cached")?.why?.bridge)
    #expect(cached[.cache] < .zero)
    let failover = try #require(comparison.result(for: "outage")?.policy("failover")?.why?.bridge)
    #expect(failover[.volume] > .zero)
    #expect(failover[.mix] > .zero)
    #expect(failover[.cache] == .zero)
  }

  @Test("what a prompt cache takes off is its own part, and moves no volume")
  func promptCaches() throws {
    let text = SmallWorld.text.replacing(
      "alias: \"chat\",", with: "alias: \"chat\", cachedInput: \"50%\","
    ).replacing(
      "price: { input: \"$3/M\", output",
      with: "price: { input: \"$3/M\", cachedInput: \"$1/M\", output"
    )
    .replacing("faults: { \"500\": \"2%\", broken: \"1%\", hang: \"0.5%\" },", with: "")
    .replacing("faults: { \"529\": \"1%\" },", with: "")
    .replacing("policies: {", with: "policies: { other: { routes: { chat: \"south\" } },")
    var options = ExperimentOptions()
    options.references = false
    options.cases = ["quiet"]
    let comparison = try Experiment.compare(
      try Scenario(tree: try JSON5.parse(bytes: Array(text.utf8), file: "small.json5")), options)
    let bridge = try #require(comparison.result(for: "quiet")?.policy("other")?.why?.bridge)
    // The same calls are answered; south is dearer, and has half of the input at a third.
    #expect(bridge[.mix] > .zero && bridge[.promptCache] < .zero)
    #expect(bridge[.mix].dollars > bridge[.promptCache].dollars.magnitude / 10)
    #expect(bridge[.volume].dollars.magnitude < 0.02 * bridge[.promptCache].dollars.magnitude)
    let sum = CostBridge.Part.allCases.reduce(Int128(0)) { $0 + bridge[$1].picodollars }
    #expect(sum == (bridge.policy - bridge.baseline).picodollars)
  }

  @Test("a ledger of any amounts splits into parts that sum up to its cost")
  func anyLedger() {
    var ledger = CostLedger()
    ledger.served = MoneyTotal(picodollars: 1_000_003)
    ledger.servedYardstick = MoneyTotal(picodollars: 999_331)
    ledger.sharedYardstick = MoneyTotal(picodollars: 77)
    ledger.reused = MoneyTotal(picodollars: -17)
    ledger.failed = MoneyTotal(picodollars: 13)
    ledger.hedges = MoneyTotal(picodollars: 5)
    ledger.withdrawn = MoneyTotal(picodollars: 3)
    ledger.sideCalls = MoneyTotal(picodollars: 11)
    ledger.standing = MoneyTotal(picodollars: 1)
    ledger.cost = MoneyTotal(picodollars: 2_000_000)
    let sum = CostBridge.Part.allCases.reduce(Int128(0)) { $0 + ledger[$1].picodollars }
    #expect(sum == 2_000_000)
  }

  @Test("every call of the population is served by both, one or none")
  func callsAreComplete() throws {
    for found in try SmallWorld.shared.get().cases {
      let base = try #require(found.policy("today"))
      for policy in found.policies where !policy.isBaseline {
        let calls = try #require(policy.why?.calls)
        let all =
          calls.both.count + calls.onlyBaseline.count + calls.onlyPolicy.count
          + calls.neither.count
        // Of replication 0 alone; all four have about as many.
        #expect(all > base.pooled.all.tally.arrived / 5)
        #expect(all < base.pooled.all.tally.arrived / 3)
      }
    }
  }

  @Test("an example of a call that only failover serves is one when it is explained")
  func exampleHolds() throws {
    let comparison = try SmallWorld.shared.get()
    let calls = try #require(comparison.result(for: "outage")?.policy("failover")?.why?.calls)
    let example = try #require(calls.onlyPolicy.example)
    #expect(
      calls.onlyPolicy.command
        == "gateway-lab explain 'scenarios/small world/scenario.json5' --request \(example) "
        + "--policy today --policy failover --case outage --seed 7 --replication 0")
    var options = LifeOptions(request: example)
    options.policies = ["today", "failover"]
    options.caseName = "outage"
    let lives = try Experiment.explain(try SmallWorld.scenario(), options)
    #expect(lives.map(\.record.end) == [.failed, .succeeded])
    #expect(lives[0].call == lives[1].call)
  }

  @Test("policies are held against each other setting by setting")
  func settings() throws {
    let comparison = try SmallWorld.shared.get()
    let found = try #require(comparison.result(for: "quiet")?.policy("failover")?.why?.settings)
    #expect(found.map(\.path) == ["routes.chat", "attempts", "breaker"])
    #expect(found[0].baseline == "\"north\"")
    #expect(found[1].baseline == nil)
  }

  @Test("outcomes of calls are kept by number, two bits each")
  func callOutcomes() {
    var outcomes = CallOutcomes()
    let ends: [RequestRecord.End] = [.succeeded, .failed, .rejected, .abandoned]
    for (index, end) in ends.enumerated() {
      var record = RequestRecord(
        arrival: Request(
          number: UInt64(index * 40), call: CallKey(bits: UInt64(index)), inputTokens: 1,
          alias: AliasID(0)), id: .none, at: .start, replica: ReplicaID(0))
      record.end = end
      outcomes.add(record, RequestTruth())
    }
    #expect((0..<4).map { outcomes[$0 * 40] } == [.served, .failed, .refused, .refused])
    #expect(outcomes[1] == .unknown && outcomes[1_000_000] == .unknown)
    let other = CallOutcomes.difference(
      baseline: outcomes, policy: CallOutcomes(), command: { "\($0)" }, commands: { "\($0) \($1)" })
    #expect(other == nil)
  }

  @Test("calls of clients that come back are paired by call: answered if any of their tries was")
  func returningCalls() {
    func outcomes(_ requests: [(call: UInt64, attempt: UInt8, end: RequestRecord.End)])
      -> CallOutcomes
    {
      var outcomes = CallOutcomes(returning: true)
      for (number, one) in requests.enumerated() {
        let key = CallKey(bits: one.call).onTry(one.attempt, from: 0)
        var record = RequestRecord(
          arrival: Request(
            number: UInt64(number), call: key, inputTokens: 1, alias: AliasID(0),
            clientTry: one.attempt), id: .none, at: .start, replica: ReplicaID(0))
        record.end = one.end
        var truth = RequestTruth()
        truth.isTriedAgain = requests.contains { $0.call == one.call && $0.attempt > one.attempt }
        outcomes.add(record, truth)
      }
      return outcomes
    }
    let naive = outcomes([(7, 0, .failed), (8, 0, .succeeded), (9, 0, .failed), (10, 0, .failed)])
    let patient = outcomes([
      (7, 0, .failed), (8, 0, .failed), (7, 1, .succeeded), (8, 1, .abandoned), (9, 0, .rejected),
    ])
    let found = CallOutcomes.difference(
      baseline: naive, policy: patient, command: { "\($0)" }, commands: { "\($0) \($1)" })
    #expect(found?.onlyPolicy == .init(count: 1, example: 0, command: "0 2"))
    #expect(found?.onlyBaseline == .init(count: 1, example: 1, command: "1 3"))
    #expect(found?.neither == .init(count: 1, example: 2, command: "2 4"))
    #expect(found?.both.count == 0)
  }
}
