import Settings
import Testing
import Vocabulary

/// A route tree that reads itself by hand, not through a registry.
indirect enum Branch: Sendable {
  case leaf(String)
  case children([Branch], retry: Int?)

  init(_ setting: Setting) throws(SettingError) {
    if let name = setting.ifText("the name of a leaf") {
      self = .leaf(name)
      return
    }
    self = try setting.object { s throws(SettingError) in
      .children(
        try s.list("over", "the children", Branch.init),
        retry: try s.object("retry", "tries of the same node") { s throws(SettingError) in
          try s.integer("max", "the most retries")
        })
    }
  }
}

struct Sample {
  init(reading s: inout SettingsReader) throws(SettingError) {
    let decay = try s.duration(
      "decay", default: .seconds(10), in: .milliseconds(1) ... .seconds(60), "time constant")
    let most = try s.integer("most", in: 5...9, "the most")
    _ = try s.number("factor", in: 0...1, "a factor")
    _ = try s.share("share", "a share")
    _ = try s.rate("rate", default: .perMinute(6000), "a rate")
    _ = try s.tokenPrice("price", "a price")
    _ = try s.money("budget", default: Money(picodollars: 20_000_000_000), "money")
    _ = try s.flag("on", default: true, "a flag")
    _ = try s.text("alias", "an alias")
    _ = try s.name("quota", among: ["a", "b"], kind: "quota", "a quota")
    _ = try s.optionalDuration("timeout", "a timeout")
    _ = try s.choice("toy", from: Toy.registry, default: "full", "a toy")
    _ = try s.optionalChoice("other", from: Toy.registry, "another toy")
    _ = try s.entries("routes", "the routes") { _, value throws(SettingError) in
      try Branch(value)
    }
    _ = try s.texts("on errors", "outcomes")
    if let raw = try s.raw("tokens", "tokens") {
      if raw.ifNumber() == nil {
        _ = try raw.object { s throws(SettingError) in try s.integer("median", "the median") }
      }
    }
    try s.require(decay < .zero || most > 100, "decay", expected: "nothing that exists")
  }
}

@Suite("Describe mode")
struct DescribingTests {
  private func described() throws -> [ParameterDescription] {
    var s = SettingsReader.describing()
    #expect(s.isDescribing)
    _ = try Sample(reading: &s)
    try s.finish()
    return s.described
  }

  @Test("runs the code that reads and lists what it asks for")
  func lists() throws {
    let rows = try described().map { p in
      "\(p.key): \(p.form)" + (p.isRequired ? " required" : "")
        + (p.defaultText.map { " = \($0)" } ?? "") + (p.boundsText.map { " (\($0))" } ?? "")
    }
    #expect(
      rows == [
        "decay: duration = 10s (from 1ms to 1m)", "most: integer required (from 5 to 9)",
        "factor: number required (from 0 to 1)", "share: share required", "rate: rate = 100/s",
        "price: price per tokens required", "budget: money = $0.02", "on: flag = true",
        "alias: text required", "quota: one of a, b required", "timeout: duration",
        "toy: a toy = full", "other: a toy", "routes: named text or object",
        "on errors: list of text",
        "tokens: number or object",
      ])
  }

  @Test("stops where a type contains itself")
  func recursion() throws {
    let routes = try #require(try described().parameter(at: ["routes", "chat"]))
    #expect(routes.form == "text or object")
    let object = try #require(routes.nested.last)
    #expect(object.nested.map(\.key) == ["over", "retry"])
    let inner = try #require(object.nested.first?.nested.last)
    #expect(inner.kind == .object)
    #expect(inner.nested.first?.isRecursive == true)
    let retry = try #require(try described().parameter(at: ["routes", "chat", "retry", "max"]))
    #expect(retry.kind == .integer)
  }

  @Test("finds parameters by keys, through names and choices")
  func lookup() throws {
    let all = try described()
    #expect(all.parameter(at: ["toy", "full", "base"])?.kind == .duration)
    #expect(all.parameter(at: ["toy", "nested", "of", "count", "most"])?.kind == .integer)
    #expect(all.parameter(at: ["tokens", "median"])?.kind == .integer)
    #expect(all.parameter(at: ["nothing"]) == nil)
    #expect(all.parameter(at: ["decay", "x"]) == nil)
    #expect(all.isChoice(at: ["toy"]))
    #expect(!all.isChoice(at: ["routes"]))
    #expect(!all.isChoice(at: ["routes", "chat"]))
  }

  @Test("stands in with values inside the bounds")
  func standIns() throws {
    var s = SettingsReader.describing()
    #expect(try s.integer("a", in: 5...9, "") == 5)
    #expect(try s.number("b", in: -3 ... -2, "") == -2)
    #expect(try s.duration("c", in: .seconds(5) ... .seconds(9), "") == .seconds(5))
    #expect(try s.duration("d", default: .seconds(7), "") == .seconds(7))
    #expect(try s.name("e", among: [], kind: "x", "") == 0)
    #expect(try s.text("f", "") == "")
    #expect(try s.optionalRate("g", "") == nil)
    #expect(!s.has("a"))
    #expect(s.keys.isEmpty)
  }
}
