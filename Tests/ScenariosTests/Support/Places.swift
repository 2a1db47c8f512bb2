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
