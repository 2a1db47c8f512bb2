import Scenarios
import Settings
import Testing

@Suite("The JSON5 reader under torture")
struct JSON5TortureTests {
  static let sample = """
    // é
    { lab: 1, 'question': "Does \\u00e9\\x41 fail\\
     over?", n: [1, -.5, 0x1F, 1e3, true, null,], /* two
     lines */ "azure/sweden": { share: '0.2%', deep: [[{ a: {} }]] }, }
    """

  private func survives(_ bytes: [UInt8]) -> Bool {
    do { return try JSON5.parse(bytes: bytes, file: "t").isNull || true } catch {
      return error.position.line >= 1 && error.position.column >= 1 && !error.problem.isEmpty
    }
  }

  /// Pseudo-random bits: x ← 6364136223846793005 x + 1442695040888963407 (Knuth's MMIX).
  private struct Congruential {
    var state: UInt64
    mutating func next() -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
  }

  @Test("gives a value or an error for every beginning of a file")
  func truncations() {
    let bytes = Array(Self.sample.utf8)
    #expect(throws: Never.self) { try JSON5.parse(bytes: bytes, file: "t") }
    for length in 0..<bytes.count {
      #expect(throws: SettingError.self, "\(length) bytes") {
        try JSON5.parse(bytes: Array(bytes[..<length]), file: "t")
      }
    }
  }

  @Test("gives a value or an error for every change of a byte")
  func mutations() {
    let bytes = Array(Self.sample.utf8)
    for index in bytes.indices {
      for replacement: UInt8 in [0, 0x0A, 0x22, 0x27, 0x2C, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xE2] {
        var changed = bytes
        changed[index] = replacement
        #expect(survives(changed), "byte \(index) as \(replacement)")
      }
      var shorter = bytes
      shorter.remove(at: index)
      #expect(survives(shorter), "without byte \(index)")
    }
  }

  @Test("gives one error for a megabyte of garbage")
  func garbage() {
    var random = Congruential(state: 1)
    let bytes = (0..<1_000_000).map { _ in random.next() }
    #expect(survives(bytes))
    let text = bytes.map { 0x20 + $0 % 95 }
    #expect(survives(text))
    #expect(survives([0x5B, 0x22] + text.map { $0 == 0x22 ? 0x20 : $0 }))
    let alphabet = Array("{}[]:,'\"\\/* \n1a.-é".utf8)
    for start in 0..<2000 {
      random.state = UInt64(start)
      #expect(survives((0..<40).map { _ in alphabet[Int(random.next()) % alphabet.count] }))
    }
  }

  @Test("gives one short error for a hundred thousand levels")
  func depth() throws {
    for (opening, name) in [("[", "lists"), ("{a:", "objects")] {
      let text = String(repeating: opening, count: 100_000)
      do {
        _ = try JSON5.parse(text: text, file: "t")
        Issue.record("read \(name)")
      } catch {
        #expect(error.problem == "more than 128 levels of objects and lists")
        #expect("\(error)".utf8.count < 400)
      }
    }
    let deepest = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
    #expect(throws: Never.self) { try JSON5.parse(text: deepest, file: "t") }
  }

  @Test("reads a long line in time that grows with its length")
  func longLine() throws {
    let text = "[" + String(repeating: "1,", count: 50_000) + "{\"é\":'x'}]"
    let tree = try JSON5.parse(text: text, file: "t")
    #expect(tree.elements?.count == 50_001)
    #expect(tree.elements?.last?["é"]?.position.column == 100_007)
  }

  @Test("refuses key paths so long that they would fill the memory")
  func longKeys() {
    let key = String(repeating: "k", count: 600)
    #expect(throws: Never.self) { try JSON5.parse(text: "{\(key): [1, 2]}", file: "t") }
    do {
      _ = try JSON5.parse(text: "{\(key): {\n \(key): [1, 2]}}", file: "t")
      Issue.record("read the file")
    } catch {
      #expect(error.problem == "the key path is longer than 1000 bytes")
      #expect(error.position == Position(file: "t", line: 2, column: 2))
    }
  }
}
