import Testing
import Vocabulary

@testable import Measures

@Suite("The measures of a run")
struct RunMeasuresTests {
  /// 6 successes by providers, 2 hits, 1 failure, 1 own limit, 1 shed, 1 abandoned.
  static var mixed: World {
    var world = World(deployments: 2, aliases: 2)
    for index in 0..<6 {
      world.serve(
        at: 10 + Double(index) * 30, seconds: Double(index + 1), deployment: index % 2,
        alias: index % 2, team: index % 3, bill: Int64(index + 1) * 1_000_000_000)
    }
    world.answer(at: 200, end: .succeeded, source: .cache, seconds: 0.002)
    world.answer(at: 201, end: .succeeded, source: .cache, seconds: 0.004, alias: 1)
    let failed = world.serve(at: 202, seconds: 1, bill: 9_000_000_000)
    world.steps[failed].request.end = .failed
    world.steps[failed].request.deployment = .none
    world.steps[failed].request.outcome = .status(503)
    world.steps[failed].attempts[0].record.outcome = .status(503)
    world.steps[failed].attempts[0].record.served = false
    world.answer(at: 203, end: .rejected, rejection: .limit)
    world.answer(at: 204, end: .rejected, rejection: .shed)
    world.answer(at: 205, end: .abandoned, seconds: 3)
    return world
  }

  func value(_ name: String, _ group: Group) throws -> Double? {
    try #require(MeasureCatalog.measure(name)).value(group)
  }

