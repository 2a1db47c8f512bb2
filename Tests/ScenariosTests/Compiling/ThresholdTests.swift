import Scenarios
import Testing
import Traffic

@Suite("A threshold in a scenario")
struct ThresholdTests {
  private func load(_ threshold: String, difficulty: String) throws -> Scenario {
    try Files([
      (
        "scenario.json5",
        """
        {
          lab: 1, horizon: "1m",
          traffic: { s: { arrivals: { regular: "1/s" }, alias: "chat", \(difficulty)
                          tokens: { input: 10, output: 10 } } },
          services: { complexity: { latency: "20ms" } },
          deployments: {
            big: { model: "v/big", price: { input: "$2/M", output: "$8/M" },
                   latency: { timeToFirstToken: "1s", timePerOutputToken: "10ms" } },
            small: { extends: "big", model: "v/small" },
          },
          policies: { p: { routes: { chat: { threshold: { \(threshold) }, strong: "big",
                                             weak: "small" } } } },
        }
        """
      )
    ]).load()
  }

  @Test("is calibrated to the share that the traffic's difficulties give")
  func calibrated() throws {
    let scenario = try load(
      "strongShare: \"30%\"", difficulty: "difficulty: { uniform: { from: 0, to: 1 } },")
    #expect(scenario.streams[0].difficulties.count == 1_000)
  }

  @Test("without difficulties says what to do instead")
  func nothing() throws {
    let error = #expect(throws: ScenarioError.self) {
      try load("strongShare: \"30%\"", difficulty: "")
    }
    #expect(error?.description.contains("scores to calibrate to") == true)
  }
}
