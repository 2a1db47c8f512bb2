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
}
