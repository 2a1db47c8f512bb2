import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A latency in a file")
struct LatencyReadingTests {
  let plain: Setting = [
    "timeToFirstToken": ["median": "740ms", "p95": "1.4s"], "timePerOutputToken": "13ms",
  ]

  func plan(
    _ latency: Setting, faults: Setting = [:], processes: Setting = [:], calendar: Calendar? = nil
  ) throws(SettingError) -> FleetPlan {
    var reader = try SettingsReader([
      "deployments": [
        "a": [
          "model": "vendor/gpt", "price": ["input": "$1/M", "output": "$2/M"],
          "latency": latency, "faults": faults,
        ]
      ], "faults": processes,
    ])
    let plan = try FleetPlan(reading: &reader, zero: at(.seconds(30)), calendar: calendar)
    try reader.finish()
    return plan
  }

  func complaint(
    _ latency: Setting, faults: Setting = [:], processes: Setting = [:]
  ) -> String {
    do {
      _ = try plan(latency, faults: faults, processes: processes)
      return "no error"
    } catch { return error.description }
  }

  func with(_ part: Setting) -> Setting { part.merged(over: plain) }

  @Test("of two laws is plain; each part that it names is on")
  func parts() throws {
    #expect(try plan(plain).deployments[0].latency.isPlain)
    let latency = try plan(
      with([
        "tail": ["share": "3%"], "correlation": 0.3, "network": "40ms",
        "reasoning": ["share": "71%", "adds": true],
        "coldStart": ["idle": "10m", "takes": ["median": "20s", "sigma": 0.7]],
        "drift": ["provider": ["sigma": 0.3], "own": ["sigma": 0.1, "tau": "1m"]],
        "load": [
          "utilisation": ["0m": "40%", "2h": "90%"], "wander": ["sigma": 0.05],
          "own": ["capacity": "9M/min"],
        ],
      ])
    ).deployments[0].latency
    #expect(latency.tail == SlowTail(share: Probability(clamping: 0.03), factor: 3, sigma: 0.6))
    #expect(latency.correlation == 0.3 && latency.network?.quantile(0.5) == 40e6)
    #expect(latency.reasoning?.adds == true && latency.reasoning?.share.quantile(0.3) == 0.71)
    #expect(latency.coldStart?.idle == 600 * second)
    #expect(latency.drift?.provider == MeanReversion(sigma: 0.3, tau: .seconds(1200)))
    #expect(latency.drift?.common == nil && latency.drift?.own?.tau == 60 * second)
    #expect(latency.load?.k == 0.5 && latency.load?.utilisation.lastOffset == 7200 * second)
    #expect(latency.load?.own?.capacity.perSecond == 150_000)
    #expect(latency.zero == at(.seconds(30)))
  }

