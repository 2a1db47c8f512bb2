import Foundation
import Laboratory
import Scenarios

/// A scenario that `test` has found, and what is committed of it.
struct FoundScenario {
  /// Its name among all: `hard-outage/one-region`.
  var key: String
  /// The path that a command names it by.
  var path: String
  /// Where its results are.
  var folder: ResultFolder

  /// Whether the whole report of `compare` is committed, and not only the light form.
  var hasWholeReport: Bool { FileManager.default.fileExists(atPath: folder.file("report.html")) }

}

extension ResultFolder {
  /// The committed result in it; `nil` without one.
  func committed() throws -> CommittedResult? {
    let file = file("summary.json")
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    return try CommittedResult(bytes: [UInt8](data), file: file)
  }
}

/// Finds scenarios: a path that is one, or every folder below it that holds one.
enum ScenarioSearch {
  /// The scenarios below the paths, each once, in the order of their names.
  static func scenarios(
    below paths: [String], matching patterns: [String]
  ) throws(CommandError) -> [FoundScenario] {
    var found: [FoundScenario] = []
    for path in paths {
      for file in try files(below: path) where !found.contains(where: { $0.path == file }) {
        let results = ResultFolder(
          output: nil, scenarioPath: file + "/" + ScenarioLoader.fileName, name: lastPart(file))
        found.append(FoundScenario(key: results.key, path: file, folder: results))
      }
    }
    let chosen = found.filter { scenario in
      patterns.isEmpty || patterns.contains { matches($0, scenario.key) }
    }
    if chosen.isEmpty, !patterns.isEmpty {
      throw CommandError(
        "--only \(patterns.joined(separator: ", ")): matches no scenario",
        allowed: found.map(\.key), next: "* stands for any letters: --only 'outage/*'")
    }
    return chosen.sorted { $0.key < $1.key }
  }

  /// The folders, at or below a path, that hold a scenario; or the scenario file itself.
  private static func files(below path: String) throws(CommandError) -> [String] {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    let plain = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard manager.fileExists(atPath: plain, isDirectory: &isFolder) else {
      throw CommandError(
        "\(path): no such file or folder", next: "name a scenario, or a folder with scenarios below"
      )
    }
    if !isFolder.boolValue { return [plain] }
    if manager.fileExists(atPath: plain + "/" + ScenarioLoader.fileName) { return [plain] }
    let all = manager.enumerator(atPath: plain)?.allObjects.compactMap { $0 as? String } ?? []
    let folders = all.filter { $0.hasSuffix("/" + ScenarioLoader.fileName) }.map {
      plain + "/" + $0.dropLast(ScenarioLoader.fileName.count + 1)
    }
    guard !folders.isEmpty else {
      throw CommandError(
        "\(path): no \(ScenarioLoader.fileName) at or below it",
        next: "name a folder with scenarios below")
    }
    return folders.sorted()
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Whether a name matches a pattern in which `*` stands for any letters and `?` for one.
  static func matches(_ pattern: String, _ name: String) -> Bool {
    let (pattern, name) = (Array(pattern.unicodeScalars), Array(name.unicodeScalars))
    var (i, j, star, mark) = (0, 0, -1, 0)
    while j < name.count {
      if i < pattern.count, pattern[i] == "*" {
        (star, mark) = (i, j)
        i += 1
      } else if i < pattern.count, pattern[i] == "?" || pattern[i] == name[j] {
        i += 1
        j += 1
      } else if star >= 0 {
        mark += 1
        (i, j) = (star + 1, mark)
      } else {
        return false
      }
    }
    return pattern[i...].allSatisfy { $0 == "*" }
  }
}
