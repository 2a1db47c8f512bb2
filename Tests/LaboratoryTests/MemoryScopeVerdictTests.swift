import Foundation
import Measures
import Settings
import Statistics
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// Three replicas keep conversations where their prompts are cached: each alone, or together.
@Suite("What replicas remember together, from the file to the verdict")
struct MemoryScopeVerdictTests {
  private static let text = """
    {
      lab: 1, horizon: "20m", warmUp: "2m", seed: 3, replications: { from: 3, upTo: 3 },
      baseline: "alone",
      gateway: { replicas: 3, state: { gossiped: { lag: "200ms" } } },
      services: { store: { latency: "2ms" } },
      traffic: {
        chat: {
          arrivals: { poisson: { rate: "1/s" } }, alias: "chat", keys: { unique: {} },
          tokens: { input: { median: 3000, p95: 6000 }, output: 100 },
          conversations: { again: ["80%", "80%", "80%"], think: { median: "20s", p95: "60s" }, added: 100 },
        },
      },
      deployments: {
        a: {
          model: "openai/gpt-4.1", price: { input: "$2/M", cachedInput: "$0.50/M", output: "$8/M" }, promptCache: "openai",
          latency: { timeToFirstToken: "200ms", perInputToken: "0.05ms", timePerOutputToken: "5ms" },
        },
        b: { extends: "a" }, c: { extends: "a" }, d: { extends: "a" },
      },
      incidents: { anew: { on: "gateway", from: "6m", restart: "drain" } },
      cases: { quiet: [], anew: ["anew"] },
      policies: {
        alone: { routes: { chat: { sticky: "conversation", idle: "10m", choose: "smooth-weighted-round-robin", over: ["a", "b", "c", "d"] } } },
        gossiped: { routes: { chat: { sticky: "conversation", idle: "10m", choose: "smooth-weighted-round-robin", over: ["a", "b", "c", "d"], state: "gossiped" } } },
        central: { routes: { chat: { sticky: "conversation", idle: "10m", choose: "smooth-weighted-round-robin", over: ["a", "b", "c", "d"], state: "central" } } },
      },
      expect: {
        gossiped: ["cost per success <= 0.92 x alone in case quiet"],
        central: ["cost per success <= 0.92 x alone", "cost per success <= 1.0 x gossiped in case anew"],
      },
    }
    """

  private func scenario() throws -> Scenario {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "memory-\(UUID().uuidString).json5").path
    try Data(Self.text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try ScenarioLoader.load(path: path)
  }

  @Test("costs less than what each remembers alone, and a store gives it back after a restart")
  func verdicts() throws {
    var options = ExperimentOptions()
    options.references = false
    let comparison = try Experiment.compare(try scenario(), options)
    #expect(comparison.expectations.filter { $0.verdict != .holds }.map(\.text) == [])
    #expect(comparison.cases.allSatisfy { $0.policies.allSatisfy { $0.pooled.breaches.isEmpty } })
  }

  @Test("is named in the life of a request that goes where another replica has said")
  func told() throws {
    let scenario = try scenario()
    func told(_ policy: String) throws -> [String] {
      try (100..<108).flatMap { number in
        var options = LifeOptions(request: UInt64(number))
        options.policies = [policy]
        let life = try #require(try Experiment.explain(scenario, options).first)
        return life.lines.filter { $0.event == "has heard" }.map(\.detail)
      }
    }
    let heard = try told("gossiped")
    #expect(
      !heard.isEmpty && heard.allSatisfy { $0.contains("where its key is kept, from replica") })
    #expect(try told("alone").isEmpty)
  }
}
