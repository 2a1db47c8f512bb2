import Foundation
import Laboratory

/// The folder of a command's files: all of them appear at once, or none.
///
/// Each file is written beside its place under a name of its own, and all are renamed at the end.
/// Ctrl-C, a full disk or an error before that leaves nothing behind.
struct ResultFolder {
  /// The folder's path, as it was named.
  let path: String
  /// The folder of all results that it belongs to.
  let root: String
  /// The scenario's name among all: that of its folder, with those between it and `scenarios`.
  let key: String

  /// Where the files of a scenario go: `output`, or `results` beside the folder `scenarios` that
  /// holds it, in the same folders below, or `results/NAME` here.
  init(output: String?, scenarioPath: String, name: String) {
    var parts = scenarioPath.split(separator: "/", omittingEmptySubsequences: false).map(
      String.init)
    if !parts.isEmpty { parts.removeLast() }
    var families: [String] = []
    while let last = parts.last, last != "scenarios" {
      families.insert(last, at: 0)
      parts.removeLast()
    }
    let isAmongScenarios = !parts.isEmpty
    if isAmongScenarios { parts[parts.count - 1] = "results" }
    root = isAmongScenarios ? parts.joined(separator: "/") : "results"
    key = isAmongScenarios ? (families.dropLast() + [name]).joined(separator: "/") : name
    guard let output else {
      path = root + "/" + key
      return
    }
    path = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
  }

  /// A folder that belongs to no scenario.
  init(path: String) {
    self.path = path
    root = path
    key = ""
  }

  /// The path of one of its files.
  func file(_ name: String) -> String { path + "/" + name }

  /// Whether files can be put here: asked before a simulation that takes minutes, not after it.
  func checkRoom() throws(CommandError) {
    let manager = FileManager.default
    var place = path
    var isFolder: ObjCBool = false
    while !manager.fileExists(atPath: place, isDirectory: &isFolder) {
      guard let slash = place.lastIndex(of: "/"), slash != place.startIndex else {
        place = place.hasPrefix("/") ? "/" : "."
        isFolder = true
        break
      }
      place = String(place[..<slash])
    }
    guard isFolder.boolValue else {
      throw CommandError(
        "\(place): a file, not a folder", next: "choose another folder with --output")
    }
    guard manager.isWritableFile(atPath: place) else {
      throw CommandError(
        "\(place): no file can be written here", next: "choose another folder with --output")
    }
  }

  /// Writes all files.
  func publish(_ files: [(name: String, text: String)]) throws {
    let manager = FileManager.default
    let made = try makeFolders()
    var partial: [String] = []
    var isDone = false
    defer {
      if !isDone {
        for name in partial { try? manager.removeItem(atPath: name) }
        for folder in made.reversed() { rmdir(folder) }
      }
    }
    for (name, text) in files {
      if Interruption.isAsked { throw LaboratoryError.cancelled }
      let place = file("." + name + ".partial")
      partial.append(place)
      do {
        try Data(text.utf8).write(to: URL(fileURLWithPath: place))
      } catch {
        throw cannot("write", name, error)
      }
    }
    try Interruption.publishing {
      for (name, _) in files {
        guard rename(file("." + name + ".partial"), file(name)) == 0 else {
          throw CommandError(
            "\(file(name)): cannot be put into place: \(String(cString: strerror(errno)))",
            next: "choose another folder with --output")
        }
      }
      isDone = true
    }
  }

  /// Makes the folder and those above it; returns those that were not there.
  private func makeFolders() throws -> [String] {
    var made: [String] = []
    var missing: [String] = []
    var place = path
    let manager = FileManager.default
    while !place.isEmpty, !manager.fileExists(atPath: place) {
      missing.append(place)
      place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
    }
    for folder in missing.reversed() {
      do {
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: false)
        made.append(folder)
      } catch {
        for folder in made.reversed() { rmdir(folder) }
        throw cannot("make the folder", "", error)
      }
    }
    return made
  }

  private func cannot(_ verb: String, _ name: String, _ error: any Error) -> CommandError {
    let reason =
      ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.localizedDescription
      ?? (error as NSError).localizedDescription
    return CommandError(
      "cannot \(verb) \(name.isEmpty ? path : file(name)): \(reason)",
      next: "choose another folder with --output")
  }
}
