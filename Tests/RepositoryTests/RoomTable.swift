/// The table `rooms` of `Package.swift`: who may import whom.
struct RoomTable {
  /// The rooms in their order, each with the rooms that it may import.
  let rooms: [(name: String, imports: [String])]
  /// What the tests of a room may import beyond what the room itself may.
  let testImports: [String: [String]]

  /// Reads the table from the text of `Package.swift`.
  init(manifest: String) throws {
    guard let start = manifest.firstRange(of: "let rooms:"),
      let end = manifest[start.upperBound...].firstRange(of: "\n]")
    else { throw MissingTable() }
    let table = manifest[start.upperBound..<end.lowerBound]
    rooms = table.matches(of: /\(\s*"(\w+)",\s*\[([^\]]*)\]\s*,?\s*\)/).map { match in
      (String(match.1), match.2.matches(of: /\w+/).map { String($0.output) })
    }
    let extras = manifest.firstMatch(of: /let testImports = \[(.*)\]/)?.1 ?? ""
    testImports = Dictionary(
      uniqueKeysWithValues: extras.matches(of: /"(\w+)": \[([^\]]*)\]/).map { match in
        (String(match.1), match.2.matches(of: /\w+/).map { String($0.output) })
      })
  }

  /// What a room may import, or nil for a name that is no room.
  func imports(of room: String) -> [String]? {
    rooms.first { $0.name == room }?.imports
  }

  /// The table was not found in the manifest.
  struct MissingTable: Error {}
}
