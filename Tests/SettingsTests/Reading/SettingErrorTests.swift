import Settings
import Testing
import Vocabulary

@Suite("An error about a setting")
struct SettingErrorTests {
  /// The message of reading an object that stands at s.json5:1:1 and has `k` at s.json5:2:6.
  private func message(
    _ value: Setting?, _ body: (inout SettingsReader) throws(SettingError) -> Void
  ) -> String {
    var members: [Setting.Member] = []
    if var value {
      value.position = Position(file: "s.json5", line: 2, column: 6)
      members = [
        .init(
          key: "k", keyPosition: Position(file: "s.json5", line: 2, column: 3),
          value: value.moved(to: "top.k"))
      ]
    }
    let object = Setting(
      .object(members), at: Position(file: "s.json5", line: 1, column: 1), path: "top")
    do {
      try object.object(body)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("a wrong duration shows what a duration is")
  func duration() {
    #expect(
      message("20x") { s throws(SettingError) in _ = try s.duration("k", "") } == """
        s.json5:2:6: top.k: found "20x" (no unit "x" here: ns us ms s m h d w), \
        expected a duration such as "200ms", "1.5s", "8h"
        """)
    #expect(
      message(20) { s throws(SettingError) in _ = try s.duration("k", "") } == """
        s.json5:2:6: top.k: found 20, expected a duration such as "200ms", "1.5s", "8h"
          next: write the number with its unit, in quotes; 20 has none
        """)
    #expect(
      message([]) { s throws(SettingError) in _ = try s.optionalDuration("k", "") } == """
        s.json5:2:6: top.k: found an empty list, expected a duration such as "200ms", "1.5s", "8h"
        """)
  }

  @Test("a value out of bounds shows the bounds")
  func bounds() {
    #expect(
      message("5d") { s throws(SettingError) in
        _ = try s.duration("k", in: .seconds(1) ... .seconds(3600), "")
      } == #"s.json5:2:6: top.k: found "5d", expected a duration from 1s to 1h"#)
    #expect(
      message("-5s") { s throws(SettingError) in _ = try s.duration("k", "") }
        == #"s.json5:2:6: top.k: found "-5s", expected a duration from 0s to 36500d"#)
    #expect(
      message(0) { s throws(SettingError) in _ = try s.integer("k", in: 1 ... .max, "") }
        == "s.json5:2:6: top.k: found 0, expected a whole number at least 1")
    #expect(
      message(3.5) { s throws(SettingError) in _ = try s.number("k", in: -.infinity...2, "") }
        == "s.json5:2:6: top.k: found 3.5, expected a number at most 2")
    #expect(
      message("80%") { s throws(SettingError) in
        _ = try s.share("k", in: .never...Probability(clamping: 0.5), "")
      } == #"s.json5:2:6: top.k: found "80%", expected a share at most 50%"#)
  }

  @Test("a wrong value of each kind shows what is allowed")
  func kinds() {
    let start = "s.json5:2:6: top.k: found "
    #expect(
      message("1.5") { s throws(SettingError) in _ = try s.integer("k", "") }
        == start + #""1.5" (not whole), expected a whole number such as 500, "200k", "1M""#)
    #expect(
      message("many") { s throws(SettingError) in _ = try s.number("k", "") }
        == start + #""many", expected a number such as 1.5, "200k""#)
    #expect(
      message(true) { s throws(SettingError) in _ = try s.integer("k", "") }
        == start + #"true, expected a whole number such as 500, "200k", "1M""#)
    #expect(
      message("120%") { s throws(SettingError) in _ = try s.share("k", "") }
        == start + #""120%" (more than 100%), expected a share such as "0.2%" or 0.002"#)
    #expect(
      message("4 a second") { s throws(SettingError) in _ = try s.rate("k", "") }
        == start + #""4 a second" (no "/"), expected a rate such as "4/s", "6k/min", "1M/day""#)
    #expect(
      message("2.50/M") { s throws(SettingError) in _ = try s.tokenPrice("k", "") }
        == start
        + #""2.50/M" (no "$" in front), expected a price per tokens such as "$2.50/M""#)
    #expect(
      message("€5") { s throws(SettingError) in _ = try s.money("k", "") }
        == start + #""€5" (no "$" in front), expected an amount such as "$31k", "$0.02""#)
    #expect(
      message("yes") { s throws(SettingError) in _ = try s.flag("k", "") }
        == start + #""yes", expected true or false"#)
    #expect(
      message(5) { s throws(SettingError) in _ = try s.text("k", "") }
        == start + "5, expected text in quotes")
    #expect(
      message(["a": 1, "b": 2]) { s throws(SettingError) in _ = try s.text("k", "") }
        == start + "an object with 2 keys, expected text in quotes")
    #expect(
      message([1, 2]) { s throws(SettingError) in
        _ = try s.object("k", "") { _ throws(SettingError) in 0 }
      } == start + "a list of 2, expected an object { … }")
    #expect(
      message("x") { s throws(SettingError) in
        _ = try s.entries("k", "") { _, _ throws(SettingError) in 0 }
      } == start + #""x", expected an object of named values { name: … }"#)
  }

  @Test("an unknown name shows the nearest and all")
  func names() {
    let names = ["azure/sweden", "azure/france", "openai"]
    #expect(
      message("azure/swedn") { s throws(SettingError) in
        _ = try s.name("k", among: names, kind: "deployment", "")
      } == """
        s.json5:2:6: top.k: no deployment named "azure/swedn"
          did you mean "azure/sweden"?  allowed: azure/sweden, azure/france, openai
        """)
    #expect(
      message("x") { s throws(SettingError) in
        _ = try s.name("k", among: [], kind: "quota", "")
      } == #"s.json5:2:6: top.k: no quota named "x": there is none at all"#)
    #expect(
      message(7) { s throws(SettingError) in
        _ = try s.name("k", among: names, kind: "deployment", "")
      } == """
        s.json5:2:6: top.k: found 7, expected the name of a deployment
          allowed: azure/sweden, azure/france, openai
        """)
    #expect(
      message(nil) { s throws(SettingError) in
        _ = try s.name("k", default: "opnai", among: names, kind: "deployment", "")
      } == """
        s.json5:1:1: top: no deployment named "opnai"
          did you mean "openai"?  allowed: azure/sweden, azure/france, openai
        """)
  }

  @Test("a missing key says what belongs there")
  func missing() {
    #expect(
      message(nil) { s throws(SettingError) in _ = try s.rate("k", "") } == """
        s.json5:1:1: top: missing "k": expected a rate such as "4/s", "6k/min", "1M/day"
        """)
    #expect(
      message(Setting(.null)) { s throws(SettingError) in _ = try s.text("k", "") }
        == #"s.json5:1:1: top: missing "k": expected text in quotes"#)
    #expect(
      message(nil) { s throws(SettingError) in
        _ = try s.requiredObject("k", "") { _ throws(SettingError) in 0 }
      } == #"s.json5:1:1: top: missing "k": expected an object { … }"#)
  }

  @Test("an unknown key shows the nearest that is free")
  func unknownKey() {
    #expect(
      message("10s") { s throws(SettingError) in _ = try s.optionalDuration("decay", "") } == """
        s.json5:2:3: top.k: unknown key "k"
          allowed: decay
        """)
    #expect(
      message("10s") { s throws(SettingError) in _ = try s.optionalText("key", "") } == """
        s.json5:2:3: top.k: unknown key "k"
          allowed: key
        """)
    #expect(
      message("10s") { s throws(SettingError) in _ = try s.optionalText("K", "") } == """
        s.json5:2:3: top.k: unknown key "k"
          did you mean "K"?  allowed: K
        """)
    #expect(
      message("10s") { _ throws(SettingError) in }
        == #"s.json5:2:3: top.k: unknown key "k": no keys are allowed here"#)
  }

  @Test("a check of several keys points at one of them")
  func require() {
    #expect(
      message(5) { s throws(SettingError) in
        let k = try s.integer("k", "")
        try s.require(k < 3, "k", expected: "less than 3", next: "lower it")
      } == """
        s.json5:2:6: top.k: found 5, expected less than 3
          next: lower it
        """)
    #expect(
      message(nil) { s throws(SettingError) in
        try s.require(false, "median", expected: "a median or a mean")
      } == #"s.json5:1:1: top: missing "median": expected a median or a mean"#)
  }

  @Test("a long text is cut off")
  func long() {
    let text = Setting(.string(String(repeating: "x", count: 10_000)))
    #expect(message(text) { s throws(SettingError) in _ = try s.flag("k", "") }.utf8.count < 160)
  }
}
