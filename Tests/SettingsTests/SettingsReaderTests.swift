import Settings
import Testing
import Vocabulary

@Suite("A settings reader")
struct SettingsReaderTests {
  @Test("reads what a closure asks for")
  func reads() throws {
    let setting: Setting = ["a": "5s", "b": ["x": 1], "c": [1, 2], "d": ["p": ["x": 3]]]
    let sum = try setting.object { s throws(SettingError) in
      let a = try s.duration("a", "a")
      let b = try s.object("b", "b") { s throws(SettingError) in try s.integer("x", "x") }
      let c = try s.list("c", "c") { e throws(SettingError) in try e.integer() }
      let d = try s.entries("d", "d") { name, value throws(SettingError) in
        try value.object { s throws(SettingError) in try s.integer("x", "x") }
      }
      return a.nanoseconds + Int64((b ?? 0) + c.reduce(0, +) + (d.first?.value ?? 0))
    }
    #expect(sum == 5_000_000_007)
  }
}
