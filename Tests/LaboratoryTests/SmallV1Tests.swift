import Foundation
import Measures
import Scenarios
import Testing
import Vocabulary

@testable import Laboratory

@Suite("The small bench")
struct SmallV1Tests {
  @Test("prints the model's outputs in one line, and breaks no law")
  func line() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    var options = ScenarioOptions()
    options.count = 24_000
    let scenario = try ScenarioLoader.load(
      path: root.appendingPathComponent("scenarios/small-v1").path, options: options)
    let result = try SmallV1.run(scenario, seed: 3, checksLaws: true)
    #expect(result.requests == 24_000)
    #expect(result.failures == [])
    #expect(result.line.hasPrefix("{\"n\":24000,\"seed\":3,\"cpu_s\":"))
    let names = [
      "reject_rate", "hit_rate", "availability", "miss_availability", "mean_latency_all_s",
      "mean_latency_miss_s", "p50_s", "p95_s", "p99_s", "attempts_per_miss",
      "cost_usd_per_1k_admitted",
    ]
    #expect(result.outputs.map(\.name) == names)
    #expect(result.outputs.allSatisfy { $0.value != nil })
    // Closed form of the retried misses: attempts per miss 1.0546; 1,200 misses tell ± 0.03.
    let attempts = try #require(result.outputs.first { $0.name == "attempts_per_miss" }?.value)
    #expect(abs(attempts - 1.054618) < 0.03)
    #expect(!result.line.contains("null"))
  }
}
