import Providers
import Scenarios
import Testing
import Vocabulary

@Suite("A case")
struct CaseTests {
  private func scenario(seed: Int = 7) throws -> Scenario {
    var options = ScenarioOptions()
    options.seed = UInt64(seed)
    return try Files([("scenario.json5", example)]).load(options)
  }

  @Test("names its incidents, or is made for each element that some policy may use")
  func names() throws {
    let scenario = try scenario()
    #expect(
      scenario.cases.map(\.name) == [
        "quiet", "outage", "any one down: azure/sweden", "any one down: azure/france",
        "any one down: openai", "any region down: swedencentral", "any region down: francecentral",
      ])
    #expect(scenario.cases[0].incidents.isEmpty)
    #expect(scenario.cases[1].incidents == [0, 1])
    #expect(scenario.cases[2].incidents == [2])
    #expect(scenario.fleet.incidents.count == 7)
  }

  @Test("of one element down has one incident that strikes it alone, and all that it has")
  func incident() throws {
    let scenario = try scenario()
    for (one, name) in zip(scenario.cases[2...4], ["azure/sweden", "azure/france", "openai"]) {
      let incident = scenario.fleet.incidents[one.incidents[0]]
      #expect(scenario.fleet.deployments.filter { incident.on.matches($0) }.map(\.name) == [name])
      #expect(incident.from.duration(to: incident.until) == .seconds(2_700))
      #expect(incident.from >= scenario.warmUp && incident.until <= scenario.horizon)
      #expect(incident.inFlight == .break)
    }
    let region = scenario.fleet.incidents[scenario.cases[5].incidents[0]]
    #expect(region.from == scenario.warmUp.advanced(by: .seconds(3_600)))
  }

  @Test("can be made for each model as well")
  func model() throws {
    let text = edited(
      "policies:", "cases: { m: { each: \"model\", down: \"1m\", at: \"0s\" } }, policies:")
    let scenario = try Files([("scenario.json5", text)]).load()
    let models = Set(scenario.fleet.deployments.map(\.model))
    #expect(scenario.cases.count == models.count)
    for one in scenario.cases {
      let incident = scenario.fleet.incidents[one.incidents[0]]
      #expect(incident.on.model.map { models.contains($0) } == true)
    }
  }

  @Test("at a random time has the same time for a seed, another one for another")
  func random() throws {
    func time(_ seed: Int) throws -> Instant { try scenario(seed: seed).fleet.incidents[2].from }
    #expect(try time(1) == time(1))
    #expect(try Set((1...5).map { try time($0) }).count == 5)
  }

  @Test("of a scenario that names none has all incidents")
  func standard() throws {
    let text = edited(
      "policies:",
      "incidents: { x: { on: { region: \"eu\" }, from: \"1m\", for: \"2m\", slow: 2 } }, policies:")
    let scenario = try Files([("scenario.json5", text)]).load()
    #expect(scenario.cases.map(\.name) == ["default"])
    #expect(scenario.cases[0].incidents == [0])
  }

  @Test(
    "that cannot be is an error",
    arguments: zip(
      [
        "{ c: [\"x\"] }", "{ c: { each: \"deploymnt\", down: \"1m\", at: \"1m\" } }",
        "{ c: { each: \"region\", down: \"2h\", at: \"random\" } }",
        "{ c: { each: \"region\", down: \"1m\" } }",
        "{ c: { each: \"region\", down: \"1m\", at: \"2h\" } }",
        "{ \"c: a\": [], c: { each: \"provider\", down: \"1m\", at: \"2m\" } }",
      ],
      [
        "cases.c[0]: no incident named \"x\"", "did you mean \"deployment\"?",
        "cases.c.down: found \"2h\", expected at most the horizon",
        "missing \"at\": expected when it begins", "expected an instant before the horizon",
        "expected cases of different names",
      ]))
  func errors(cases: String, says: String) throws {
    let found = try #require(try message(edited("policies:", "cases: \(cases), policies:")))
    #expect(found.contains(says), "\(found)")
  }

  @Test("of regions is an error if no deployment says one")
  func noRegions() throws {
    let text = edited(
      "policies:", "cases: { c: { each: \"region\", down: \"1m\", at: \"1m\" } }, policies:"
    )
    .replacing("region: \"eu\", ", with: "")
    #expect(try message(text)?.contains("expected deployments with a region") == true)
  }
}
