import Settings
import Testing
import Vocabulary

@Suite("A settings reader")
struct SettingsReaderTests {
  @Test("reads what a closure asks for")
  func reads() throws {
    let setting: Setting = ["a": "5s", "b": ["x": 1], "c": [1, 2]]
    let sum = try setting.object { s throws(SettingError) in
      let a = try s.duration("a", "a")
      let b = try s.object("b", "b") { s in try s.integer("x", "x") } ?? 0
      let c = try s.list("c", "c") { try $0.integer() }
      let d = try s.entries("d", "d") { name, value throws(SettingError) in
        try value.object { s in try s.integer("x", "x") }
      }
      _ = d
      return a.nanoseconds + Int64(b + c.reduce(0, +))
    }
    #expect(sum == 5_000_000_004)
  }
}
