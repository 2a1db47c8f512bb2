import Commands
import Foundation
import Testing

/// A temporary folder with a small scenario in `scenarios/tiny`; removed at the end.
final class Place {
  let path: String
  let scenario: String

  init(_ text: String = Place.tiny) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "gateway-lab-\(UUID().uuidString)")
    path = folder.path
    scenario = path + "/scenarios/tiny"
    try FileManager.default.createDirectory(atPath: scenario, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: scenario + "/scenario.json5"))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The files under a folder of the place, sorted.
  func files(_ folder: String = "") -> [String] {
    let all = FileManager.default.enumerator(atPath: path + "/" + folder)?.allObjects ?? []
    return all.compactMap { $0 as? String }.sorted()
  }

  func text(_ file: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path + "/" + file), encoding: .utf8)
  }

  /// One provider, an outage of half a minute, two policies: about 600 calls a run.
  static let tiny = """
    {
      lab: 1,
      question: "Does a second deployment help?",
      horizon: "2m", warmUp: "10s", seed: 7, replications: 3, baseline: "single",
      traffic: {
        users: {
          arrivals: { poisson: { rate: "5/s" } }, alias: "chat",
          tokens: { input: { median: 500, p95: 900 }, output: { median: 60, p95: 100 } },
        },
      },
      deployments: {
        north: {
          model: "m", region: "north", price: { input: "$1/M", output: "$4/M" },
          latency: {
            timeToFirstToken: { median: "400ms", p95: "800ms" }, timePerOutputToken: "10ms",
          },
          source: "vendor sheet, 2026-01",
        },
        south: { extends: "north", region: "south", price: { input: "$1.2/M", output: "$5/M" } },
      },
      incidents: {
        "north down": {
          on: { region: "north" }, from: "40s", for: "30s", error: { status: 503, after: "100ms" },
        },
      },
      policies: {
        single: { routes: { chat: "north" } },
        failover: { routes: { chat: { fallback: ["north", "south"], on: ["5xx"] } } },
      },
    }
    """
}

/// What a command line did.
struct Outcome {
  var status: Int32
  var out: String
  var err: String
}

/// Runs a command line in this process.
func run(_ arguments: String..., adding verbs: [Verb] = []) -> Outcome {
  run(all: arguments, adding: verbs)
}

/// Runs the tool in this process with a list of arguments.
func run(all arguments: [String], adding verbs: [Verb] = []) -> Outcome {
  let (out, err) = (TextBuffer(), TextBuffer())
  let status = Commands.run(arguments, out: out, err: err, adding: verbs)
  return Outcome(status: status, out: out.text, err: err.text)
}
