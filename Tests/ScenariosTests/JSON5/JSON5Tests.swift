import Scenarios
import Settings
import Testing

@Suite("JSON5 text")
struct JSON5Tests {
  private func read(_ text: String) throws -> Setting { try JSON5.parse(text: text, file: "t") }

  private func flat(_ text: String) throws -> String {
    String(try read(text).json().filter { !$0.isNewline && $0 != " " })
  }

  @Test("may have comments, trailing commas, bare keys and single quotes")
  func comforts() throws {
    let text = """
      // first
      { a: 1, /* two
        lines */ "b c": 'it"s', $d_1: [1, 2,], é: null, // last
        nested: { x: true, y: false, }, }
      // end
      """
    #expect(
      try flat(text)
        == #"{"a":1,"bc":"it\"s","$d_1":[1,2],"é":null,"nested":{"x":true,"y":false}}"#)
  }

  @Test("may have every number form of JSON5")
  func numbers() throws {
    let table: [(String, Double)] = [
      ("0", 0), ("-0", -0.0), ("42", 42), ("+1", 1), ("-1.5", -1.5), (".5", 0.5), ("5.", 5),
      ("-.5", -0.5), ("1e3", 1000), ("1E+3", 1000), ("5.e-1", 0.5), ("0x1F", 31), ("-0XfF", -255),
      ("0.1", 0.1), ("123456789012345678901234567890", 1.2345678901234568e29),
      ("1e-400", 0), ("0.0", 0),
    ]
    for (text, value) in table {
      guard case .number(let number, let literal) = try read(" \(text) ").content else {
        Issue.record("\(text) is no number")
        continue
      }
      #expect(number == value, "\(text)")
      #expect(literal == text)
    }
  }

  @Test("may have every escape of JSON5")
  func escapes() throws {
    let table: [(String, String)] = [
      (#""\b\f\n\r\t\v\0""#, "\u{8}\u{C}\n\r\t\u{B}\0"), (#"'\'\"\\\/\a'"#, "'\"\\/a"),
      (#""\x41\xe9""#, "Aé"), (#""\u00e9\uD83D\uDE00""#, "é😀"), ("'a\\\nb\\\r\nc'", "abc"),
      ("'a\\\u{2028}b'", "ab"), ("'\u{2028}'", "\u{2028}"), ("''", ""), ("'µs €😀'", "µs €😀"),
    ]
    for (text, value) in table {
      guard case .string(let string) = try read(text).content else {
        Issue.record("\(text) is no text")
        continue
      }
      #expect(Array(string.utf8) == Array(value.utf8), "\(text)")
    }
  }

  @Test("may have every space of JSON5, and a byte order mark")
  func spaces() throws {
    #expect(try flat("\u{FEFF}\t\u{B}\u{C}\u{A0}\u{2003}\u{3000}[1\u{2029},\u{FEFF}2]") == "[1,2]")
    #expect(try read("\u{FEFF}1").position == Position(file: "t", line: 1, column: 1))
  }

  @Test("knows the place and the path of every key and value")
  func places() throws {
    let tree = try read("{ a: {\r\n  'ö': [ 1,\n 2] },\r b: /* é */ 'x' }")
    func place(_ text: String) throws -> String {
      let way = try #require(SettingPath(text))
      let node = try #require(tree.node(at: way))
      #expect(node.path == text)
      return "\(node.position.line):\(node.position.column)"
    }
    #expect(try place("a") == "1:6")
    #expect(try place("a[\"ö\"]") == "2:8")
    #expect(try place("a[\"ö\"][0]") == "2:10")
    #expect(try place("a[\"ö\"][1]") == "3:2")
    #expect(try place("b") == "4:13")
    #expect(tree["a"]?.members?.first?.keyPosition == Position(file: "t", line: 2, column: 3))
  }

  @Test("reads back what a tree writes")
  func roundTrip() throws {
    let text = try read(
      "{ 'a/b': [1, 'x', {y: 0x10, z: []}], c: {}, long: ['\(String(repeating: "x", count: 99))', 1]}"
    )
    for origins in [false, true] {
      let again = try read(text.json5(origins: origins))
      #expect(again.json5() == text.json5())
      #expect(again.json() == text.json())
    }
    #expect(try read(text.json()).json() == text.json())
  }
}
