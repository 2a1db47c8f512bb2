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

  @Test("takes silence and null for the default or for off")
  func silence() throws {
    let setting: Setting = ["a": nil, "b": nil]
    try setting.object { s throws(SettingError) in
      #expect(try s.duration("a", default: .seconds(3), "") == .seconds(3))
      #expect(try s.optionalRate("b", "") == nil)
      #expect(try s.optionalInteger("c", "") == nil)
      #expect(try s.optionalNumber("c", "") == nil)
      #expect(try s.optionalShare("c", "") == nil)
      #expect(try s.optionalTokenPrice("c", "") == nil)
      #expect(try s.optionalMoney("c", "") == nil)
      #expect(try s.optionalFlag("c", "") == nil)
      #expect(try s.optionalName("c", among: ["x"], kind: "x", "") == nil)
      #expect(try s.name("c", default: "y", among: ["x", "y"], kind: "x", "") == 1)
      #expect(try s.list("c", "") { _ throws(SettingError) in 1 } == [])
      #expect(try s.entries("c", "") { _, _ throws(SettingError) in 1 }.isEmpty)
      #expect(try s.object("c", "") { _ throws(SettingError) in 1 } == nil)
      #expect(try s.raw("c", "") == nil)
      #expect(!s.has("a"))
      #expect(s.keys == [])
      #expect(s.described.isEmpty)
    }
  }

  @Test("takes one value for a list of one")
  func listOfOne() throws {
    let setting: Setting = ["on": "429", "off": ["5xx", "timeout"]]
    var s = try SettingsReader(setting)
    #expect(try s.texts("on", "") == ["429"])
    #expect(try s.texts("off", "") == ["5xx", "timeout"])
  }

  @Test("keeps the file's order of entries and leaves out what is removed")
  func entries() throws {
    let setting: Setting = ["share": ["8m": "95%", "0m": "0%", "9m": nil]]
    var s = try SettingsReader(setting)
    let points = try s.entries("share", "") { key, value throws(SettingError) in
      (try value.duration(ofKey: key), try value.share().value)
    }
    #expect(points.map(\.name) == ["8m", "0m"])
    #expect(points.map(\.value.0) == [.seconds(480), .zero])
    #expect(points.map(\.value.1) == [0.95, 0])
  }

  @Test("reads a plain value without keys")
  func values() throws {
    #expect(try Setting("5s").duration() == .seconds(5))
    #expect(try Setting("2k").integer() == 2000)
    #expect(try Setting(1.5).number() == 1.5)
    #expect(try Setting("50%").share().value == 0.5)
    #expect(try Setting("4/s").rate() == .perSecond(4))
    #expect(try Setting("$1/M").tokenPrice().femtodollars == 1_000_000_000)
    #expect(try Setting("$1").money().dollars == 1)
    #expect(try Setting(true).flag())
    #expect(try Setting("x").text() == "x")
    #expect(try Setting("b").name(among: ["a", "b"], kind: "letter") == 1)
  }
}
