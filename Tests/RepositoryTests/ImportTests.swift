import Testing

/// What a room may import beside other rooms; a room that is not named here imports rooms alone.
private let systemModules: [String: Set<String>] = [
  "Settings": ["Synchronization"],
  "Chance": ["Synchronization"],
  "Traffic": ["Foundation"],
  "Scenarios": ["Foundation"],
  "Laboratory": ["Foundation", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin"],
  "Commands": ["Foundation", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin"],
  "Notebooks": ["Foundation"],
  "gateway-lab": ["Foundation", "Glibc", "Musl", "Darwin"],
]

@Suite("The table of rooms")
struct ImportTests {
  private let table: RoomTable

  init() throws { table = try RoomTable(manifest: try Project.text("Package.swift")) }

  @Test("names every folder of Sources and nothing else")
  func complete() {
    #expect(
      (table.rooms.map(\.name) + ["gateway-lab"]).sorted() == Project.names(in: "Sources").sorted())
  }

  @Test("lets a room import only rooms that stand above it")
  func ordered() {
    for (index, room) in table.rooms.enumerated() {
      let above = table.rooms[..<index].map(\.name)
      #expect(room.imports.allSatisfy(above.contains), "\(room.name)")
    }
  }

  @Test("keeps the gateway and the world apart")
  func gatewayAndWorld() throws {
    let core = try #require(table.imports(of: "GatewayCore"))
    let world = try #require(table.imports(of: "Providers")) + (table.imports(of: "Traffic") ?? [])
    #expect(core == ["Vocabulary", "Settings", "Chance"])
    #expect(!world.contains("GatewayCore"))
    #expect(table.imports(of: "Measures") == ["Vocabulary"])
  }

  @Test("is what the import lines of every source file say")
  func sources() {
    for file in Project.sources {
      let room = folder(of: file)
      let rooms = room == "gateway-lab" ? ["Commands", "Notebooks"] : table.imports(of: room) ?? []
      let allowed = systemModules[room, default: []].union(rooms)
      for (line, module) in imports(of: file) {
        #expect(
          allowed.contains(module),
          "\(file.path):\(line): \(room) may not import \(module) (the table is in Package.swift)")
      }
    }
  }

  @Test("holds in the tests of a room, which see that room and what it may import")
  func tests() {
    for file in Project.tests {
      let suite = folder(of: file)
      let room = String(suite.dropLast(5))
      guard suite.hasSuffix("Tests"), let rooms = table.imports(of: room) else { continue }
      let allowed = Set(rooms + [room] + table.testImports[room, default: []])
      for (line, module) in imports(of: file) where table.imports(of: module) != nil {
        #expect(allowed.contains(module), "\(file.path):\(line): may not import \(module)")
      }
    }
  }

  private func folder(of file: SourceText) -> String {
    file.path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
  }

  private func imports(of file: SourceText) -> [(line: Int, module: String)] {
    file.lines.compactMap { number, text in
      let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ";" })
      guard let keyword = words.firstIndex(of: "import"),
        words[..<keyword].allSatisfy({ $0.hasPrefix("@") || accessLevels.contains($0) }),
        let last = words[(keyword + 1)...].first(where: { !importKinds.contains($0) })
      else { return nil }
      return (number, String(last.prefix { $0 != "." }))
    }
  }
}

private let accessLevels: Set<Substring> = [
  "public", "package", "internal", "fileprivate", "private",
]
private let importKinds: Set<Substring> = [
  "struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor",
]
