import Engine
import Providers
import Scenarios
import Settings
import Testing
import Vocabulary

@Suite("An incident on the gateway itself")
struct GatewayIncidentTests {
  private func scenario(_ incident: String) throws -> Scenario {
    let text = edited("policies:", "incidents: { deploy: \(incident) }, policies:")
    return try Files([("scenario.json5", text)]).load()
  }

  @Test("strikes its replicas one after the other, or all at once")
  func rolling() throws {
    let one = try scenario("{ on: \"gateway\", from: \"1h\", restart: { rolling: \"6m\" } }")
    let incident = try #require(one.gatewayIncidents.first)
    #expect(incident.effect == .drain)
    let first = one.warmUp.advanced(by: .seconds(3_600))
    #expect(
      incident.instants(replicas: 3)
        == [0, 120, 240].map { first.advanced(by: .seconds($0)) })
    let other = try scenario("{ on: \"gateway\", from: \"1h\", restart: \"crash\" }")
    #expect(other.gatewayIncidents.first?.effect == .crash)
    #expect(other.gatewayIncidents.first?.instants(replicas: 2) == [first, first])
  }

  @Test("takes its replicas away for a time, and says how callers meet that")
  func absence() throws {
    func incident(_ restart: String) throws -> GatewayIncident {
      try #require(
        try scenario("{ on: \"gateway\", from: \"1h\", restart: \(restart) }")
          .gatewayIncidents.first)
    }
    #expect(try incident("{ kind: \"crash\" }").absence == nil)
    let one = try incident(
      "{ kind: \"crash\", down: \"40s\", noticed: \"10s\", meanwhile: \"silent\" }")
    #expect(
      one.absence == .init(lasts: .seconds(40), noticed: .seconds(10), isSilent: true))
    #expect(one.from.duration(to: one.until) == .seconds(40))
    #expect(try incident("{ down: \"5s\" }").absence == .init(lasts: .seconds(5)))
    for (wrong, words) in [
      ("{ noticed: \"5s\" }", "back at once is not away"),
      ("{ down: \"5s\", noticed: \"6s\" }", "at most as long as `down`"),
      ("{ down: \"5s\", meanwhile: \"refuse\" }", "refused"),
    ] {
      let error = #expect(throws: (any Error).self) { try incident(wrong) }
      #expect(error.map { "\($0)".contains(words) } == true, "\(wrong)")
    }
  }

  @Test("reloads a policy that the file has")
  func reload() throws {
    let names = try scenario("{ on: \"gateway\", from: \"1h\", restart: \"drain\" }").policies
    let last = try #require(names.last?.name)
    let one = try scenario(
      "{ on: \"gateway\", from: \"1h\", reload: { policy: \"\(last)\" } }")
    #expect(one.gatewayIncidents.first?.effect == .reload(policy: names.count - 1))
  }

  @Test("strikes the central store for a time: it is down, refuses at once, or is slow")
  func store() throws {
    func effect(_ store: String) throws -> GatewayIncident {
      let text = edited(
        "policies:",
        "services: { store: { latency: \"1ms\" } }, incidents: { deploy: { on: \"gateway\", "
          + "from: \"1h\", for: \"10m\", store: \(store) } }, policies:")
      return try #require(try Files([("scenario.json5", text)]).load().gatewayIncidents.first)
    }
    let down = try effect("\"down\"")
    #expect(down.effect == .service(.store, .down(after: nil)))
    #expect(down.from.duration(to: down.until) == .seconds(600))
    #expect(
      try effect("{ down: { after: \"2ms\" } }").effect
        == .service(.store, .down(after: .milliseconds(2))))
    #expect(try effect("{ slow: 20 }").effect == .service(.store, .slow(20)))
    #expect(throws: ScenarioError.self) { try effect("{ slow: 20, down: {} }") }
    #expect(throws: ScenarioError.self) { try effect("\"away\"") }
  }

  @Test("is not one of the fleet's")
  func apart() throws {
    let one = try scenario(
      "{ on: \"gateway\", from: \"1h\", restart: \"drain\" } }, cases: { quiet: [], new: [\"deploy\"]"
    )
    #expect(one.fleet.incidents.isEmpty)
    #expect(one.gatewayIncidents.map(\.name) == ["deploy"])
    #expect(one.cases.map(\.gateway) == [[], [0]])
  }

  @Test(
    "says what is wrong with it",
    arguments: [
      "{ on: \"gateway\", restart: \"drain\" }", "{ on: \"gateway\", from: \"1h\" }",
      "{ on: \"gateway\", from: \"1h\", restart: \"stop\" }",
      "{ on: \"gateway\", from: \"1h\", reload: { policy: \"nobody\" } }",
      "{ on: \"gateway\", from: \"1h\", restart: \"drain\", slow: 2 }",
      "{ on: \"gateway\", from: \"1h\", store: \"down\" }",
      "{ on: \"gateway\", from: \"1h\", for: \"1m\", restart: \"drain\" }",
      "{ on: \"gateway\", from: \"1h\", for: \"1m\", store: \"down\" }",
    ])
  func errors(incident: String) {
    #expect(throws: ScenarioError.self) { try scenario(incident) }
  }
}
