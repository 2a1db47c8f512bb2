import Settings
import Testing

@Suite("A key path")
struct SettingPathTests {
  @Test("reads back what it writes")
  func roundTrip() {
    for text in [
      "a", "policies.today.limits[0]", "deployments[\"openai/gpt-5-mini\"].price.input",
      "a[\"say \\\"hi\\\"\"][3][\"\"]", "router.peak-ewma.decay",
    ] {
      #expect(SettingPath(text)?.description == text)
    }
    #expect(SettingPath("a['b c']")?.steps == [.key("a"), .key("b c")])
  }

  @Test("is nil for anything else")
  func wrong() {
    for text in [
      "", ".", "a.", ".a", "a..b", "a[", "a[]", "a[\"x]", "a[x]", "a]b", "a[0]b", "a[-1]",
    ] {
      #expect(SettingPath(text) == nil, "\(text)")
    }
  }

  @Test("finds and replaces")
  func replaces() throws {
    let tree: Setting = ["a": ["b": [1, 2]], "c": nil]
    let way = try #require(SettingPath("a.b[1]"))
    #expect(tree.node(at: way)?.found == "2")
    #expect(tree.node(at: way)?.path == "a.b[1]")
    let changed = try tree.replacing(way, with: 5)
    #expect(changed.node(at: way)?.found == "5")
    #expect(changed.node(at: way)?.path == "a.b[1]")
    let deep = try #require(SettingPath("c.x.y"))
    #expect(try tree.replacing(deep, with: "z").node(at: deep)?.found == "\"z\"")
    let past = try #require(SettingPath("a.b[2]"))
    #expect(throws: SettingError.self) { try tree.replacing(past, with: 1) }
    let through = try #require(SettingPath("a.b[0].c"))
    #expect(throws: SettingError.self) { try tree.replacing(through, with: 1) }
    let list = try #require(SettingPath("a[0]"))
    #expect(throws: SettingError.self) { try tree.replacing(list, with: 1) }
  }
}
