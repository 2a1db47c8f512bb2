import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("The shape of an incident")
struct IncidentShapeTests {
  private func plans(_ incidents: Setting) throws -> [IncidentPlan] {
    let one: Setting = [
      "model": "vendor/model", "price": ["input": "$1/M", "output": "$2/M"],
      "latency": ["timeToFirstToken": "100ms", "timePerOutputToken": "10ms"],
    ]
    var reader = try SettingsReader([
      "deployments": ["a": one, "b": one], "incidents": incidents,
    ])
    let plan = try FleetPlan(reading: &reader, zero: .start)
    try reader.finish()
    return plan.incidents
  }

  private func share(_ shape: Setting, for length: Setting?, at minutes: [Int64]) throws -> [Double]
  {
    var incident: Setting = [
      "on": "a", "from": "0s", "shape": shape, "error": ["status": 503, "share": "80%"],
    ]
    if let length {
      let more: Setting = ["for": length]
      incident = more.merged(over: incident)
    }
    let plan = try #require(try plans(["x": incident]).first)
    let line = try #require(plan.failure?.share)
    return minutes.map { minute in
      let value = line.value(at: minute * 60 * second)
      return Double(Int(value * 1000 + 0.5)) / 1000
    }
  }

  @Test("is a line whose peak is what the incident does")
  func lines() throws {
    #expect(try share("rectangle", for: "1h", at: [0, 30, 59]) == [0.8, 0.8, 0.8])
    let ramp: Setting = ["ramp": ["up": "10m", "down": "20m"]]
    #expect(try share(ramp, for: "1h", at: [0, 5, 10, 40, 50, 60]) == [0, 0.4, 0.8, 0.8, 0.4, 0])
    #expect(try share("leak", for: "1h", at: [0, 15, 30, 45]) == [0, 0.2, 0.4, 0.6])
    let tail: Setting = ["tail": ["hold": "20m", "half": "10m"]]
    #expect(try share(tail, for: "2h", at: [0, 20, 30, 40]) == [0.8, 0.8, 0.4, 0.2])
    let flapping: Setting = ["flapping": ["period": "10m", "up": "30%"]]
    #expect(
      try share(flapping, for: "1h", at: [0, 2, 4, 9, 10, 12, 14]) == [
        0.8, 0.8, 0, 0, 0.8, 0.8, 0,
      ])
    let relapse: Setting = ["relapse": ["first": "20m", "pause": "30m", "second": "10m"]]
    #expect(
      try share(relapse, for: nil, at: [0, 19, 25, 49, 50, 60]) == [0.8, 0.8, 0, 0, 0.8, 0.8])
  }

  @Test("moves a slow-down and a quota from 1, and gives a relapse its length")
  func neutral() throws {
    let plan = try #require(
      try plans([
        "x": [
          "on": "a", "from": "1m", "slow": 3, "quota": 0.5, "delay": "30s",
          "shape": ["relapse": ["first": "1m", "pause": "2m", "second": "3m"]],
        ]
      ]).first)
    #expect(plan.until == at(.seconds(420)))
    let pause = 120 * second
    #expect(plan.slow?.value(at: pause) == 1 && plan.slow?.value(at: 0) == 3)
    #expect(plan.quota?.value(at: pause) == 1 && plan.quota?.value(at: 0) == 0.5)
    #expect(plan.delay?.value(at: pause) == 0 && plan.delay?.value(at: 0) == 30e9)
  }

  @Test("does not stand beside values over time")
  func double() {
    let incident: Setting = [
      "on": "a", "from": "0s", "for": "1h", "shape": "leak",
      "error": ["status": 503, "share": ["0m": "0%", "1m": "50%"]],
    ]
    #expect { try plans(["x": incident]) } throws: { "\($0)".contains("beside values over time") }
  }

  @Test("follows another incident: at the same time, or after its end")
  func chain() throws {
    let error: Setting = ["status": 503]
    let plans = try plans([
      "third": ["on": "b", "after": "second", "from": "1m", "for": "2m", "error": error],
      "first": ["on": "a", "from": "10m", "for": "5m", "error": error],
      "second": ["on": ["a", "b"], "after": "first", "for": "3m", "slow": 2],
    ])
    #expect(plans.map(\.from) == [at(.seconds(1140)), at(.seconds(600)), at(.seconds(900))])
    #expect(plans.map(\.until) == [at(.seconds(1260)), at(.seconds(900)), at(.seconds(1080))])
    #expect(plans[2].on.matches(deployment("a")) && plans[2].on.matches(deployment("b")))
  }
}

@Suite("An incident that a client cannot see in the status")
struct SilentIncidentTests {
  private func fleet(_ incident: IncidentPlan) -> ProviderFleet {
    ProvidersTests.fleet(FleetPlan(deployments: [deployment("a")], incidents: [incident]))
  }

  private let on = IncidentSelector(deployment: "a")

  @Test("spoils its share of the answers: whole, billed, and wrong")
  func spoilt() {
    var fleet = fleet(
      IncidentPlan(
        name: "routing", on: on, from: .start, until: at(.seconds(100)), spoilt: Polyline(0.16),
        bit: 3))
    let promises = (0..<2000).map { fleet.promise(attempt($0), at: at(.seconds(1))) }
    let spoilt = promises.filter(\.isDegraded)
    #expect((270...370).contains(spoilt.count))
    #expect(spoilt.allSatisfy { $0.outcome.isSuccess && $0.incidents == 8 && $0.bill > .zero })
    #expect(promises.filter { !$0.isDegraded }.allSatisfy { $0.incidents == 0 })
    #expect(!fleet.promise(attempt(1), at: at(.seconds(100))).isDegraded)
  }

  @Test("adds its time before the first token and nothing else")
  func delay() {
    var fleet = fleet(
      IncidentPlan(
        name: "dns", on: on, from: .start, until: at(.seconds(100)), delay: Polyline(30e9), bit: 0))
    let late = fleet.promise(attempt(1), at: at(.seconds(1)))
    let prompt = fleet.promise(attempt(1), at: at(.seconds(200)))
    #expect(at(.seconds(1)).nanoseconds(to: late.firstToken) == 30 * second + 100 * milli)
    #expect(
      late.firstToken.nanoseconds(to: late.end) == prompt.firstToken.nanoseconds(to: prompt.end))
    #expect(late.usage == prompt.usage && late.incidents == 1 && prompt.incidents == 0)
  }
}
