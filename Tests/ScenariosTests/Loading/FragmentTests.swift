import Providers
import Scenarios
import Settings
import Testing
import Vocabulary

@Suite("A fragment")
struct FragmentTests {
  @Test("is merged below the file that uses it, key by key, in order")
  func merges() throws {
    let files = try Files([
      ("scenario.json5", edited("lab: 1,", "lab: 1, use: [\"parts/a.json5\", \"parts/b.json5\"],")),
      ("parts/a.json5", "{ horizon: \"9h\", seed: 3, drain: \"1m\", use: \"c.json5\" }"),
      ("parts/b.json5", "{ seed: 4, deployments: { \"a/x\": { source: \"sheet\" } } }"),
      ("parts/c.json5", "{ seed: 2, question: \"why?\" }"),
    ])
    let scenario = try files.load()
    #expect(scenario.seed == 4)
    #expect(scenario.question == "why?")
    #expect(scenario.warmUp.duration(to: scenario.horizon) == .seconds(3_600))
    #expect(scenario.horizon.duration(to: scenario.end) == .seconds(60))
    #expect(scenario.fleet.deployments.map(\.source) == ["sheet", "sheet"])
    #expect(
      scenario.inputs.map(\.file)
        == ["scenario.json5", "parts/a.json5", "parts/c.json5", "parts/b.json5"])
    let origin = try #require(scenario.position(of: "seed"))
    #expect(origin.file.hasSuffix("parts/b.json5"))
    #expect(scenario.resolvedText.contains("question: \"why?\",  // "))
  }

  @Test("that a path does not lead to is an error where it is named")
  func missing() throws {
    #expect(
      try message(edited("lab: 1,", "lab: 1, use: [\"../x.json5\"],"))?.hasPrefix(
        "scenario.json5:2:17: use[0]: the file ") == true)
  }

  @Test("that uses itself is an error that names the circle")
  func circle() throws {
    let found = try message(
      edited("lab: 1,", "lab: 1, use: [\"f/a.json5\"],"),
      [("f/a.json5", "{ use: [\"b.json5\"] }"), ("f/b.json5", "{ use: \"../scenario.json5\" }")])
    #expect(
      found == """
        f/b.json5:1:8: use: files use each other in a circle: scenario.json5 → f/a.json5 → f/b.json5 → \
        scenario.json5
          next: remove one of these `use`
        """)
  }

  @Test("may be of no other version")
  func version() throws {
    let found = try message(
      edited("lab: 1,", "lab: 1, use: \"a.json5\","), [("a.json5", "{ lab: 2 }")])
    #expect(found?.hasPrefix("a.json5:1:8: lab: found 2, expected 1") == true)
  }

  @Test("has a checksum that changes with its bytes")
  func checksums() throws {
    let first = try Files([("scenario.json5", smallest)]).load().inputs
    let same = try Files([("scenario.json5", smallest)]).load().inputs
    let other = try Files([("scenario.json5", smallest + " ")]).load().inputs
    #expect(first.map(\.checksum) == same.map(\.checksum))
    #expect(first.map(\.checksum) != other.map(\.checksum))
    #expect(first[0].checksum.hasPrefix("fnv1a64:"))
  }
}
