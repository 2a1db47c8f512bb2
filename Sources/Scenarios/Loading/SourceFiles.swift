import Foundation
import Settings
import Traffic

/// The files that a scenario is made of: each is read once, and its checksum kept.
struct SourceFiles {
  /// The folder from which the names in `inputs` count.
  let folder: String
  /// The files in order of reading, with their checksums.
  private(set) var inputs: [(file: String, checksum: String)] = []
  /// The files with their fragments, by place: a fragment that many use is merged once.
  var merged: [String: Setting] = [:]
  private var places: [String] = []
  private var parsed: [String: Setting] = [:]
  private var checksums: [String: String] = [:]

  /// No text that a person writes is longer.
  static let longest = 64 << 20
  /// No scenario is made of more files.
  static let most = 256

  init(folder: String) { self.folder = folder }

  /// The folders of the files, in order of reading.
  var folders: [String] {
    var seen: [String] = []
    for place in places {
      let folder = FilePath.standard(FilePath.folder(of: place))
      if !seen.contains(folder) { seen.append(folder) }
    }
    return seen
  }

  /// The value tree of a file.
  /// - Parameter mention: Where the file is named; nil for the command line.
  mutating func tree(_ path: String, mention: Setting? = nil) throws(ScenarioError) -> Setting {
    let place = FilePath.standard(path)
    if let known = parsed[place] { return known }
    guard inputs.count < Self.most else {
      throw Self.problem(path, "more than \(Self.most) files", "use fewer fragments", mention)
    }
    let bytes = try Self.bytes(of: path, mention: mention)
    inputs.append((FilePath.relative(place, to: folder), Self.digits(Self.fnv1a(bytes))))
    places.append(place)
    let tree = try settings { () throws(SettingError) in
      try JSON5.parse(bytes: bytes, file: place)
    }
    parsed[place] = tree
    return tree
  }

  /// Checks a stream's data file, and keeps its SHA-256 under the name that the scenario gives it.
  ///
  /// Where the file was found is a fact of the machine and must not reach a result.
  /// - Parameter mention: Where the stream names the file.
  mutating func addData(
    of stream: StreamPlan, in data: DataFolders, mention: Setting?
  ) throws(ScenarioError) {
    do throws(TrafficError) {
      guard let path = try stream.dataPath(in: data) else { return }
      let place = FilePath.standard(path)
      let found: String
      if let known = checksums[place] {
        found = known
      } else {
        found = try Checksum.sha256(ofFile: path)
        checksums[place] = found
        var name = FilePath.name(of: place)
        if case .string(let written)? = mention?.content { name = written }
        inputs.append((name, "sha256:" + found))
      }
      if let expected = stream.sha256, expected != found {
        throw TrafficError.wrongChecksum(
          file: path, expected: expected, found: found, source: stream.source)
      }
    } catch {
      throw .traffic(error, at: mention?.position, path: mention?.path ?? "")
    }
  }

  /// Finds a data file that a law names, checks it, and keeps its SHA-256 under that name.
  /// - Parameter mention: Where the file is named.
  mutating func addData(
    named name: String, sha256: String?, in data: DataFolders, mention: Setting
  ) throws(ScenarioError) -> String {
    do throws(TrafficError) {
      let path = try data.find(name, sha256: sha256)
      let place = FilePath.standard(path)
      let found: String
      if let known = checksums[place] {
        found = known
      } else {
        found = try Checksum.sha256(ofFile: path)
        checksums[place] = found
        inputs.append((name, "sha256:" + found))
      }
      if let sha256, sha256 != found {
        throw TrafficError.wrongChecksum(
          file: path, expected: sha256, found: found, source: nil)
      }
      return path
    } catch {
      throw .traffic(error, at: mention.position, path: mention.path)
    }
  }

  private static func bytes(
    of path: String, mention: Setting?
  ) throws(ScenarioError) -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe that nobody writes would wait for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw problem(path, "cannot be opened: \(reason())", "check the path", mention)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw problem(path, "not a file of text", "name a scenario file or its folder", mention)
    }
    let size = Int(status.st_size)
    guard size <= longest else {
      throw problem(
        path, "\(size) bytes are too many for a scenario (at most 64 MiB)",
        "name the scenario file; data files belong into a stream's `trace`", mention)
    }
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      }
      if got == 0 { break }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else {
        throw problem(path, "cannot be read: \(reason())", "check the file", mention)
      }
      count += got
    }
    bytes.removeLast(bytes.count - min(count, size))
    return bytes
  }

  private static func reason() -> String { String(cString: strerror(errno)) }

  /// An error at the place that names the file, or about the file itself.
  private static func problem(
    _ path: String, _ problem: String, _ next: String, _ mention: Setting?
  ) -> ScenarioError {
    guard let mention else { return .file(path: path, problem: problem, next: next) }
    return .setting(
      SettingError(at: mention, "the file \(Setting.quoted(path)): \(problem)", next: next))
  }

  /// FNV-1a, 64 bits (Fowler, Noll, Vo): tells that a file has changed, not that nobody forged it.
  static func fnv1a(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return hash
  }

  private static func digits(_ hash: UInt64) -> String {
    let text = String(hash, radix: 16)
    return "fnv1a64:" + String(repeating: "0", count: 16 - text.utf8.count) + text
  }
}
