import Chance
import Providers
import Testing
import Vocabulary

@Suite("Overlapping incidents")
struct IncidentTests {
  let a = deployment("a")

  func incident(
    _ name: String, bit: UInt8, from: Duration = .seconds(10), until: Duration = .seconds(20),
    _ change: (inout IncidentPlan) -> Void
  ) -> IncidentPlan {
    var plan = IncidentPlan(
      name: name, on: IncidentSelector(deployment: "a"), from: at(from), until: at(until), bit: bit)
    change(&plan)
    return plan
  }

  @Test("multiply survivals")
  func survivals() {
    let one = incident("one", bit: 0) { $0.failure = .init(.status(503), share: Polyline(0.5)) }
    let two = incident("two", bit: 1) { $0.failure = .init(.status(500), share: Polyline(0.6)) }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [one, two]))
    var survived = 0
    for number in 0..<20_000 as Range<UInt64> {
      let promise = fleet.promise(attempt(number), at: at(.seconds(15)))
      if promise.outcome.isSuccess { survived += 1 }
      #expect(promise.outcome.isSuccess == (promise.incidents == 0))
    }
    #expect((3800...4200).contains(survived))
  }

  @Test("multiply slow-downs")
  func slowDowns() {
    let one = incident("one", bit: 0) { $0.slow = Polyline(2) }
    let two = incident("two", bit: 3) { $0.slow = Polyline(1.5) }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [one, two]))
    let promise = fleet.promise(attempt(1), at: at(.seconds(12)))
    #expect(promise.firstToken == at(.milliseconds(12_300)))
    #expect(promise.end == at(.milliseconds(15_300)))
    #expect(promise.incidents == 0b1001)
  }

  @Test("let the earliest failure win, and a hang lose to any answer")
  func earliest() {
    let late = incident("late", bit: 0) {
      $0.failure = .init(.status(503), delay: .after(.seconds(30)))
    }
    let early = incident("early", bit: 1, from: .seconds(14)) {
      $0.failure = .init(.connection, delay: .after(.seconds(1)))
    }
    let hanging = incident("hanging", bit: 2) { $0.hang = Polyline(1) }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [late, hanging, early]))
    let first = fleet.promise(attempt(1), at: at(.seconds(12)))
    #expect(first.outcome == .status(503) && first.end == at(.seconds(42)))
    #expect(first.incidents == 0b101)
    let second = fleet.promise(attempt(1), at: at(.seconds(15)))
    #expect(second.outcome == .connection && second.end == at(.seconds(16)))
    #expect(second.incidents == 0b111)
  }

  @Test("may say with their errors when to come back")
  func retryAfter() {
    let down = incident("down", bit: 0) {
      $0.failure = .init(.status(529), retryAfter: RetryAfter(.seconds(7)))
    }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [down]))
    let promise = fleet.promise(attempt(1), at: at(.seconds(12)))
    #expect(promise.retryAfter == RetryAfter(.seconds(7)))
    #expect(fleet.promise(attempt(1)).retryAfter == .unsaid)
  }

  @Test("begin at `from` and are over at `until`")
  func bounds() {
    let down = incident("down", bit: 0) { $0.failure = .init(.status(503)) }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [down]))
    let edge = Instant(nanoseconds: 10 * second)
    #expect(fleet.promise(attempt(1), at: edge.advanced(byNanoseconds: -1)).outcome.isSuccess)
    #expect(fleet.promise(attempt(1), at: edge).outcome == .status(503))
    let last = at(.seconds(20))
    #expect(fleet.promise(attempt(1), at: last.advanced(byNanoseconds: -1)).outcome.status == 503)
    #expect(fleet.promise(attempt(1), at: last).outcome.isSuccess)
  }

  @Test("touch an attempt or not whatever else is done: one draw, compared with the share in time")
  func property() {
    let ramp = Polyline(knots: [.init(offset: 0, value: 0), .init(offset: 10 * second, value: 1)])
    let down = incident("down", bit: 0) {
      $0.failure = .init(.status(503), share: ramp ?? Polyline(0))
    }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [down]))
    for number in 0..<200 as Range<UInt64> {
      // An attempt that fails at some share fails at every larger one.
      var failed = false
      for step in 0..<20 {
        let promise = fleet.promise(attempt(number), at: at(.milliseconds(10_000 + 500 * step)))
        if failed { #expect(!promise.outcome.isSuccess) }
        failed = !promise.outcome.isSuccess
      }
    }
  }

  @Test("break what is in flight when they begin, with the tokens made until then")
  func breaking() {
    let down = incident("down", bit: 0) { $0.inFlight = .break }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [down]))
    // Began at 9.5 s: first token at 9.6 s, 40 × 10 ms later it breaks.
    let streaming = fleet.promise(attempt(1), at: at(.milliseconds(9_500)))
    #expect(streaming.outcome == .brokenStream)
    #expect(streaming.end == at(.seconds(10)))
    #expect(streaming.usage.outputTokens == 41)
    #expect(streaming.bill == prices.bill(for: streaming.usage))
    let waiting = fleet.promise(attempt(1), at: at(.milliseconds(9_950)))
    #expect(waiting.outcome == .connection && waiting.bill == .zero)
    #expect(waiting.firstToken == .distantFuture)
    let done = fleet.promise(attempt(1), at: at(.milliseconds(8_900)))
    #expect(done.outcome.isSuccess && done.end == at(.seconds(10)) && done.incidents == 0)
    #expect(fleet.promise(attempt(1), at: at(.seconds(11))).outcome.isSuccess)
  }

  @Test("stall what is in flight until they are over")
  func stalling() {
    let pause = incident("pause", bit: 4) { $0.inFlight = .stall }
    var fleet = fleet(FleetPlan(deployments: [a], incidents: [pause]))
    let streaming = fleet.promise(attempt(1), at: at(.milliseconds(9_500)))
    #expect(streaming.outcome.isSuccess)
    #expect(streaming.firstToken == at(.milliseconds(9_600)))
    #expect(streaming.end == at(.milliseconds(20_600)))
    #expect(streaming.incidents == 0b10000)
    #expect(streaming.pausedAt == at(.seconds(10)))
    #expect(streaming.pauseNanoseconds == 10 * second)
    // 41 tokens before the pause, none in it, the others after it.
    for (now, tokens) in [(9_990, 40), (10_000, 41), (15_000, 41), (20_000, 41), (20_010, 42)] {
      let cut = fleet.cut(
        streaming, of: DeploymentID(0), started: at(.milliseconds(9_500)),
        at: at(.milliseconds(now)))
      #expect(cut.usage.outputTokens == UInt32(tokens), "\(now) ms")
    }
    let waiting = fleet.promise(attempt(1), at: at(.milliseconds(9_950)))
    #expect(waiting.firstToken == at(.milliseconds(20_050)))
  }

  @Test("touch what is in flight only if it has not ended by then, stalls included")
  func chain() {
    let pause = incident("pause", bit: 0) { $0.inFlight = .stall }
    let cut = incident("cut", bit: 1, from: .milliseconds(20_100)) { $0.inFlight = .break }
    var fleet = fleet(
      FleetPlan(
        deployments: [a],
        incidents: [
          cut.until(at(.seconds(30))), pause,
        ]))
    let promise = fleet.promise(attempt(1), at: at(.milliseconds(9_500)))
    #expect(promise.outcome == .brokenStream)
    #expect(promise.end == at(.milliseconds(20_100)))
    #expect(promise.usage.outputTokens == 51)
    #expect(promise.incidents == 0b11)
  }

  @Test("strike by deployment, provider, region and model, all of which must fit")
  func selectors() {
    var plan = deployment("azure/sweden", region: "north")
    plan.model = "azure/gpt-4.1"
    #expect(plan.provider == "azure")
    #expect(IncidentSelector(provider: "azure", region: "north").matches(plan))
    #expect(IncidentSelector(model: "gpt-4.1").matches(plan))
    #expect(IncidentSelector(model: "azure/gpt-4.1").matches(plan))
    #expect(!IncidentSelector(provider: "azure", region: "south").matches(plan))
    #expect(!IncidentSelector().matches(plan))
  }
}

extension IncidentPlan {
  fileprivate func until(_ instant: Instant) -> IncidentPlan {
    var plan = self
    plan.until = instant
    return plan
  }
}

@Suite("A polyline")
struct PolylineTests {
  @Test("is straight between its knots and level outside")
  func values() throws {
    let line = try #require(
      Polyline(knots: [
        .init(offset: 0, value: 0), .init(offset: 8, value: 0.8), .init(offset: 10, value: 0.8),
        .init(offset: 20, value: 0),
      ]))
    let expected: [(Int64, Double)] = [
      (-5, 0), (0, 0), (4, 0.4), (8, 0.8), (9, 0.8), (10, 0.8), (15, 0.4), (20, 0), (99, 0),
    ]
    for (offset, value) in expected { #expect((line.value(at: offset) - value).magnitude < 1e-12) }
    #expect(line.lastOffset == 20)
  }

  @Test("needs knots, in increasing order")
  func order() {
    #expect(Polyline(knots: []) == nil)
    #expect(Polyline(knots: [.init(offset: 1, value: 0), .init(offset: 1, value: 1)]) == nil)
    #expect(Polyline(0.3).value(at: 77) == 0.3)
  }
}
