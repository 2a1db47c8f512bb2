import Chance
import Providers
import Testing
import Vocabulary

@Suite("A potential outcome")
struct PotentialOutcomeTests {
  let faults = [
    Fault(.status(500), share: Probability(clamping: 0.1), delay: .fraction(0.25)),
    Fault(.broken, share: Probability(clamping: 0.1), delay: .drawnFraction),
    Fault(.hang, share: Probability(clamping: 0.05), delay: .after(.zero)),
  ]

  func incident() -> IncidentPlan {
    IncidentPlan(
      name: "storm", on: IncidentSelector(region: "north"), from: at(.seconds(1)),
      until: at(.seconds(9)), failure: .init(.status(503), share: Polyline(0.3)),
      slow: Polyline(2), bit: 0)
  }

  @Test("does not change when an unused deployment is put first and the order is reversed")
  func order() {
    let a = deployment("a", region: "north", faults: faults, noise: 0.5)
    let b = deployment("b", region: "south", faults: faults, noise: 0.5)
    var one = fleet(FleetPlan(deployments: [a, b], incidents: [incident()]))
    var other = fleet(
      FleetPlan(deployments: [deployment("unused"), b, a], incidents: [incident()]))
    expectLike(&one, &other, places: [(0, 2), (1, 1)], calls: 2000, every: 5)
  }

  @Test("does not change with other calls around it")
  func crowd() {
    let plan = FleetPlan(
      deployments: [deployment("a", region: "north", faults: faults, noise: 0.5)],
      incidents: [incident()])
    expectUndisturbed(plan, calls: 500, every: 20) { _, _, _ in }
  }

  @Test("does not change when another incident joins in without touching it")
  func otherIncident() {
    let plans = [deployment("a", region: "north", faults: faults, noise: 0.5)]
    let mild = IncidentPlan(
      name: "mild", on: IncidentSelector(deployment: "a"), from: at(.seconds(2)),
      until: at(.seconds(4)), failure: .init(.status(500), share: Polyline(0)), bit: 1)
    var one = fleet(FleetPlan(deployments: plans, incidents: [incident()]))
    var other = fleet(FleetPlan(deployments: plans, incidents: [mild, incident()]))
    expectLike(&one, &other, places: [(0, 0)], calls: 2000, every: 5)
  }

  @Test("is another one at another ordinal, call, deployment and replication")
  func distinct() {
    let plan = FleetPlan(
      deployments: [deployment("a", noise: 0.5), deployment("b", noise: 0.5)])
    var one = fleet(plan)
    var other = ProviderFleet(plan, chance: Chance(seed: 1, replication: 1))
    let ends = [
      one.promise(attempt(1)).end, one.promise(attempt(2)).end,
      one.promise(attempt(1, at: 1)).end, one.promise(attempt(1, ordinal: 1)).end,
      other.promise(attempt(1)).end,
    ]
    #expect(Set(ends).count == ends.count)
  }

  @Test("is a success after TTFT + TPOT × (tokens − 1), billed as used")
  func arithmetic() {
    var one = fleet(FleetPlan(deployments: [deployment("a")]))
    let promise = one.promise(attempt(1, cached: 400), at: at(.seconds(3)))
    #expect(promise.outcome == .succeeded)
    #expect(promise.firstToken == at(.milliseconds(3100)))
    #expect(promise.end == at(.milliseconds(4100)))
    #expect(
      promise.usage == Usage(inputTokens: 1000, cachedInputTokens: 400, outputTokens: 101))
    // 600 × $1/M + 400 × $0.5/M + 101 × $2/M
    #expect(promise.bill == Money(picodollars: 1_002_000_000))
  }

  @Test("counts tokens as its own tokeniser does")
  func factors() {
    var plan = deployment("a")
    plan.inputFactor = 1.1
    plan.outputFactor = 0.5
    var one = fleet(FleetPlan(deployments: [plan]))
    let usage = one.promise(attempt(1, cached: 100, output: 1)).usage
    #expect(usage == Usage(inputTokens: 1100, cachedInputTokens: 110, outputTokens: 1))
  }

  @Test("pays for each uncached input token with time")
  func inputTime() {
    var plan = deployment("a")
    plan.latency.perInputToken = 100_000
    var one = fleet(FleetPlan(deployments: [plan]))
    #expect(one.promise(attempt(1, cached: 400)).firstToken == at(.milliseconds(160)))
  }

  @Test("of one attempt is at most one fault, as often as the file says")
  func shares() {
    var one = fleet(FleetPlan(deployments: [deployment("a", faults: faults)]))
    var counts: [Outcome: Int] = [:]
    let draws = 20_000
    for number in 0..<UInt64(draws) {
      counts[one.promise(attempt(number)).outcome, default: 0] += 1
    }
    for (outcome, share) in [
      (Outcome.status(500), 0.1), (.brokenStream, 0.1), (.totalTimeout, 0.05),
      (.succeeded, 0.75),
    ] {
      let deviation = (Double(draws) * share * (1 - share)).squareRoot()
      let count = Double(counts[outcome] ?? 0)
      #expect((count - Double(draws) * share).magnitude < 4 * deviation, "\(outcome)")
    }
  }

  @Test("with a fault after a share of the time ends there and bills nothing")
  func fraction() {
    let fault = Fault(.status(500), share: .always, delay: .fraction(0.25))
    var one = fleet(FleetPlan(deployments: [deployment("a", faults: [fault])]))
    let promise = one.promise(attempt(1))
    #expect(promise.end == at(.milliseconds(275)))
    #expect(promise.firstToken == .distantFuture)
    #expect(promise.usage == .none && promise.bill == .zero)
  }
}
