import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("Drawn incidents")
struct DrawnIncidentTests {
  private let day = 86_400 * second

  private func draws(_ setting: Setting) throws -> IncidentDraws {
    try IncidentDraws.read(setting)
  }

  /// Gaps in days and durations in hours over many years of many seeds.
  private func sample(_ draws: IncidentDraws) -> (gaps: [Double], hours: [Double]) {
    var gaps: [Double] = []
    var hours: [Double] = []
    for seed in 0..<40 as Range<UInt64> {
      let found = draws.occurrences(
        Chance(seed: seed, replication: 0), name: "x", until: 3650 * day)
      hours += found.map { Double($0.until - $0.from) / 3600e9 }
      gaps += zip(found, found.dropFirst()).map { Double($1.from - $0.from) / 86_400e9 }
    }
    return (gaps.sorted(), hours.sorted())
  }

  private func isNear(_ values: [Double], mean: Double, p50: Double, p90: Double) -> Bool {
    let measured = [
      values.reduce(0, +) / Double(values.count), values[values.count / 2],
      values[values.count * 9 / 10],
    ]
    return zip(measured, [mean, p50, p90]).allSatisfy { abs($0 / $1 - 1) < 0.1 }
  }

  @Test("of OpenAI's API have the gaps and durations that were reported, within a tenth")
  func openAI() throws {
    let (gaps, hours) = sample(try draws("openai-api"))
    #expect(gaps.count > 20_000)
    #expect(isNear(gaps, mean: 5.55, p50: 1.98, p90: 13.1))
    #expect(isNear(hours, mean: 2.57, p50: 1.24, p90: 5.0))
  }

  @Test("of Anthropic's API have the gaps and durations that were reported, within a tenth")
  func anthropic() throws {
    let (gaps, hours) = sample(try draws("anthropic-api"))
    #expect(isNear(gaps, mean: 5.22, p50: 2.09, p90: 8.4))
    #expect(isNear(hours, mean: 2.81, p50: 0.77, p90: 4.1))
  }

  @Test("begin at the hours and weekdays that are weighted, as often in all")
  func paced() throws {
    var draws = IncidentDraws(
      gaps: .exponential(mean: Double(day) / 2), durations: .constant(1e9))
    draws.hours = [1, 0, 0, 3]
    draws.weekdays = [0, 1, 1, 1, 1, 1, 1]
    let calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
    draws.calendar = calendar
    let found = draws.occurrences(
      Chance(seed: 1, replication: 0), name: "x", until: 3500 * day)
    #expect((6700...7300).contains(found.count))
    let dates = found.map { calendar.date(at: Instant(nanoseconds: $0.from)) }
    #expect(dates.allSatisfy { $0.weekday != 0 && ($0.hour < 6 || $0.hour >= 18) })
    let late = dates.filter { $0.hour >= 18 }.count
    #expect(abs(Double(late) / Double(found.count) - 0.75) < 0.03)
  }

  private func plan(_ incidents: Setting) throws -> FleetPlan {
    func one(_ model: String) -> Setting {
      [
        "model": Setting(stringLiteral: model), "price": ["input": "$1/M", "output": "$2/M"],
        "latency": ["timeToFirstToken": "100ms", "timePerOutputToken": "10ms"],
      ]
    }
    var reader = try SettingsReader([
      "deployments": [
        "openai/a": one("openai/x"), "openai/b": one("openai/y"), "azure/a": one("azure/x"),
      ],
      "incidents": incidents,
    ])
    let plan = try FleetPlan(reading: &reader, zero: .start)
    try reader.finish()
    return plan
  }

  private let drawn: Setting = [
    "on": ["provider": "openai"], "error": ["status": 503],
    "draw": [
      "gaps": ["weibull": ["shape": 0.65, "mean": "14h"]],
      "durations": ["lognormal": ["median": "1h", "sigma": 1]],
      "levels": ["3%": 1, "60%": 1],
    ],
  ]

  @Test("are the same whatever else is in the fleet, and others in another replication")
  func keyed() throws {
    let alone = try plan(["x": drawn])
    let beside = try plan([
      "w": ["on": "azure/a", "from": "0s", "for": "1h", "slow": 2], "x": drawn,
    ])
    func found(_ plan: FleetPlan, _ replication: UInt64) -> [IncidentPlan] {
      plan.drawn(Chance(seed: 7, replication: replication), until: at(.seconds(864_000))).incidents
        .filter { $0.name.hasPrefix("x") }
    }
    let first = found(alone, 0)
    #expect(first.count > 8)
    #expect(found(beside, 0).map(\.from) == first.map(\.from))
    #expect(found(beside, 0).map(\.until) == first.map(\.until))
    #expect(found(alone, 1).map(\.from) != first.map(\.from))
    // One bit for all that a generator makes.
    #expect(Set(first.map(\.bit)).count == 1)
    #expect(Set(first.compactMap { $0.failure?.share.value(at: 0) }) == [0.03, 0.6])
    #expect(Set(first.map(\.name)).count == first.count)
  }

  @Test("strike a provider together, each model by itself, and those of one cause at one time")
  func groups() throws {
    let each: Setting = ["draw": ["each": "model"]]
    let plan = try plan([
      "all": drawn, "own": each.merged(over: drawn),
      "herd": ["on": "azure/a", "with": "all", "slow": 1.5],
    ])
    let found = plan.drawn(Chance(seed: 3, replication: 0), until: at(.seconds(864_000))).incidents
    func of(_ prefix: String) -> [IncidentPlan] { found.filter { $0.name.hasPrefix(prefix) } }
    #expect(
      of("all").allSatisfy {
        $0.on.matches(plan.deployments[0]) && $0.on.matches(plan.deployments[1])
      })
    #expect(of("herd").map(\.from) == of("all").map(\.from))
    let x = of("own of openai/x")
    let y = of("own of openai/y")
    #expect(!x.isEmpty && !y.isEmpty && x.map(\.from) != y.map(\.from))
    #expect(x.allSatisfy { !$0.on.matches(plan.deployments[1]) })
  }

  @Test("touch attempts of a run, and only while one is going on")
  func run() throws {
    let plan = try plan(["x": drawn])
    let chance = Chance(seed: 2, replication: 0)
    let found = plan.drawn(chance, until: at(.seconds(864_000))).incidents
    var fleet = ProviderFleet(plan, chance: chance, measured: .start..<at(.seconds(864_000)))
    var touched = 0
    for number in 0..<4000 as Range<UInt64> {
      let now = at(.seconds(200 * Int64(number)))
      let promise = fleet.promise(attempt(number), at: now)
      let isDuring = found.contains { $0.from <= now && now < $0.until }
      if !promise.outcome.isSuccess {
        touched += 1
        #expect(isDuring && promise.incidents == 1)
      }
    }
    #expect(touched > 20)
  }

  @Test("say what they miss")
  func errors() {
    func complaint(_ change: Setting) -> String {
      do {
        _ = try plan(["x": change.merged(over: drawn)])
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(complaint(["from": "1h"]).contains("`draw` gives the times"))
    #expect(complaint(["error": nil, "slow": 2]).contains("whose share the levels are"))
    #expect(complaint(["draw": "openai"]).contains("openai-api"))
    #expect(complaint(["draw": ["weekdays": [1, 2]]]).contains("seven weights"))
  }
}
