import Settings
import Testing
import Vocabulary

/// A toy strategy that may contain itself.
indirect enum Toy: Sendable, Equatable {
  case full(base: Duration)
  case count(Int)
  case mixed([Toy])
  case nested(Toy)

  static let registry: Registry<Toy> = Registry(
    "toy",
    [
      .init("nested", "Another one.") { s throws(SettingError) in
        .nested(try s.choice("of", from: Toy.registry, "what is nested"))
      },
      .init("full", "Waits in full.", source: "RFC 0") { s throws(SettingError) in
        .full(base: try s.duration("base", default: .seconds(1), "the first wait"))
      },
      .init("count", "Counts.", shorthand: "most") { s throws(SettingError) in
        .count(try s.integer("most", in: 1...9, unit: "tries", "the most"))
      },
      .init("mixed", "Several.") { s throws(SettingError) in
        .mixed(try s.list("of", "the parts", Toy.registry.make))
      },
    ])
}

@Suite("A registry")
struct RegistryTests {
  private func message(_ setting: Setting) -> String {
    do { return "made \(try Toy.registry.make(from: setting))" } catch { return "\(error)" }
  }

  @Test("makes an entry of a name, or of a name with parameters")
  func makes() throws {
    #expect(try Toy.registry.make(from: "full") == .full(base: .seconds(1)))
    #expect(try Toy.registry.make(from: ["full": ["base": "2s"]]) == .full(base: .seconds(2)))
    #expect(try Toy.registry.make(from: ["full": ["base": "2s"], "count": nil]) != .count(1))
    #expect(try Toy.registry.make("count", from: ["most": 3]) == .count(3))
  }

  @Test("sets one parameter by a bare value")
  func shorthand() throws {
    #expect(try Toy.registry.make(from: ["count": 5]) == .count(5))
    #expect(
      message(["count": 50])
        == "(code): count.most: found 50, expected a whole number from 1 to 9")
    #expect(message(["full": 50]) == "(code): full: found 50, expected an object { … }")
  }

  @Test("makes entries within entries")
  func nested() throws {
    #expect(
      try Toy.registry.make(from: ["mixed": ["of": ["full", ["nested": ["of": ["count": 2]]]]]])
        == .mixed([.full(base: .seconds(1)), .nested(.count(2))]))
  }

  @Test("says what can be chosen")
  func errors() {
    #expect(
      message("ful") == """
        (code): no toy named "ful"
          did you mean "full"?  allowed: nested, full, count, mixed
        """)
    #expect(
      message(["cuont": 5]) == """
        (code): cuont: no toy named "cuont"
          did you mean "count"?  allowed: nested, full, count, mixed
        """)
    #expect(
      message(["full": [:], "count": 5]) == """
        (code): found an object with 2 keys, expected one toy: a name, or { name: { parameters } } \
        with one name
          allowed: nested, full, count, mixed
        """)
    #expect(
      message(7) == """
        (code): found 7, expected a toy: a name, or { name: { parameters } }
          allowed: nested, full, count, mixed
        """)
    #expect(
      message(["full": ["bsae": "1s"]]) == """
        (code): full.bsae: unknown key "bsae"
          did you mean "base"?  allowed: base
        """)
    #expect(
      message("count")
        == #"(code): missing "most": expected a whole number such as 500, "200k", "1M""#)
  }

  @Test("is read by key, with a default or silence")
  func byKey() throws {
    let setting: Setting = ["a": ["count": 2]]
    var s = try SettingsReader(setting)
    #expect(try s.choice("a", from: Toy.registry, "") == .count(2))
    #expect(try s.choice("b", from: Toy.registry, default: "full", "") == .full(base: .seconds(1)))
    #expect(try s.optionalChoice("c", from: Toy.registry, "") == nil)
    do {
      _ = try s.choice("d", from: Toy.registry, "")
      Issue.record("a missing choice was made")
    } catch {
      #expect(
        "\(error)" == """
          (code): missing "d": expected a toy
            allowed: nested, full, count, mixed
          """)
    }
  }

  @Test("describes every entry without a file, also those that contain themselves")
  func describes() throws {
    #expect(Toy.registry.audit().isEmpty)
    let count = try #require(Toy.registry.describe("count").first)
    #expect(count.key == "most")
    #expect(count.isRequired)
    #expect(count.boundsText == "from 1 to 9")
    #expect(count.unit == "tries")
    let full = try #require(Toy.registry.describe("full").first)
    #expect(full.defaultText == "1s")
    let nested = try #require(Toy.registry.describe("nested").first)
    let again = try #require(nested.choice?.options.first?.parameters.first)
    #expect(again.choice?.options.map(\.name) == Toy.registry.names)
    let mixed = try #require(Toy.registry.describe("mixed").first)
    #expect(mixed.form == "list of a toy")
    #expect(Toy.registry.describe("nothing").isEmpty)
  }
}
