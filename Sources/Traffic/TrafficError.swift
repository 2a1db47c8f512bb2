import Settings

/// What can be wrong with traffic once the scenario itself has been read.
public enum TrafficError: Error, Sendable, Hashable {
  /// A data file is in none of the folders that were searched.
  case missingFile(name: String, searched: [String], source: String?, sha256: String?)
  /// A file cannot be opened or read.
  case unreadable(file: String, reason: String)
  /// A file is not the one that the scenario means.
  case wrongChecksum(file: String, expected: String, found: String, source: String?)
  /// A row cannot be understood.
  case malformed(file: String, line: Int, reason: String)
  /// A row names somebody whom the scenario does not declare.
  case unknownName(
    file: String, line: Int, column: String, role: String, name: String, declared: [String])
  /// A row names a group where one of its members is meant.
  case severalMembers(file: String, line: Int, column: String, name: String, count: Int)
  /// A trace holds too little to be played as asked.
  case unusable(file: String, reason: String)
  /// A name is declared twice.
  case declaredTwice(kind: String, name: String)
  /// More names of a kind than its dense ids can count.
  case tooMany(kind: String, limit: Int, name: String)
}

extension TrafficError: CustomStringConvertible {
  /// What is wrong, where, and what to do next.
  public var description: String {
    switch self {
    case .missingFile(let name, let searched, let source, let sha256):
      var lines = ["\(name): no such data file; searched"]
      lines += searched.map { "  \($0)" }
      if let source { lines.append("  it can be had from: \(source)") }
      if let sha256 { lines.append("  its SHA-256 is: \(sha256)") }
      lines.append(
        "  next: download it (the scenario's README.md says where from), put it beside the"
          + " scenario, or name its folder with --data")
      return lines.joined(separator: "\n")
    case .unreadable(let file, let reason):
      return "\(file): \(reason)\n  next: check the file and its permissions"
    case .wrongChecksum(let file, let expected, let found, let source):
      return "\(file): not the file that the scenario means\n  expected SHA-256 \(expected)\n"
        + "  found            \(found)\n  next: download it again"
        + (source.map { " from \($0)" } ?? "")
        + ", or remove `sha256` from the stream if the change is meant"
    case .malformed(let file, let line, let reason):
      return "\(file):\(line): \(reason)\n  next: correct the row, or set `skipBadRows: true` to"
        + " leave such rows out and count them"
    case .unknownName(let file, let line, let column, let role, let name, let declared):
      let nearest = Nearest.spelling(of: name, among: declared).map {
        "did you mean \(Setting.quoted($0))?  "
      }
      let more = declared.count > 20 ? ", … (\(declared.count) in all)" : ""
      let next =
        role == "alias"
        ? "route it in a policy, let a stream ask for it"
        : "declare it in `\(role)s`, say of which group such names are members"
          + " (undeclared: { \(role): \"…\" } in the format)"
      return "\(file):\(line): \(column) is \(Setting.quoted(name)), and no \(role) of that name"
        + " is declared\n  \(nearest ?? "")declared: "
        + declared.prefix(20).joined(separator: ", ") + more
        + "\n  next: \(next), or correct the row"
    case .severalMembers(let file, let line, let column, let name, let count):
      return "\(file):\(line): \(column) is \(Setting.quoted(name)), a group of \(count); expected"
        + " one of its members, from \(Setting.quoted("\(name)/1")) to"
        + " \(Setting.quoted("\(name)/\(count)"))\n  next: correct the row, or declare that many"
        + " names"
    case .unusable(let file, let reason):
      return "\(file): \(reason)"
    case .declaredTwice(let kind, let name):
      return "the \(kind) \"\(name)\" is declared twice\n  next: give one of them another name"
    case .tooMany(let kind, let limit, let name):
      return "\"\(name)\" is one \(kind) too many: at most \(limit) are possible"
    }
  }
}
