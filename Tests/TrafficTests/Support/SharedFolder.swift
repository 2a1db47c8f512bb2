import Foundation

/// The folder of shared reference data: GATEWAY_LAB_SHARED, or `shared` beside the repository or
/// beside a folder above it.
enum SharedFolder {
  struct Absent: Error, CustomStringConvertible {
    let searched: [String]
    var description: String {
      "shared data not found; set GATEWAY_LAB_SHARED; searched \(searched.joined(separator: ", "))"
    }
  }

  /// The path of a file below the shared folder; throws if it is not there.
  static func path(_ relative: String, from file: String = #filePath) throws -> String {
    var candidates: [String] = []
    if let given = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      candidates.append(given)
    }
    var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      candidates.append(folder.appendingPathComponent("shared").path)
    }
    for candidate in candidates {
      let path = candidate + "/" + relative
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw Absent(searched: candidates)
  }
}

/// A folder for a test's files; removed with the value.
final class ScratchFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "traffic-tests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func write(_ text: String, as name: String = "trace.csv") throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}
