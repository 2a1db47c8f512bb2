import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A run with deployments that queue")
struct SelfHostedRunTests {
  private func world(
    _ plan: ServingPlan, streamed: Double = 0.5, count: Int = 300,
    gap: Duration = .milliseconds(400)
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    world.incidents = []
    world.quotas = []
    var one = DeploymentPlan(
      name: "own", model: "vendor/model", price: world.deployments[0].price,
      latency: LatencyPlan(timeToFirstToken: .constant(0), timePerOutputToken: .constant(0)))
    one.capacity = .selfHosted(plan)
    one.standing = StandingCharge(
      perUnitHour: Money(picodollars: 36_000_000_000_000), units: plan.replicas)
    var other = one
    other.name = "api"
    other.capacity = .shared
    other.standing = nil
    other.latency = LatencyPlan(
      timeToFirstToken: .constant(300e6), timePerOutputToken: .constant(5e6))
    world.deployments = [one, other]
    world.streams = [Stream(name: "calls", count: count, gap: gap, streamed: streamed)]
    world.policy = ["routes": ["chat": "own", "extract": "own"]]
    return world
  }

  /// Prefill 0.1 ms a token, steps of 10 ms.
  private let speed = ServingSpeed.linear(
    prefill: 5e6, perToken: 1e5, step: 10e6, perAnswer: 1e5)

  @Test("keeps all laws, and every call is answered")
  func laws() throws {
    let result = try world(ServingPlan(replicas: 1, batch: 8, speed: speed)).run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    #expect(result.requests.count == 300 && result.requests.allSatisfy { $0.end == .succeeded })
    let streamed = result.attempts.filter { $0.firstToken != .distantFuture }
    #expect(streamed.count > 100)
    #expect(streamed.allSatisfy { $0.firstToken > $0.started && $0.firstToken <= $0.ended })
    #expect(result.tally.standingCharges.dollars == 36, "an hour of one replica")
  }

  @Test("ends attempts at deadlines that pass before the promise, and frees their places")
  func deadlines() throws {
    var slow = world(ServingPlan(replicas: 1, batch: 2, speed: speed))
    slow.policy = [
      "routes": [
        "chat": ["fallback": ["own", "api"], "on": ["timeout"]],
        "extract": "own",
      ], "attempts": ["firstToken": "1500ms", "total": "2500ms"],
    ]
    let result = try slow.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    let first = result.attempts.filter { $0.outcome.kind == .firstTokenTimeout }
    let total = result.attempts.filter { $0.outcome.kind == .totalTimeout }
    #expect(first.count > 10 && total.count > 10)
    #expect(
      first.allSatisfy { $0.started.nanoseconds(to: $0.ended) == 1_500_000_000 }
        && total.allSatisfy { $0.started.nanoseconds(to: $0.ended) == 2_500_000_000 })
    // With the places of the timed-out given back, some are served there all the same.
    let served = result.attempts.filter { $0.deployment.index == 0 && $0.outcome.isSuccess }
    #expect(served.count > 50)
    #expect(result.requests.contains { $0.deployment.index == 1 && $0.end == .succeeded })
  }

  @Test("gives the same bytes whether only the earliest of an attempt's events is queued or all")
  func merging() throws {
    var one = world(ServingPlan(replicas: 2, batch: 2, speed: speed, queue: 6))
    one.policy = [
      "routes": [
        "chat": ["fallback": ["own", "api"], "on": ["timeout", "5xx"]], "extract": "own",
      ],
      "attempts": ["firstToken": "1500ms", "idle": "900ms", "total": "2500ms"],
    ]
    var other = one
    other.mergesDeadlines = false
    #expect(try one.run().text == other.run().text)
  }

  @Test("hedges between a queue and an API, and withdraws the slower")
  func hedges() throws {
    var one = world(ServingPlan(replicas: 1, batch: 4, speed: speed))
    one.policy = [
      "routes": [
        "chat": ["balance": "weighted-random", "over": ["own", "api"]], "extract": "own",
      ],
      "attempts": ["hedge": ["after": "700ms"]],
    ]
    let result = try one.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    #expect(
      result.attempts.contains { $0.outcome.kind == .cancelled && $0.deployment.index == 0 })
  }

  @Test("counts a stalled stream as silent, and one that only gets on slowly as alive")
  func idle() throws {
    var one = world(ServingPlan(replicas: 1, batch: 8, speed: speed), streamed: 1, count: 60)
    one.policy = [
      "routes": ["chat": "own", "extract": "own"], "attempts": ["idle": "3s"],
    ]
    let calm = try one.run()
    #expect(calm.requests.allSatisfy { $0.end == .succeeded })
    one.incidents = [
      IncidentPlan(
        name: "stall", on: IncidentSelector(deployment: "own"),
        from: Instant(nanoseconds: 10_000_000_000),
        until: Instant(nanoseconds: 30_000_000_000), inFlight: .stall, bit: 0)
    ]
    let stalled = try one.run()
    #expect(stalled.breaches.isEmpty, "\(stalled.breaches.kept.prefix(3))")
    #expect(stalled.attempts.contains { $0.outcome.kind == .idleTimeout })
  }
}
