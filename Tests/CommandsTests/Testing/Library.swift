import Foundation

/// A temporary library of three small scenarios over one fleet and one policy, each of which leans on
/// another mechanism of the policy.
final class Library {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appending(path: "gateway-lab-\(UUID().uuidString)").path
    try write(Library.fleet, to: "scenarios/shared/fleet.json5")
    try write(Library.policy, to: "scenarios/shared/policy.json5")
    for (name, incident, expect) in Library.scenarios {
      try write(
        Library.scenario(incident: incident, expect: expect), to: "scenarios/\(name)/scenario.json5"
      )
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to file: String) throws {
    let place = URL(fileURLWithPath: path + "/" + file)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: place)
  }

  func text(_ file: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path + "/" + file), encoding: .utf8)
  }

  func change(_ file: String, _ old: String, _ new: String) throws {
    let text = try text(file)
    guard text.contains(old) else { throw Missing(text: old) }
    try write(text.replacing(old, with: new), to: file)
  }

  func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + file) }

  struct Missing: Error { var text: String }

  /// Runs `test` over the library.
  func test(_ more: String...) -> Outcome {
    run(all: ["test", path + "/scenarios", "--output", path + "/figures", "--jobs", "2"] + more)
  }

  /// The verdict of each scenario, by name.
  func verdicts(_ more: String...) throws -> [String: String] {
    let all = ["test", path + "/scenarios", "--output", path + "/figures", "--format", "json"]
    let out = run(all: all + more).out
    let json = try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any]
    var verdicts: [String: String] = [:]
    for one in json?["scenarios"] as? [[String: Any]] ?? [] {
      verdicts[one["scenario"] as? String ?? ""] = one["verdict"] as? String
    }
    return verdicts
  }

  static let fleet = """
    {
      horizon: "2m", warmUp: "10s", seed: 7, replications: 3, baseline: "prod",
      traffic: {
        users: {
          arrivals: { poisson: { rate: "4/s" } }, alias: "chat", streams: true,
          tokens: { input: { median: 500, p95: 900 }, output: { median: 60, p95: 100 } },
        },
      },
      deployments: {
        north: {
          model: "m", region: "north", price: { input: "$1/M", output: "$4/M" },
          latency: {
            timeToFirstToken: { median: "400ms", p95: "800ms" }, timePerOutputToken: "10ms",
          },
          source: "assumed",
        },
        south: { extends: "north", region: "south", price: { input: "$1.2/M", output: "$5/M" } },
      },
    }
    """

  static let policy = """
    {
      policies: {
        prod: {
          routes: { chat: { fallback: ["north", "south"], on: ["5xx", "timeout"] } },
          attempts: { firstToken: "2s", total: "60s" },
          breaker: { trip: { consecutiveFailures: 5 }, open: "20s" },
        },
      },
    }
    """

  /// Name, incident, what is expected of the policy.
  static let scenarios = [
    (
      "outage/hard", "error: { status: 503, after: \"100ms\" }",
      "availability >= 99% in case outage"
    ),
    ("outage/black-hole", "hang: \"100%\"", "p95 endToEndLatency <= 8s in case outage"),
    (
      "brown-out", "error: { status: 500, after: \"1s\" }",
      "amplification <= 1.3 in case outage during 'north down'"
    ),
  ]

  private static func scenario(incident: String, expect: String) -> String {
    """
    {
      lab: 1, question: "Does the policy hold?",
      use: ["SHARED/fleet.json5", "SHARED/policy.json5"],
      incidents: { "north down": { on: { region: "north" }, from: "30s", for: "60s", \(incident) } },
      cases: { outage: ["north down"] },
      expect: {
        prod: ["\(expect)"],
      },
    }
    """.replacing("SHARED", with: expect.contains("amplification") ? "../shared" : "../../shared")
  }
}
