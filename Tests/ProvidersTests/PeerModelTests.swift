import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

/// The providers of `peers/model.json` as this room writes them: whole-answer latencies, errors at
/// a quarter of the drawn time, timed-out answers billed in full.
@Suite("The peers' model of a provider")
struct PeerModelTests {
  let world: Setting = [
    "deployments": [
      "A": [
        "model": "A", "price": ["input": "$2.5/M", "output": "$10/M"],
        "latency": [
          "timeToFirstToken": ["median": "800ms", "sigma": 0.5], "timePerOutputToken": "0ms",
        ],
        "faults": ["500": ["share": "5%", "afterFraction": "25%"]], "billing": ["cut": "full"],
      ]
    ]
  ]

  @Test("answers at L, errs at L/4, and bills a timed-out answer but no error")
  func rules() throws {
    var reader = try SettingsReader(world)
    let plan = try FleetPlan(reading: &reader, zero: .start)
    var fleet = ProviderFleet(plan, chance: Chance(seed: 1, replication: 0))
    let timeout: Int64 = 4 * second
    var (errors, late, sum) = (0, 0, 0.0)
    let draws = 20_000
    for number in 0..<UInt64(draws) {
      let start = attempt(number, input: 500, output: 250)
      let whole = fleet.floor(start)
      let promise = fleet.promise(start)
      sum += Double(whole.nanoseconds) / 1e9
      let cut = fleet.cut(
        promise, of: DeploymentID(0), started: .start, at: Instant(nanoseconds: timeout))
      if promise.outcome.isSuccess {
        #expect(promise.end.nanoseconds == whole.nanoseconds)
        #expect(promise.firstToken == promise.end)
        #expect(cut.bill == Money(picodollars: 3_750_000_000))
        if promise.end.nanoseconds > timeout { late += 1 }
      } else {
        errors += 1
        #expect((promise.end.nanoseconds * 4 - whole.nanoseconds).magnitude <= 4)
        #expect(promise.bill == .zero && cut.bill == .zero)
      }
    }
    // 5 % errors; mean 0.8·e^(σ²/2) = 0.9065 s; P(L > 4 s) = 1 − Φ(ln 5 ÷ 0.5) = 0.000643.
    #expect((Double(errors) / Double(draws) - 0.05).magnitude < 0.007)
    #expect((sum / Double(draws) - 0.9065).magnitude < 0.016)
    #expect((1...35).contains(late))
  }
}