  @Test("the columns come in the order of the design")
  func columns() {
    #expect(
      MeasureCatalog.columns.map(\.title) == [
        "success per call", "availability", "rejected by own limits", "TTFT p50", "TTFT p95",
        "TTFT p99", "end to end p50", "end to end p95", "end to end p99", "goodput",
        "cost per success", "amplification",
      ])
    #expect(Set(MeasureCatalog.names).count == MeasureCatalog.all.count)
  }

  @Test("shares have the denominators that their formulas state")
  func shares() throws {
    let all = Self.mixed.run().totals.all
    #expect(all.tally.arrived == 12)
    #expect(try value("availability", all) == 8.0 / 11)
    #expect(try value("successPerCall", all) == 8.0 / 12)
    #expect(try value("rejectedByOwnLimits", all) == 1.0 / 12)
    #expect(try value("rejected", all) == 2.0 / 12)
    #expect(try value("hitRate", all) == 2.0 / 10)
    #expect(try value("attemptsPerMiss", all) == 7.0 / 8)
    #expect(try value("amplification", all) == 7.0 / 12)
    #expect(try value("missAvailability", all) == 6.0 / 8)
    #expect(try value("abandoned", all) == 1.0 / 12)
  }

  @Test("cost is the bill of all attempts over the successes, standing charges included")
  func cost() throws {
    let measures = Self.mixed.run {
      $0.standingCharges = MoneyTotal(picodollars: 10_000_000_000)
    }
    let all = measures.totals.all
    #expect(try value("costPerSuccess", all) == 0.040 / 8)
    #expect(all.tally.bill == MoneyTotal(picodollars: 30_000_000_000))
    #expect(measures.breaches.kept == [])
  }

  @Test("latency is over successes, and served ones apart")
  func latency() throws {
    let all = Self.mixed.run().totals.all
    #expect(try value("meanEndToEndLatency", all) == 21.006 / 8)
    #expect(try value("meanServedLatency", all) == 21.0 / 6)
    #expect(try value("p99.endToEndLatency", all) == 6)
    #expect(all.endToEnd.count == 8)
    #expect(all.firstToken.maximum == 3 * World.second)
    let slow = try #require(try value("p50.servedLatency", all))
    #expect(abs(slow - 3) < 0.012)
  }

  @Test("goodput counts successes within their alias' objective, of all that arrived")
  func goodput() throws {
    var world = Self.mixed
    world.plan.objectives = [Objective(endToEnd: .seconds(3)), Objective(firstToken: .seconds(1))]
    #expect(try value("goodput", world.run().totals.all) == 5.0 / 12)
    #expect(try value("goodput", Self.mixed.run().totals.all) == 8.0 / 12)
  }

  @Test("only arrivals in [from, to) are in the population; laws and series see all")
  func population() {
    var world = Self.mixed
    world.plan.from = World.at(40)
    world.plan.to = World.at(200)
    let totals = world.run().totals
    #expect(totals.all.tally.arrived == 5)
    #expect(totals.attempts[0].attempts + totals.attempts[1].attempts == 5)
    #expect(totals.series.points.reduce(0) { $0 + $1.arrived } == 12)
    #expect(totals.breaches.kept == [])
  }

  @Test("groups add up to the whole")
  func groups() {
    let totals = Self.mixed.run().totals
    for groups in [totals.aliases, totals.deployments, totals.teams] {
      var sum = Tally()
      for group in groups { sum.merge(group.tally) }
      #expect(sum == totals.all.tally)
    }
    #expect(totals.features.isEmpty)
    #expect(totals.deployments.map(\.tally.succeeded) == [3, 3, 2])
    #expect(totals.deployments[0].firstToken.count == 0)
    #expect(totals.statuses[503] == 1)
  }

  @Test("groups are timed when asked")
  func timedGroups() {
    var world = Self.mixed
    world.plan.timed = [.alias, .deployment, .team]
    let totals = world.run().totals
    #expect(totals.deployments.map(\.endToEnd.count) == [3, 3, 2])
    #expect(totals.teams.reduce(0) { $0 + $1.endToEnd.count } == 8)
  }

  @Test("slices hold what fulfils all their conditions, minute by minute if asked")
  func slices() throws {
    var world = Self.mixed
    world.plan.slices = [
      Slice(from: World.at(60), to: World.at(170), alias: AliasID(1), keepsMinutes: true),
      Slice(team: TeamID(2)), Slice(tags: TagSet(rawValue: 4)),
    ]
    world.steps[3].request.tags = TagSet(rawValue: 6)
    let totals = world.run().totals
    #expect(totals.slices.map(\.tally.arrived) == [2, 2, 1])
    #expect(totals.slices[0].endToEnd.count == 2)
    let minutes = try #require(totals.sliceMinutes[0])
    let inside = minutes.indices(from: World.at(60), to: World.at(180))
    #expect(inside.map { minutes.group($0..<$0 + 1).tally.arrived } == [1, 1])
    #expect(minutes.group(inside).tally.arrived == 2)
    #expect(totals.sliceMinutes[1] == nil)
  }

  @Test("attempts are kept by outcome, reason and use")
  func attempts() {
    let totals = Self.mixed.run().totals
    #expect(totals.attempts[0].count(.succeeded) == 3)
    #expect(totals.attempts[0].count(.status) == 1)
    #expect(totals.attempts[0].statuses[503] == 1)
    #expect(totals.attempts[0].count(.first, .served) == 3)
    #expect(totals.attempts[0].count(.first, .failed) == 1)
    #expect(
      totals.attempts[0].bill(.first, .failed) == MoneyTotal(picodollars: 9_000_000_000))
    #expect(totals.attempts[0].outputTokens == 80)
    #expect(totals.attempts[0].total.count == 3)
  }

  @Test("the bounds' floor and regret are over the successes whose bounds are known")
  func bounds() throws {
    var world = Self.mixed
    world.steps[1].truth.floorBill = Money(picodollars: 500_000_000)
    world.steps[1].truth.floorNanoseconds = World.second
    let all = world.run().totals.all
    #expect(try value("costRegret", all) == 0.0015)
    #expect(try value("latencyRegret", all) == 1)
  }

  @Test("notes are counted, and a breaker's openings by breaker")
  func notes() {
    var world = Self.mixed
    world.plan.breakers = [DeploymentID(1)]
    world.notes = [
      BreakerWatchTests.change(900, to: 1), BreakerWatchTests.change(901, to: 0),
      BreakerWatchTests.change(902, to: 1), BreakerWatchTests.change(903, to: 1),
    ]
    // A breaker of a policy that was taken over later.
    world.notes[3].subject = 2
    world.plan.checksLaws = false
    let totals = world.run().totals
    #expect(totals.breakerOpenings == [2, 0, 1])
    #expect(totals.notes[Int(Note.Kind.breakerChanged.rawValue)] == 4)
  }

  @Test("merging replications adds everything, in any order")
  func merging() {
    let (a, b) = (Self.mixed.run(), LawsTests.honest.run())
    var forward = a.totals
    forward.merge(b.totals)
    var backward = b.totals
    backward.merge(a.totals)
    #expect(forward == backward)
    #expect(forward.runs == 2)
    #expect(forward.all.tally.arrived == 24)
    a.merge(b)
    #expect(a.totals == forward)
  }

  @Test("without a denominator there is no value")
  func empty() throws {
    let group = RunMeasures(plan: World().plan).totals.all
    for measure in MeasureCatalog.all { #expect(measure.value(group) == nil) }
  }

  @Test("ids beyond the plan's sizes are counted in the whole and trap nowhere")
  func strangers() {
    var world = Self.mixed
    world.steps[0].request.alias = AliasID(99)
    world.steps[1].request.identity.team = TeamID(99)
    world.steps[2].request.deployment = DeploymentID(40)
    world.steps[2].request.outcome.status = 60_000
    let totals = world.run().totals
    #expect(totals.all.tally.arrived == 12)
    #expect(totals.deployments[2].tally.succeeded == 3)
  }
}
