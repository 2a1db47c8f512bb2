import Measures
import Statistics
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

@Suite("A comparison")
struct ComparisonTests {
  @Test(
    "rows split by model, user or key add up to the whole",
    arguments: [Breakdown.model, .user, .key])
  func splits(_ by: Breakdown) throws {
    let found = try SmallWorld.comparison {
      $0.breakdown = by
      $0.policies = ["failover"]
      $0.cases = ["outage"]
    }
    let row = try #require(found.cases.first?.policy("failover"))
    let whole = try SmallWorld.comparison {
      $0.breakdown = .alias
      $0.policies = ["failover"]
      $0.cases = ["outage"]
    }
    let all = try #require(whole.cases.first?.policy("failover")).groups.map(\.arrived).reduce(0, +)
    #expect(all > 0)
    let split = row.groups.map(\.arrived).reduce(0, +)
    #expect(split == all || (row.groups.isEmpty && by != .model))
    if by == .model { #expect(row.groups.count > 1) }
  }

  @Test("is the same for any number of jobs")
  func sameForAnyNumberOfJobs() throws {
    func made(_ jobs: Int) throws -> Comparison {
      try SmallWorld.comparison(jobs: jobs, from: 2, upTo: 3) {
        $0.breakdown = .team
        $0.cases = ["outage"]
      }
    }
    let one = try made(1)
    let two = try made(2)
    #expect(one.summary == two.summary)
    for (left, right) in zip(one.cases, two.cases) {
      for (first, second) in zip(left.policies, right.policies) {
        #expect(first.series == second.series)
        #expect(first.pooled == second.pooled)
        #expect(first.groups == second.groups)
      }
    }
  }

  @Test("has a row for every policy and the references, in every case")
  func rows() throws {
    let comparison = try SmallWorld.shared.get()
    #expect(comparison.cases.map(\.name) == ["quiet", "outage"])
    for found in comparison.cases {
      #expect(
        found.policies.map(\.name) == ["today", "failover", "cached", "no-gateway", "clairvoyant"])
      #expect(
        found.policies.map(\.reference) == [nil, nil, nil, .noGateway, .clairvoyant])
      for policy in found.policies {
        #expect(
          policy.measures.map(\.name)
            == MeasureCatalog.names.dropLast(
              MeasureCatalog.meaning.count + MeasureCatalog.perCall.count + 1)
        )
        #expect(
          policy.measures.allSatisfy {
            ($0.difference == nil) == policy.isBaseline || $0.estimate == nil
          })
      }
    }
    #expect(
      comparison.cases[1].incidents == [IncidentBand(name: "north down", from: 10, until: 35)])
    #expect(comparison.cases[0].incidents.isEmpty)
  }

  @Test("breaks no law in a sound world")
  func keepsTheLaws() throws {
    #expect(try SmallWorld.shared.get().failures == [])
  }

  @Test("pairs by replication: d̄ ± t s/√R by hand")
  func pairedByHand() throws {
    let outage = try #require(try SmallWorld.shared.get().result(for: "outage"))
    for name in ["availability", "costPerSuccess", "p95.endToEndLatency"] {
      let base = try #require(outage.policy("today")?.measure(name))
      let policy = try #require(outage.policy("failover")?.measure(name))
      let d = zip(base.values, policy.values).map { ($1 ?? 0) - ($0 ?? 0) }
      try #require(d.count == 4)
      let mean = d.reduce(0, +) / 4
      let variance = d.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 3
      let halfWidth = 3.182446305284263 * (variance / 4).squareRoot()
      let found = try #require(policy.difference)
      #expect(abs(found.mean - mean) <= 1e-12 * max(1, abs(mean)))
      #expect(abs((found.halfWidth ?? 0) - halfWidth) <= 1e-9 * halfWidth + 1e-15)
      let values = policy.values.compactMap { $0 }
      #expect(abs((policy.estimate?.mean ?? 0) - values.reduce(0, +) / 4) <= 1e-12 * 100)
    }
  }

  @Test("finds that failover helps in an outage")
  func failoverHelps() throws {
    let outage = try #require(try SmallWorld.shared.get().result(for: "outage"))
    #expect(outage.policy("failover")?.measure("availability")?.difference?.verdict == .better)
  }

  @Test("gives a gateway that does nothing the same numbers as no gateway")
  func nothingIsNothing() throws {
    for found in try SmallWorld.shared.get().cases {
      let today = try #require(found.policy("today"))
      let none = try #require(found.policy("no-gateway"))
      #expect(today.measures.map(\.values) == none.measures.map(\.values))
    }
  }

  @Test("shows a floor under every row, and regret above it")
  func floors() throws {
    for found in try SmallWorld.shared.get().cases {
      for policy in found.policies where policy.reference != .clairvoyant {
        for name in ["costRegret", "latencyRegret"] {
          #expect((policy.measure(name)?.estimate?.mean ?? -1) >= 0)
        }
        #expect((policy.measure("costFloor")?.estimate?.mean ?? 0) > 0)
      }
    }
  }

  @Test("runs no more replications once everything is decided")
  func stopsWhenDecided() throws {
    var scenario = try SmallWorld.scenario()
    scenario.matters.availability = 10
    scenario.matters.cost = 100
    scenario.matters.latency = 100
    var options = ExperimentOptions()
    options.references = false
    options.policies = ["failover"]
    options.cases = ["quiet"]
    options.replications = Scenario.Replications(from: 2, upTo: 4)
    // Amplification has its own size, which two replications may leave open.
    let easy = try Experiment.compare(scenario, options)
    #expect(easy.replications < 4 && easy.isDecided)
    scenario.matters.availability = 1e-9
    scenario.matters.latency = 1e-9
    let hard = try Experiment.compare(scenario, options)
    #expect(hard.replications == 4)
  }

  @Test("does not depend on what else is compared")
  func independentOfTheOthers() throws {
    let all = try SmallWorld.comparison(from: 2, upTo: 2) { $0.references = false }
    let one = try SmallWorld.comparison(from: 2, upTo: 2) {
      $0.references = false
      $0.cases = ["outage"]
      $0.policies = ["failover"]
    }
    let left = all.result(for: "outage")?.policy("failover")?.measure("p99.endToEndLatency")
    let right = one.result(for: "outage")?.policy("failover")?.measure("p99.endToEndLatency")
    #expect(left?.values == right?.values && left != nil)
  }

  @Test("refuses policies and cases that do not exist")
  func unknownNames() throws {
    #expect(throws: LaboratoryError.self) {
      try SmallWorld.comparison { $0.policies = ["failovr"] }
    }
    #expect(throws: LaboratoryError.self) { try SmallWorld.comparison { $0.cases = ["out"] } }
    let error = LaboratoryError.noSuchPolicy("failovr", among: ["today", "failover"])
    #expect("\(error)".contains("did you mean \"failover\"?"))
  }

  @Test("stops when it is told to")
  func cancelled() throws {
    #expect(throws: LaboratoryError.self) {
      try SmallWorld.comparison { $0.isCancelled = { true } }
    }
  }

  @Test("splits rows by team, alias, deployment and outcome")
  func breakdowns() throws {
    for breakdown in [Breakdown.team, .deployment, .outcome] {
      let found = try SmallWorld.comparison(from: 1, upTo: 1) {
        $0.breakdown = breakdown
        $0.references = false
        $0.cases = ["outage"]
      }
      for policy in found.cases[0].policies {
        #expect(policy.groups.map(\.arrived).reduce(0, +) == policy.pooled.all.tally.arrived)
        #expect(policy.groups.count > 1)
      }
    }
    let worst = try SmallWorld.shared.get().cases[1].policies[0].worstTenant
    let mean = try SmallWorld.shared.get().cases[1].policies[0].measure("availability")?.pooled
    #expect((worst?.availability ?? 2) <= (mean ?? 0))
  }
}
