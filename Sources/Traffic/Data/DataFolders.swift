import Foundation

/// Where data files are looked for: beside the scenario, then in the folders that were given.
public struct DataFolders: Sendable, Hashable {
  /// The folders in the order of search.
  public let folders: [String]

  /// Makes the list: the scenario's folder first, then `given` in their order.
  public init(beside scenarioFolder: String, given: [String] = []) {
    folders = [scenarioFolder] + given
  }

  /// The path of a data file: `name` itself if absolute, else the first folder that has it.
  ///
  /// - Parameters:
  ///   - source: where the file can be had, for the message when it is missing.
  ///   - sha256: its checksum, for the same message.
  public func find(
    _ name: String, source: String? = nil, sha256: String? = nil
  ) throws(TrafficError) -> String {
    let candidates = name.hasPrefix("/") ? [name] : folders.map { DataFolders.join($0, name) }
    for path in candidates where DataFolders.isFile(path) { return path }
    throw .missingFile(name: name, searched: candidates, source: source, sha256: sha256)
  }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    return folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  private static func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }
}
