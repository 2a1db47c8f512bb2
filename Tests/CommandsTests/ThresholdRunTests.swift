import Foundation
import Testing

@testable import Commands

@Suite("A run with a threshold that is calibrated to its trace")
struct ThresholdRunTests {
  private static let text = """
    {
      lab: 1, horizon: "200s", seed: 7, replications: 2, baseline: "all",
      traffic: {
        users: {
          trace: "scores.csv", alias: "chat",
          format: { csv: { time: "t", unit: "s", input: "in", output: "out", difficulty: "score" } },
        },
      },
      services: { complexity: { latency: "20ms" } },
      deployments: {
        big: { model: "v/big", price: { input: "$2/M", output: "$8/M" },
               latency: { timeToFirstToken: "1s", timePerOutputToken: "10ms" } },
        small: { extends: "big", model: "v/small" },
      },
      policies: {
        all: { routes: { chat: "big" } },
        third: { routes: { chat: { threshold: { strongShare: "33%" }, strong: "big", weak: "small" } } },
        stated: { routes: { chat: { threshold: { at: 0.25 }, strong: "big", weak: "small" } } },
        online: { routes: { chat: { threshold: { strongShare: "33%", sample: 100 }, strong: "big",
                                    weak: "small" } } },
      },
    }
    """

  /// How many calls a policy gives to the strong side, of so many rows with these scores.
  private func strong(_ policy: String, _ scores: [Double]) throws -> Int {
    let place = try Place(Self.text)
    let rows = scores.enumerated().map { "\($0),10,10,\($1)\n" }.joined()
    try Data(("t,in,out,score\n" + rows).utf8).write(
      to: URL(fileURLWithPath: place.scenario + "/scores.csv"))
    let log = place.path + "/log.jsonl"
    let result = run("run", place.scenario, "--policy", policy, "--log", log)
    #expect(result.status == 0, "\(result.err)")
    let lines = try place.text("log.jsonl").split(separator: "\n")
    #expect(lines.count == scores.count)
    return lines.filter { $0.contains("\"gateway_lab.deployment\":\"big\"") }.count
  }

  @Test("sends its share of the trace's calls to the strong side")
  func share() throws {
    // Every score once, in an order that is not theirs.
    let scores = (0..<200).map { Double(($0 * 77) % 200) / 200 }
    #expect(try strong("all", scores) == 200)
    #expect(try strong("third", scores) == 66)
    // 0.25 is a score of the trace; it is strong too.
    #expect(try strong("stated", scores) == 150)
    let online = try strong("online", scores)
    #expect(online > 46 && online < 86)
  }

  @Test("sends equal scores to the same side")
  func ties() throws {
    // A third lies among the 0.5s: none of them can be told from the others.
    let scores = (0..<200).map { $0 % 4 == 0 ? 0.9 : $0 % 4 == 1 ? 0.5 : 0.1 }
    #expect(try strong("third", scores) == 100)
  }
}
