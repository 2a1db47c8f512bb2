import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("Provisioned throughput")
struct ProvisionedTests {
  private func plan(_ provisioned: ProvisionedPlan) -> DeploymentPlan {
    var one = deployment("ptu")
    one.capacity = .provisioned(provisioned)
    one.standing = StandingCharge(
      perUnitHour: Money(picodollars: 1_000_000_000_000), units: provisioned.units)
    return one
  }

  @Test("lets in below 100 %, whatever the size, and says when it is below 100 % again")
  func bucket() {
    // 1,000 input tokens a second; full at 10,000; an output token counts as four.
    let provisioned = ProvisionedPlan(units: 10, tokensPerUnit: 6000, burst: .seconds(10))
    var fleet = fleet(FleetPlan(deployments: [plan(provisioned)]))
    // 5,000 + 4 × 5,000: let in at 0 %, stands at 250 %.
    let first = fleet.promise(attempt(1, input: 5000, output: 101, cap: 5000))
    #expect(first.outcome.isSuccess)
    let second = fleet.promise(attempt(2, input: 10, output: 10), at: at(.seconds(1)))
    #expect(second.outcome == .status(429) && second.end == at(.milliseconds(1050)))
    // 25,000 less 1,000 worked off; 14,000 to 100 %, and a first permit below it.
    #expect(second.retryAfter.nanoseconds == 14_001 * milli)
    // At its end, at 1.1 s, the first has used 5,000 + 4 × 101: 15,000 + 4,596 are given back.
    let third = fleet.promise(attempt(3, input: 10, output: 10), at: at(.seconds(2)))
    #expect(third.outcome.isSuccess)
  }

  @Test("agrees with a bucket that is stepped by hand, over random traffic")
  func twin() {
    let provisioned = ProvisionedPlan(
      units: 7, tokensPerUnit: 3000, outputWeight: 2.5, cachedWeight: 0.5, burst: .seconds(20))
    var fleet = fleet(FleetPlan(deployments: [plan(provisioned)]))
    let draws = Chance(seed: 2, replication: 0).key(.arrival)
    let rate = 7.0 * 3000 / 60
    var used = 0.0
    var clock = 0.0
    var due: [(at: Double, change: Double)] = []
    var refused = 0
    func work(until now: Double) {
      while let next = due.min(by: { $0.at < $1.at }), next.at <= now {
        used = max(0, used - (next.at - clock) * rate)
        used = max(0, used + next.change)
        clock = next.at
        due.removeAll { $0 == next }
      }
      used = max(0, used - (now - clock) * rate)
      clock = now
    }
    var now: Int64 = 0
    for number in UInt64(0)..<600 {
      var draw = draws.draws(call: CallKey(bits: number))
      now += Int64(draw.uniform() * 2e9) + 1
      let input = UInt32(1 + draw.uniform() * 900)
      let cached = UInt32(draw.uniform() * Double(input))
      let output = UInt32(1 + draw.uniform() * 300)
      let cap = UInt32(300 + draw.uniform() * 300)
      work(until: Double(now) / 1e9)
      // Within a token of full the rounding of instants decides.
      if abs(used - 20 * rate) < 1 { continue }
      let promise = fleet.promise(
        attempt(number, input: input, cached: cached, output: output, cap: cap),
        at: Instant(nanoseconds: now))
      #expect(promise.outcome.isSuccess == (used < 20 * rate), "attempt \(number): \(used)")
      guard promise.outcome.isSuccess else {
        refused += 1
        continue
      }
      let base = Double(input - cached) + 0.5 * Double(cached)
      used += base + 2.5 * Double(cap)
      due.append((Double(promise.end.nanoseconds) / 1e9, 2.5 * (Double(output) - Double(cap))))
    }
    #expect(refused > 50 && refused < 550)
  }

  @Test("costs its units by the hour beside what its sheet bills")
  func standing() {
    let fleet = ProviderFleet(
      FleetPlan(deployments: [plan(ProvisionedPlan(units: 15, tokensPerUnit: 3000))]),
      chance: Chance(seed: 1, replication: 0), measured: at(.seconds(60))..<at(.seconds(7260)))
    let charge = fleet.standingCharge(of: DeploymentID(0), until: at(.seconds(7260)))
    #expect(charge.charge.dollars == 30)
  }

  @Test("loses capacity with an incident on its quota")
  func incident() {
    let provisioned = ProvisionedPlan(units: 10, tokensPerUnit: 6000, burst: .seconds(10))
    let cut = IncidentPlan(
      name: "cut", on: IncidentSelector(deployment: "ptu"), from: at(.seconds(1)),
      until: at(.seconds(100)), quota: Polyline(0.1), bit: 0)
    var fleet = fleet(FleetPlan(deployments: [plan(provisioned)], incidents: [cut]))
    #expect(
      fleet.promise(attempt(1, input: 2000, output: 1), at: at(.seconds(2))).outcome.isSuccess)
    #expect(
      fleet.promise(attempt(2, input: 1, output: 1), at: at(.seconds(3))).outcome == .status(429))
  }
}
