import Measures
import Settings
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("A reference")
struct ReferenceTests {
  @Test("that knows the future serves at least what the policies without a cache serve")
  func clairvoyantServes() throws {
    for found in try SmallWorld.shared.get().cases {
      let clairvoyant = try #require(found.policy("clairvoyant")?.measure("availability")?.pooled)
      for name in ["today", "failover"] {
        let other = try #require(found.policy(name)?.measure("availability")?.pooled)
        #expect(clairvoyant >= other)
      }
    }
  }

  @Test("that knows the future buys each call at the cheapest deployment that answers")
  func clairvoyantIsCheap() throws {
    var scenario = try SmallWorld.scenario()
    scenario.policies.removeAll { $0.name == "cached" }
    var options = ExperimentOptions()
    options.replications = Scenario.Replications(from: 2, upTo: 2)
    let comparison = try Experiment.compare(scenario, options)
    for found in comparison.cases {
      let clairvoyant = try #require(found.policy("clairvoyant"))
      #expect(clairvoyant.measure("hitRate")?.pooled == 0)
      let served = clairvoyant.pooled.deployments
      // North is cheaper: south serves only what north would fail.
      #expect(served[0].tally.succeeded > served[1].tally.succeeded)
      #expect(clairvoyant.measure("amplification")?.pooled ?? 2 <= 1)
    }
  }

  @Test("row is marked as one in the summary")
  func marked() throws {
    let summary = try SmallWorld.shared.get().summary
    guard case .list(let cases)? = summary["cases"], case .list(let rows)? = cases[0]["policies"]
    else {
      Issue.record("no cases")
      return
    }
    #expect(
      rows.map { $0["reference"] } == [
        .flag(false), .flag(false), .flag(false), .text("reference"),
        .text("reference, not a bound"),
      ])
    #expect(summary["lab"] == .integer(1) && summary["scenario"] == .text("small"))
    let measure = rows[1]["measures"]?["availability"]
    #expect(measure?["unit"] == .text("share"))
    #expect(measure?["difference"]?["verdict"] != nil)
    #expect(rows[0]["measures"]?["availability"]?["difference"] == nil)
  }

  @Test("that knows the future answers at replicas of one's own, too, as if each call were alone")
  func clairvoyantQueues() throws {
    let text = """
      {
        lab: 1, horizon: "100s", warmUp: "0s", seed: 3, replications: 2, baseline: "own",
        traffic: { s: { arrivals: { poisson: { rate: "2/s" } }, alias: "chat", streams: true,
          tokens: { input: 1000, output: { exponential: { mean: 200 } } } } },
        deployments: { own: { model: "own/llama", serving: { batch: 8, perReplicaHour: "$40",
          speed: { prefill: { base: "50ms", perToken: "0.1ms" }, step: "20ms" } } } },
        incidents: { down: { on: "own", from: "40s", until: "60s", error: { status: 503 } } },
        cases: { quiet: [], outage: ["down"] },
        policies: { own: { routes: { chat: "own" } } },
      }
      """
    let comparison = try Experiment.compare(try SmallWorld.scenario(text), ExperimentOptions())
    for (found, least) in zip(comparison.cases, [1.0, 0.7]) {
      let own = try #require(found.policy("own"))
      let clairvoyant = try #require(found.policy("clairvoyant"))
      func measure(_ name: String, _ policy: PolicyResult) throws -> Double {
        try #require(policy.measure(name)?.pooled, "\(name)")
      }
      let availability = try measure("availability", clairvoyant)
      let served = try measure("availability", own)
      #expect(availability >= least && availability >= served)
      #expect(found.name == "quiet" || availability < 0.9, "it does not answer through an outage")
      // 50 ms and 0.1 ms a token, alone; 20 ms for each further token.
      let first = try measure("p50.timeToFirstToken", clairvoyant)
      #expect((first - 0.15).magnitude < 0.002, "\(first)")
      for name in ["p50.timeToFirstToken", "p50.endToEndLatency", "p95.endToEndLatency"] {
        let (best, real) = (try measure(name, clairvoyant), try measure(name, own))
        #expect(best <= real, "\(name)")
      }
      let whole = try measure("p50.endToEndLatency", clairvoyant)
      #expect(whole > 1)
    }
  }
}
