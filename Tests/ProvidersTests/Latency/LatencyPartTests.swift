import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("A part of a latency")
struct LatencyPartTests {
  func promises(
    _ count: Int = 4000, at now: Instant = .start, _ change: (inout LatencyPlan) -> Void
  ) -> [Promise] {
    var plan = deployment("a", noise: 0.5)
    change(&plan.latency)
    var fleet = fleet(FleetPlan(deployments: [plan]))
    return (0..<UInt64(count)).map { fleet.promise(attempt($0), at: now) }
  }

  func logs(_ promises: [Promise]) -> (first: [Double], rest: [Double]) {
    (
      promises.map { Elementary.log(Double($0.firstToken.nanoseconds)) },
      promises.map { Elementary.log(Double($0.firstToken.nanoseconds(to: $0.end))) }
    )
  }

  @Test("that is not said changes nothing; said as nothing, it changes nothing either")
  func silence() {
    let plain = promises(500) { _ in }
    let said = promises(500) { plan in
      plan.tail = SlowTail(share: .never)
      plan.network = .constant(0)
      plan.reasoning = Reasoning(share: .constant(0))
      plan.coldStart = ColdStart(share: .never, takes: .constant(1e9))
      plan.drift = Drift(own: MeanReversion(sigma: 0, tau: .seconds(60)))
      plan.load = LoadPlan(k: 0)
    }
    #expect(zip(plain, said).allSatisfy { $0.isLike($1) })
  }

