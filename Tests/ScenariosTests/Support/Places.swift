import Foundation
import Scenarios
import Testing

/// The package's folder.
let packageFolder = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path(percentEncoded: false)

/// A folder of files that is removed at the end.
final class Files {
  let path: String

  init(_ files: [(name: String, text: String)] = []) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "gateway-lab-scenarios-\(UUID().uuidString)")
    path = folder.path(percentEncoded: false)
    for (name, text) in files {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Loads the file `scenario.json5` of the folder.
  func load(_ options: ScenarioOptions = ScenarioOptions()) throws(ScenarioError) -> Scenario {
    try ScenarioLoader.load(path: path, options: options)
  }
}

/// The smallest scenario with two deployments and two policies, for tests that change a part of it.
let smallest = """
  {
    lab: 1,
    horizon: "1h",
    traffic: { s: { arrivals: { poisson: "4/s" }, alias: "chat", tokens: { input: 5, output: 9 } } },
    deployments: {
      "a/x": { model: "a/m", region: "eu", price: { input: "$1/M", output: "$2/M" },
               latency: { timeToFirstToken: "80ms", timePerOutputToken: "10ms" } },
      "b/y": { extends: "a/x", model: "b/m" },
    },
    policies: {
      today: { routes: { chat: "a/x" } },
      other: { extends: "today", routes: { chat: { fallback: ["a/x", "b/y"] } } },
    },
  }
  """

/// `smallest` with one text replaced by another.
func edited(_ old: String, _ new: String) -> String {
  #expect(smallest.contains(old), "the example holds no \(old)")
  return smallest.replacingOccurrences(of: old, with: new)
}

/// The message of the error that loading `text` gives, with paths from the folder; nil if none.
func message(
  _ text: String, _ others: [(name: String, text: String)] = [],
  _ change: (inout ScenarioOptions, String) -> Void = { _, _ in }
) throws -> String? {
  let files = try Files([("scenario.json5", text)] + others)
  var options = ScenarioOptions()
  change(&options, files.path)
  do {
    _ = try files.load(options)
    return nil
  } catch {
    return "\(error)".replacingOccurrences(of: files.path + "/", with: "")
  }
}
