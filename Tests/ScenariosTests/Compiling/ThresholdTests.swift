import Scenarios
import Testing
import Traffic

@testable import GatewayCore

@Suite("A threshold in a scenario")
struct ThresholdTests {
  private func load(_ threshold: String, streams: String, trace: String? = nil) throws -> Scenario {
    try Files(
      [
        (
          "scenario.json5",
          """
          {
            lab: 1, horizon: "100s",
            traffic: { \(streams) },
            services: { complexity: { latency: "20ms" } },
            deployments: {
              big: { model: "v/big", price: { input: "$2/M", output: "$8/M" },
                     latency: { timeToFirstToken: "1s", timePerOutputToken: "10ms" } },
              small: { extends: "big", model: "v/small" },
            },
            policies: { p: { routes: { chat: { threshold: { \(threshold) }, strong: "big",
                                               weak: "small" }, other: "small" } } },
          }
          """
        )
      ] + (trace.map { [("scores.csv", $0)] } ?? [])
    ).load()
  }

  private func stream(_ name: String, _ rate: String, _ more: String, alias: String = "chat")
    -> String
  {
    """
    \(name): { arrivals: { regular: "\(rate)" }, alias: "\(alias)", \(more)
             tokens: { input: 10, output: 10 } },
    """
  }

  private func traced(_ more: String = "") -> String {
    """
    t: { trace: "scores.csv", alias: "chat", \(more)
         format: { csv: { time: "t", unit: "s", input: "in", output: "out",
                          difficulty: "score" } } },
    """
  }

  private func threshold(of scenario: Scenario) -> Double {
    scenario.policies[0].plan.tree.thresholds[0].at
  }

  @Test("is calibrated to the share that the traffic's difficulties give")
  func calibrated() throws {
    let uniform = stream("s", "1/s", "difficulty: { uniform: { from: 0, to: 1 } },")
    let one = try load("strongShare: \"30%\"", streams: uniform)
    #expect(abs(threshold(of: one) - 0.7) < 1e-3)
    let other = stream("o", "9/s", "difficulty: 0.9,", alias: "other")
    let alone = try load("strongShare: \"30%\"", streams: uniform + other)
    #expect(threshold(of: alone) == threshold(of: one))
  }

  @Test("counts the streams of an alias by their traffic")
  func weighted() throws {
    // A tenth of the calls are hard: of 20 % a half are the hardest of the easy ones.
    let streams =
      stream("hard", "1/s", "difficulty: { uniform: { from: 0.9, to: 1 } },")
      + stream("easy", "9/s", "difficulty: { uniform: { from: 0, to: 0.9 } },")
    for (share, expected) in [("10%", 0.9), ("5%", 0.95), ("20%", 0.8), ("55%", 0.45)] {
      let at = threshold(of: try load("strongShare: \"\(share)\"", streams: streams))
      #expect(abs(at - expected) < 1e-3, "\(share): \(at)")
    }
  }

  @Test("is calibrated to the rows of the trace that are played, exactly")
  func trace() throws {
    let rows = "t,in,out,score\n" + (0..<200).map { "\($0),10,10,0.\(100 + $0)\n" }.joined()
    // The horizon is 100 s: rows 0 to 99 with scores 0.100 to 0.199.
    let half = try load("strongShare: \"50%\"", streams: traced(), trace: rows)
    #expect(abs(threshold(of: half) - 0.1495) < 1e-9)
    let fast = try load("strongShare: \"50%\"", streams: traced("speed: 2,"), trace: rows)
    #expect(abs(threshold(of: fast) - 0.1995) < 1e-9)
    // Beside it a stream with as many calls, all harder.
    let mixed = try load(
      "strongShare: \"50%\"", streams: traced() + stream("s", "1/s", "difficulty: 0.9,"),
      trace: rows)
    #expect(threshold(of: mixed) > 0.199 && threshold(of: mixed) < 0.9)
  }

  @Test("without difficulties says what to do instead")
  func nothing() throws {
    for share in ["0.1%", "30%"] {
      let error = #expect(throws: ScenarioError.self) {
        try load("strongShare: \"\(share)\"", streams: stream("s", "1/s", ""))
      }
      #expect(error?.description.contains("scores to calibrate to") == true)
      #expect(error?.description.contains("strongShare") == true)
    }
  }

  @Test("says where a trace is wrong or missing whose scores it needs")
  func errors() throws {
    let wrong = #expect(throws: ScenarioError.self) {
      try load(
        "strongShare: \"30%\"", streams: traced(), trace: "t,in,out,score\n0,1,1,0.5\n1,1,1,high\n")
    }
    #expect(wrong?.description.contains("scores.csv:3: score is \"high\"") == true)
    #expect(wrong?.description.contains("traffic.t.trace") == true)
    let missing = #expect(throws: ScenarioError.self) {
      try load("strongShare: \"30%\"", streams: traced())
    }
    guard case .traffic(.missingFile(let name, _, _, _), at: _, path: let path)? = missing else {
      Issue.record("\(String(describing: missing))")
      return
    }
    #expect(name == "scores.csv" && path == "traffic.t.trace")
  }
}
