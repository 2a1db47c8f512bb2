import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("With everything on, a potential outcome")
struct LivelyOutcomeTests {
  @Test("does not change when an unused deployment is put first and the order is reversed")
  func order() {
    let (a, b) = (lively("a", region: "north"), lively("b", region: "south"))
    var one = fleet(FleetPlan(deployments: [a, b], faults: livelyFaults()))
    var other = fleet(
      FleetPlan(deployments: [lively("unused"), b, a], faults: livelyFaults().reversed()))
    expectLike(&one, &other, places: [(0, 2), (1, 1)], calls: 1500, every: 400)
  }

  @Test("does not change with other calls around it, nor with health checks")
  func crowd() {
    let plan = FleetPlan(deployments: [lively("a")], faults: livelyFaults())
    expectUndisturbed(plan, calls: 300, every: 1700) { busy, number, now in
      _ = busy.isWell(DeploymentID(0), CallKey(bits: number), at: now)
    }
  }

  @Test("is never below its floor in the stretch that it starts in, and meets it in a still one")
  func floor() {
    var fleet = fleet(FleetPlan(deployments: [lively("a")], faults: livelyFaults()))
    var (successes, met, gain) = (0, 0, 0.0)
    for number in 0..<3000 as Range<UInt64> {
      let now = at(.milliseconds(Int64(number) * 300))
      let start = attempt(number, output: UInt32(number % 300))
      let promise = fleet.promise(start, at: now)
      guard promise.outcome.isSuccess else { continue }
      successes += 1
      let taken = now.nanoseconds(to: promise.end)
      let narrow = fleet.floor(start, from: now, until: now)
      let wide = fleet.floor(
        start, from: Instant(nanoseconds: max(0, now.nanoseconds - 20 * second)),
        until: promise.end)
      let ever = fleet.floor(start)
      #expect(narrow.nanoseconds == taken && narrow.bill == promise.bill)
      #expect(wide.nanoseconds <= taken && ever.nanoseconds <= wide.nanoseconds)
      if wide.nanoseconds == taken { met += 1 }
      gain += Double(wide.nanoseconds) / Double(ever.nanoseconds)
    }
    #expect(successes > 1500 && met < successes)
    // Knowing when is worth a good deal against the least that the law allows at any time.
    #expect(gain / Double(successes) > 3)
  }
}
