import Foundation
import Testing

@testable import Commands

@Suite("A shipped scenario, cut short")
struct CutTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The folder of public traces; CI has it beside the project.
  private static let traces =
    ProcessInfo.processInfo.environment["GATEWAY_LAB_DATA"]
    ?? (ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"]
      ?? root.deletingLastPathComponent().appending(path: "shared").path) + "/data/traces"

  @Test(
    "gives the committed bytes, in debug as in release",
    arguments: [
      [
        "provider-outage", "--set", "horizon=70m", "--set",
        "traffic.assistant.arrivals.gamma.rate=0.3/s", "--set",
        "traffic.extraction.arrivals.poisson.rate=0.1/s",
      ],
      ["azure-conversation", "--set", "horizon=15s", "--set", "warmUp=5s"],
      ["price-and-latency", "--set", "horizon=2m", "--set", "warmUp=10s"],
      ["small-v1", "--set", "horizon=10s", "--set", "warmUp=2s"],
      [
        "brown-out", "--set", "horizon=26m", "--set",
        "traffic.assistant.arrivals.gamma.rate=0.3/s", "--set", "expect=null", "--set",
        "sometimes=null",
      ],
    ])
  func cut(_ words: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "gateway-lab-cut-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let scenario = CutTests.root.appending(path: "scenarios").appending(path: words[0]).path
    let result = run(
      all: ["compare", scenario] + Array(words.dropFirst()) + [
        "--replications", "2", "--jobs", "1", "--format", "csv", "--data", CutTests.traces,
        "--output", folder.path,
      ])
    #expect(result.status == 0, "\(result.err)")
    #expect(!result.out.isEmpty)
    try expectSnapshot(result.out, "cuts/\(words[0]).csv")
  }
}