  @Test("a tail: the share of attempts, with its own median and spread, others untouched")
  func tail() {
    let plain = promises { _ in }
    let tailed = promises {
      $0.tail = SlowTail(share: Probability(clamping: 0.2), factor: 10, sigma: 0.1)
    }
    var slow: [Double] = []
    for (one, other) in zip(plain, tailed) where one.firstToken != other.firstToken {
      slow.append(Elementary.log(Double(other.firstToken.nanoseconds)))
    }
    let share = Double(slow.count) / 4000
    #expect((share - 0.2).magnitude < 4 * (0.16 / 4000).squareRoot())
    // ln(10 × 100 ms) and 0.1.
    #expect((moments(slow).mean - Elementary.log(1e9)).magnitude < 0.02)
    #expect((moments(slow).deviation - 0.1).magnitude < 0.01)
    let less = promises {
      $0.tail = SlowTail(share: Probability(clamping: 0.1), factor: 10, sigma: 0.1)
    }
    for (small, large) in zip(less, tailed) { #expect(small.end <= large.end) }
  }

  @Test("correlation: the copula's correlation of the normal scores, and the laws unchanged")
  func copula() {
    for rho in [-0.5, 0.3, 0.9] {
      let (first, rest) = logs(promises { $0.correlation = rho })
      #expect((correlation(first, rest) - rho).magnitude < 4 * (1 - rho * rho) / 63.2 + 0.002)
      #expect((moments(rest).deviation - 0.5).magnitude < 0.03)
    }
    let (first, rest) = logs(
      promises {
        $0.correlation = 0.8
        $0.timePerOutputToken = .uniform(low: 1e6, high: 2e6)
      })
    #expect(correlation(first, rest) > 0.7)
    let shares = rest.map { (Elementary.exp($0) / 100 - 1e6) / 1e6 }
    #expect((moments(shares).mean - 0.5).magnitude < 0.02)
    #expect(shares.allSatisfy { $0 > -0.001 && $0 < 1.001 })
  }

  @Test("the network: added once, whatever slows the rest down")
  func network() {
    let slow = IncidentPlan(
      name: "slow", on: IncidentSelector(deployment: "a"), from: .start, until: at(.seconds(9)),
      slow: Polyline(3), bit: 0)
    var plan = deployment("a")
    plan.latency.network = .constant(40e6)
    var fleet = fleet(FleetPlan(deployments: [plan], incidents: [slow]))
    #expect(fleet.promise(attempt(1)).firstToken == at(.milliseconds(340)))
    #expect(fleet.promise(attempt(1)).end == at(.milliseconds(3340)))
  }

  @Test("hidden tokens: they delay the first visible one, are billed, and are cut in their order")
  func reasoning() {
    var plan = deployment("a")
    plan.latency.reasoning = Reasoning(share: .constant(0.6))
    var one = fleet(FleetPlan(deployments: [plan]))
    // 60 of 101 tokens hidden: 100 ms + 60 × 10 ms; the whole as long as ever.
    let promise = one.promise(attempt(1))
    #expect(promise.firstToken == at(.milliseconds(700)) && promise.end == at(.milliseconds(1100)))
    #expect(promise.usage.outputTokens == 101)
    let early = one.cut(promise, of: DeploymentID(0), started: .start, at: at(.milliseconds(400)))
    #expect(early.usage.outputTokens == 31 && early.bill == prices.bill(for: early.usage))
    plan.latency.reasoning = Reasoning(share: .constant(0.75), adds: true)
    var more = fleet(FleetPlan(deployments: [plan]))
    let added = more.promise(attempt(1, output: 100))
    #expect(added.usage.outputTokens == 400 && added.firstToken == at(.milliseconds(3100)))
    #expect(added.end == at(.milliseconds(4090)))
    #expect(more.promise(attempt(1, output: 100, cap: 250)).usage.outputTokens == 250)
    let floor = more.floor(attempt(1, output: 100))
    #expect(floor.bill == added.bill && floor.nanoseconds == added.end.nanoseconds)
  }

  @Test("hours of the day: the factor of the calendar's hour")
  func hours() {
    var plan = deployment("a")
    plan.latency.hours = (0..<24).map { $0 == 9 ? 3 : 1 }
    // The run begins at 8:30 of a place two hours east.
    plan.latency.calendar = Calendar(
      epochSecondsAtStart: 6 * 3600 + 1800, offsetSeconds: 7200)
    var fleet = fleet(FleetPlan(deployments: [plan]))
    for (minutes, factor) in [(29, 1), (30, 3), (89, 3), (90, 1)] as [(Int64, Int64)] {
      let now = at(.seconds(60 * minutes))
      #expect(now.nanoseconds(to: fleet.promise(attempt(1), at: now).end) == 1100 * milli * factor)
    }
  }

  @Test("a load: 1 ÷ speed = 1 + k·u⁴/(1 − u), u by the line over time")
  func load() {
    var plan = deployment("a")
    plan.latency.load = LoadPlan(
      k: 0.5,
      utilisation: Polyline(knots: [
        .init(offset: 0, value: 0.5), .init(offset: 100 * second, value: 0.9),
      ]) ?? Polyline(0))
    plan.latency.zero = at(.seconds(50))
    var fleet = fleet(FleetPlan(deployments: [plan]))
    for (seconds, u) in [(0, 0.5), (50, 0.5), (100, 0.7), (150, 0.9), (200, 0.9)] {
      let now = at(.seconds(seconds))
      let factor = 1 + 0.5 * u * u * u * u / (1 - u)
      let taken = Double(now.nanoseconds(to: fleet.promise(attempt(1), at: now).end))
      #expect((taken / 1.1e9 - factor).magnitude < 1e-6)
    }
  }

  @Test("our own load: tokens over a time constant, forgotten exponentially")
  func ownLoad() {
    let plan = LoadPlan.Own(capacity: .perSecond(100), over: .seconds(10))
    var load = OwnLoad(plan)
    load.add(Usage(inputTokens: 300, outputTokens: 200), at: 0)
    #expect((load.utilisation(at: 0) - 0.5).magnitude < 1e-12)
    #expect((load.utilisation(at: 10 * second) - 0.5 * 0.36787944117144233).magnitude < 1e-12)
    // A steady stream of 50 tokens a second of 100 fills half of it.
    for number in 1...400 as ClosedRange<Int64> {
      load.add(Usage(inputTokens: 5), at: number * 100 * milli)
    }
    #expect((load.utilisation(at: 40 * second) - 0.5).magnitude < 0.02)
    var crowded = deployment("a")
    crowded.latency.load = LoadPlan(own: plan)
    var fleet = fleet(FleetPlan(deployments: [crowded]))
    let alone = fleet.promise(attempt(1)).end
    _ = fleet.promise(attempt(2))
    #expect(fleet.promise(attempt(1)).end > alone)
    #expect(fleet.floor(attempt(1)).nanoseconds == alone.nanoseconds)
  }
}

@Suite("A cold start")
struct ColdStartTests {
  @Test("comes after idleness, and those who come meanwhile wait for the same one")
  func idle() {
    var plan = deployment("a")
    plan.latency.coldStart = ColdStart(idle: .seconds(60), takes: .constant(20e9))
    var fleet = fleet(FleetPlan(deployments: [plan]))
    func wait(_ seconds: Double) -> Double {
      let now = Instant(nanoseconds: Int64(seconds * 1e9))
      let promise = fleet.promise(attempt(UInt64(seconds)), at: now)
      return Double(now.nanoseconds(to: promise.firstToken) - 100 * milli) / 1e9
    }
    #expect(wait(5) == 20)
    #expect(wait(15) == 10)
    #expect(wait(25) == 0)
    // Work until 26.1; up until 86.1.
    #expect(wait(86) == 0)
    #expect(wait(147) == 0)
    #expect(wait(209) == 20)
    #expect(fleet.floor(attempt(1)).nanoseconds == 1100 * milli)
  }

  @Test("of a share of its own strikes that share, keyed, and is no floor")
  func share() {
    var plan = deployment("a")
    plan.latency.coldStart = ColdStart(
      share: Probability(clamping: 0.1), takes: .exponential(mean: 5e9))
    var fleet = fleet(FleetPlan(deployments: [plan]))
    var waits: [Double] = []
    for number in 0..<4000 as Range<UInt64> {
      let promise = fleet.promise(attempt(number))
      #expect(fleet.floor(attempt(number)).nanoseconds == 1100 * milli)
      if promise.end.nanoseconds > 1100 * milli {
        waits.append(Double(promise.end.nanoseconds - 1100 * milli))
      }
    }
    #expect((Double(waits.count) / 4000 - 0.1).magnitude < 0.019)
    #expect((moments(waits).mean / 5e9 - 1).magnitude < 4 / 20)
  }
}