  @Test("is a class by its name, or a class with changes")
  func classes() throws {
    let preset = try #require(LatencyPreset["frontier-large"])
    let named = try plan("frontier-large", faults: "frontier-large").deployments[0]
    #expect(named.latency.timeToFirstToken == preset.latency.timeToFirstToken)
    #expect(named.faults == preset.faults && (preset.faultShare - 0.003).magnitude < 1e-12)
    let changed = try plan(["like": "frontier-large", "timePerOutputToken": "5ms"]).deployments[0]
    #expect(changed.latency.timePerOutputToken == .constant(5e6))
    #expect(changed.latency.tail == preset.latency.tail)
    let wrong = complaint("frontier-larg")
    #expect(
      wrong.contains("no latency class named \"frontier-larg\"") && wrong.contains("frontier-large")
    )
    #expect(complaint(plain, faults: "frontier").contains("no latency class named"))
  }

  @Test("has hours only on a day that is known, and 24 of them")
  func hours() throws {
    let day = Setting(.array((0..<24).map { _ in 1.5 })).moved(to: "")
    #expect(complaint(with(["hours": day])).contains("say when the run begins"))
    let calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
    let plan = try plan(with(["hours": day]), calendar: calendar)
    #expect(plan.deployments[0].latency.hours.count == 24)
    #expect(complaint(with(["hours": [1, 2]])).contains("24 numbers"))
  }

  @Test(
    "says what is wrong with a part",
    arguments: LatencyMistakes.parts)
  func wrong(part: Setting, message: String) {
    #expect(complaint(with(part)).contains(message))
  }

  @Test("has faults with tokens, bills, and processes that say whom they strike and when")
  func faults() throws {
    let plan = try plan(
      with(["load": ["utilisation": "60%"]]),
      faults: [
        "broken": ["share": "1%", "afterTokens": 40, "bills": "nothing"], "malformed": "0.1%",
        "contentPolicy": ["share": "1%", "bills": "input"],
      ],
      processes: [
        "flaps": [
          "on": ["provider": "vendor"], "bursts": ["every": "2h", "lasts": "90s"],
          "meet": ["503": "40%"], "source": "status page, 2026",
        ],
        "busy": ["on": ["model": "gpt"], "overload": ["70%": 0, "100%": 1], "meet": ["529": 0.3]],
        "base": ["on": "a", "meet": ["500": "0.1%"]],
      ])
    let faults = plan.deployments[0].faults
    #expect(faults.map(\.kind) == [.broken, .malformed, .contentPolicy])
    #expect(faults.map(\.billing) == [.nothing, .usual, .input])
    #expect(faults[0].delay == .tokens(.constant(40)))
    #expect(plan.faults.map(\.name) == ["flaps", "busy", "base"])
    #expect(plan.faults[0].driver == .bursts(Bursts(every: .seconds(7200), lasts: .seconds(90))))
    let line = Polyline(knots: [
      .init(offset: 700_000, value: 0), .init(offset: 1_000_000, value: 1),
    ])
    #expect(line.map { plan.faults[1].driver == .overload($0) } == true)
    #expect(plan.faults[2].driver == .always)
  }

  @Test(
    "says what is wrong with a process of faults",
    arguments: LatencyMistakes.processes)
  func wrongProcess(processes: Setting, message: String) {
    #expect(complaint(plain, processes: processes).contains(message))
  }
}

@Suite("The latency classes")
struct LatencyPresetTests {
  @Test("have names of their own, a source and a date, and are those of the table or measured")
  func table() {
    #expect(Set(LatencyPreset.names).count == LatencyPreset.all.count)
    #expect(LatencyPreset.all.allSatisfy { !$0.source.isEmpty && $0.date.count == 10 })
    #expect(LatencyPreset.all.filter(\.isAssumed).count == 7)
    #expect(LatencyPreset.all.count == 39)
  }

  @Test(
    "give times in their order, and only the assumed have faults", arguments: LatencyPreset.names)
  func sane(name: String) throws {
    let preset = try #require(LatencyPreset[name])
    let first = preset.latency.timeToFirstToken.quantile(0.5) / 1e9
    let gap = preset.latency.timePerOutputToken.quantile(0.5) / 1e6
    #expect((0.05...5).contains(first) && (1...100).contains(gap))
    #expect(preset.isAssumed == (preset.faultShare > 0))
    #expect(preset.faultShare < 0.0101)
  }
}

/// What is wrong, and what the message says about it.
enum LatencyMistakes {
  static let parts: [(Setting, String)] = [
    (["tail": ["factor": 3]], "missing \"share\""),
    (["correlation": 1.5], "correlation"),
    (["reasoning": ["adds": true]], "missing \"share\""),
    (["coldStart": ["takes": "3s"]], "when it starts"),
    (["drift": ["perToken": 1]], "at least one part"),
    (["drift": ["own": ["tau": "1m"]]], "missing \"sigma\""),
    (["load": ["own": ["capacity": "0/s"]]], "a rate above zero"),
    (["load": ["utilization": "40%"]], "utilisation"),
  ]

  static let processes: [(Setting, String)] = [
    (["x": ["meet": ["500": "1%"]]], "missing \"on\""),
    (["x": ["on": "b", "meet": ["500": "1%"]]], "no deployment named \"b\""),
    (["x": ["on": "a"]], "at least one fault"),
    (["x": ["on": "a", "overload": ["70%": 1], "meet": ["500": "1%"]]], "has a `load`"),
    (["x": ["on": "a", "bursts": ["every": "1h"], "meet": ["500": "1%"]]], "missing \"lasts\""),
    (["x": ["on": "a", "meet": ["malformed": ["share": 1, "after": "1s"]]]], "comes whole"),
    (["x": ["on": "a", "meet": ["500": ["share": 1, "afterTokens": 3]]]], "afterTokens"),
    (["x": ["on": "a", "meet": ["broken": ["share": 1, "afterTokens": -4]]]], "above zero"),
  ]
}
