import Settings
import Testing

@Suite("A tree as text")
struct SettingTextTests {
  private func at(_ line: Int, _ content: Setting.Content, _ file: String = "a.json5") -> Setting {
    Setting(content, at: Position(file: file, line: line, column: 5))
  }

  @Test("names the origin of every value")
  func origins() {
    let place = Position(file: "a.json5", line: 1, column: 1)
    func member(_ key: String, _ value: Setting) -> Setting.Member {
      .init(key: key, keyPosition: place, value: value)
    }
    let tree = at(
      1,
      .object([
        member("horizon", at(2, .string("8h"))),
        member(
          "openai/gpt",
          at(
            3,
            .object([
              member("price", at(9, .string("$2.50/M"), "shared/fleet.json5")),
              member("empty", at(4, .object([]))),
            ]))),
        member("on", at(5, .array([at(5, .string("429")), at(5, .string("5xx"))]))),
        member("mixed", at(6, .array([at(6, .number(16, literal: "0x10")), at(7, .null)]))),
        member("peak-ewma", at(8, .bool(true))),
      ]))
    #expect(
      tree.json5(origins: true) == """
        {
          horizon: "8h",  // a.json5:2
          "openai/gpt": {
            price: "$2.50/M",  // shared/fleet.json5:9
            empty: {},  // a.json5:4
          },
          on: ["429", "5xx"],  // a.json5:5
          mixed: [
            0x10,  // a.json5:6
            null,  // a.json5:7
          ],
          "peak-ewma": true,  // a.json5:8
        }

        """)
  }

  @Test("breaks long lists, never long texts")
  func long() {
    let word = String(repeating: "x", count: 50)
    let tree: Setting = [
      "t": "\(word)\(word)", "l": ["\(word)", "\(word)"],
    ]
    #expect(
      tree.json5(origins: true) == """
        {
          t: "\(word)\(word)",  // (code)
          l: [
            "\(word)",  // (code)
            "\(word)",  // (code)
          ],
        }

        """)
  }

  @Test("is plain JSON if asked for")
  func json() {
    let tree: Setting = [
      "a": Setting(.number(16, literal: "0x10")), "b": Setting(.number(0.5, literal: ".5")),
      "c": Setting(.number(-5, literal: "-5.")), "d": 1.5, "e": "q\"\\\n\u{1}é", "f": [],
      "g": [["x": 1]],
    ]
    #expect(
      tree.json() == """
        {
          "a": 16,
          "b": 0.5,
          "c": -5,
          "d": 1.5,
          "e": "q\\"\\\\\\n\\u0001é",
          "f": [],
          "g": [
            {
              "x": 1
            }
          ]
        }

        """)
  }
}
