import Foundation

/// The project's own files, as the tests of this target read them.
enum Project {
  /// The folder that holds `Package.swift`.
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A file's bytes.
  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appending(path: path)))
  }

  /// A file's text.
  static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// Writes a page anew; only with `UPDATE_SNAPSHOTS=1`.
  static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: root.appending(path: path))
  }

  /// Whether a file or folder is there.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// The names in a folder, sorted; none when the folder is not there.
  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path))
      ?? []).sorted()
  }

  /// The paths of all files below a folder, sorted.
  static func files(below folder: String, ending suffix: String) -> [String] {
    guard let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
    else { return [] }
    return walk.compactMap { $0 as? String }.filter { $0.hasSuffix(suffix) }.sorted()
      .map { "\(folder)/\($0)" }
  }

  /// Every Swift file of `Sources`.
  static let sources = read("Sources")

  /// Every Swift file of `Tests`.
  static let tests = read("Tests")

  private static func read(_ folder: String) -> [SourceText] {
    files(below: folder, ending: ".swift").compactMap { path in
      (try? bytes(path)).map { SourceText(path: path, bytes: $0) }
    }
  }
}
