import Measures
import Settings
import Statistics
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// Three replicas share a limit of two requests a second through a store that is down, then slow.
@Suite("A store of limits in trouble, from the file to the verdict")
struct StoreIncidentTests {
  private static func text(onFailure: String) -> String {
    """
    {
      lab: 1, horizon: "80s", warmUp: "10s", seed: 3, replications: { from: 4, upTo: 4 },
      baseline: "central",
      gateway: { replicas: 3, state: { gossiped: { lag: "100ms" } } },
      services: { store: { latency: "1ms" } },
      traffic: {
        chat: {
          arrivals: { poisson: { rate: "12/s" } }, alias: "chat", keys: { unique: {} },
          tokens: { input: 100, output: 20 },
        },
      },
      deployments: {
        north: {
          model: "n/big", price: { input: "$2/M", output: "$8/M" },
          latency: { timeToFirstToken: "200ms", timePerOutputToken: "5ms" },
        },
      },
      incidents: {
        down: { on: "gateway", from: "10s", for: "20s", store: "down" },
        slow: { on: "gateway", from: "40s", for: "20s", store: { slow: 100 } },
      },
      cases: { well: [], trouble: ["down", "slow"] },
      policies: {
        central: {
          routes: { chat: "north" },
          limits: [{ each: "everyone", requests: "2/s", burst: 2,
                     state: { central: { deadline: "20ms", onFailure: "\(onFailure)" } } }],
        },
        gossiped: {
          routes: { chat: "north" },
          limits: [{ each: "everyone", requests: "2/s", burst: 2, state: "gossiped" }],
        },
      },
      expect: {
        // Twelve a second ask, two are admitted; each of three replicas by itself admits two.
        central: [
          "success rate <= 2.2/s in case well", "success rate <= 7/s in case trouble during down",
          "success rate >= 4/s in case trouble during down",
          "success rate >= 4/s in case trouble during slow",
        ],
        gossiped: ["success rate <= 4/s"],
      },
      sometimes: ["store silent under central in case trouble", "limit rejects under gossiped"],
    }
    """
  }

  private func compare(onFailure: String) throws -> Comparison {
    let text = Self.text(onFailure: onFailure)
    var options = ExperimentOptions()
    options.references = false
    return try Experiment.compare(
      try Scenario(tree: try JSON5.parse(bytes: Array(text.utf8), file: "store.json5")), options)
  }

  private func failing(_ comparison: Comparison) -> [String] {
    comparison.expectations.filter { $0.verdict != .holds }.map(\.text)
  }

  @Test("is borne by replicas that judge by themselves, each by the whole limit")
  func local() throws {
    let comparison = try compare(onFailure: "local")
    #expect(failing(comparison) == [])
    #expect(comparison.cases.allSatisfy { $0.policies.allSatisfy { $0.pooled.breaches.isEmpty } })
    // Where no store is asked, none can be silent.
    let gossiped = comparison.result(for: "trouble")?.policy("gossiped")
    #expect(gossiped?.pooled.count(.storeFailed) == 0)
  }

  @Test("is found by the lines if the limit fails open, or closed, instead")
  func sabotaged() throws {
    let (open, closed) = (try compare(onFailure: "open"), try compare(onFailure: "closed"))
    #expect(failing(open) == ["success rate <= 7/s in case trouble during down"])
    #expect(
      failing(closed) == [
        "success rate >= 4/s in case trouble during down",
        "success rate >= 4/s in case trouble during slow",
      ])
    let (left, right) = (open.result(for: "trouble"), closed.result(for: "trouble"))
    #expect((left?.policy("central")?.pooled.count(.storeFailed) ?? 0) > 100)
    #expect((right?.policy("central")?.pooled.count(.storeFailed) ?? 0) > 100)
  }
}
