import Chance
import Depth
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A replica that is away")
struct AbsenceTests {
  /// A call every 200 ms for a minute, of one client, at a provider that answers in half a second.
  private func world(_ client: Setting, replicas: Int = 1) -> World {
    var world = World(swarm: 1)
    (world.streams, world.quotas, world.incidents, world.faults) = ([], [], [], [])
    (world.services, world.replicas, world.gossipLag) = (ServicesPlan(), replicas, nil)
    world.deployments = [
      DeploymentPlan(
        name: "one", model: "vendor/model", price: world.deployments[0].price,
        latency: LatencyPlan(
          timeToFirstToken: .constant(5e8), timePerOutputToken: .constant(0)))
    ]
    world.policy = ["routes": ["chat": "one", "extract": "one"]]
    world.clients = [
      (
        "app",
        [
          "arrivals": ["regular": "5/s"], "count": 300, "alias": "chat", "client": client,
          "tokens": ["input": 1, "output": 1],
        ]
      )
    ]
    world.gatewayFaults = []
    return world
  }

  private func away(
    _ lasts: Duration, noticed: Duration, isSilent: Bool = false, replica: Int? = nil
  ) -> GatewayFault {
    GatewayFault(
      .crash, at: at(.seconds(20)), replica: replica,
      absence: .init(lasts: lasts, noticed: noticed, isSilent: isSilent))
  }

  @Test("refuses each call at once, without an attempt, until it is back")
  func refused() throws {
    var world = world("none")
    world.gatewayFaults = [away(.seconds(4), noticed: .zero)]
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    let missed = result.requests.filter { $0.attempts == 0 }
    #expect(missed.count == 20 && result.requests.count == 300)
    for one in missed {
      #expect(one.arrived >= at(.seconds(20)) && one.arrived < at(.seconds(24)))
      #expect(one.end == .failed && one.outcome == .connection && one.ended == one.arrived)
    }
    // Two or three were in flight when it crashed.
    #expect(result.requests.count { $0.end == .failed && $0.attempts == 1 } == 2)
  }

  @Test("is waited for by a library that tries a refused call again")
  func tried() throws {
    var world = world("openai-sdk")
    world.gatewayFaults = [away(.milliseconds(1_400), noticed: .zero)]
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    // The waits come to 1.1 s at least and 1.5 s at most: who came late enough got through.
    let calls = Set(result.requests.map { $0.call.onTry(0, from: $0.clientTry) })
    let served = result.requests.filter { $0.end == .succeeded }
    #expect(calls.count == 300 && served.count >= 297 && served.count < 300)
    #expect(served.contains { $0.clientTry == 2 } && served.contains { $0.clientTry == 1 })
  }

  struct Patience {
    var client: Setting
    var seconds: Int64
    var end = RequestRecord.End.abandoned
    var triesAgain = false
  }

  static let patiences = [
    Patience(client: "openai-sdk", seconds: 5, triesAgain: true),
    Patience(client: "anthropic-sdk", seconds: 5, triesAgain: true),
    Patience(client: "none", seconds: 127, end: .failed),
    Patience(client: ["custom": ["connectTimeout": "2s"]], seconds: 2),
    Patience(client: ["custom": ["timeout": "3s"]], seconds: 3),
  ]

  @Test(
    "that answers nothing holds a call until its client's connect timeout, or the system's",
    arguments: patiences)
  func silent(_ patience: Patience) throws {
    var world = world(patience.client)
    world.gatewayFaults = [away(.seconds(1), noticed: .seconds(1), isSilent: true)]
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    // What the crash broke comes back as a second try, and meets the same.
    let missed = result.requests.filter { $0.attempts == 0 && $0.clientTry == 0 }
    #expect(missed.count == 5)
    for one in missed {
      #expect(one.end == patience.end)
      #expect(one.arrived.nanoseconds(to: one.ended) == patience.seconds * 1_000_000_000)
    }
    let back = result.requests.filter { $0.clientTry == 1 && $0.end == .succeeded }
    #expect(back.count >= (patience.triesAgain ? 5 : 0))
    #expect(back.isEmpty != patience.triesAgain)
  }

  @Test("who still waits for it when the run ends is open, and in the books")
  func openAtTheEnd() throws {
    var world = world("none")
    world.gatewayFaults = [away(.seconds(4), noticed: .seconds(4), isSilent: true)]
    world.end = at(.seconds(40))
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    // Twenty have knocked, and one or two have just come.
    #expect((20...23).contains(result.tally.requests.entered - result.tally.requests.left))
  }

  @Test("loses its calls until the load balancer has noticed; then the others take them")
  func noticed() throws {
    var world = world("none", replicas: 3)
    world.gatewayFaults = [away(.seconds(12), noticed: .seconds(3), replica: 1)]
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    let missed = result.requests.filter { $0.attempts == 0 }
    // A third of fifteen calls.
    #expect((1...10).contains(missed.count))
    #expect(missed.allSatisfy { $0.arrived < at(.seconds(23)) && $0.replica == ReplicaID(1) })
    let away = result.requests.filter {
      $0.arrived >= at(.seconds(20)) && $0.arrived < at(.seconds(32)) && $0.attempts > 0
    }
    #expect(away.allSatisfy { $0.replica != ReplicaID(1) && $0.end == .succeeded })
    #expect(
      result.requests.contains { $0.arrived > at(.seconds(32)) && $0.replica == ReplicaID(1) })
  }

  @Test("breaks no law in random worlds, and gives the same records again")
  func laws() throws {
    var missed = 0
    for seed in UInt64(0)..<Depth.of(10, deep: 30) {
      var world = World(swarm: seed)
      world.clients = self.world("openai-sdk").clients
      for number in 1...4 {
        let absence = GatewayFault.Absence(
          lasts: .milliseconds(900), noticed: .milliseconds(300 * (number - 1)),
          isSilent: number > 2)
        let instant = at(.milliseconds(number * 1_900 + Int(seed)))
        world.gatewayFaults.append(
          GatewayFault(
            number % 2 == 0 ? .crash : .restart, at: instant, replica: number == 3 ? nil : 0,
            absence: absence))
      }
      let result = try world.run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      if seed < Depth.of(4, deep: 30) {
        #expect(try world.run().text == result.text, "seed \(seed)")
      }
      let idle = result.requests.filter { $0.attempts == 0 }
      missed += idle.count { $0.outcome == .connection || $0.end == .abandoned }
    }
    #expect(missed > Depth.of(30, deep: 100), "\(missed)")
  }
}

@Suite("A provider to which no connection comes about")
struct UnreachableTests {
  private func world(_ attempts: Setting) -> World {
    var world = World(swarm: 1)
    (world.quotas, world.incidents, world.faults) = ([], [], [])
    (world.services, world.gatewayFaults) = (ServicesPlan(), [])
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults =
        place == 0
        ? [
          Fault(
            .unreachable, share: Probability(clamping: 1), delay: .after(Fault.usualDelay))
        ] : []
    }
    let route: Setting = ["fallback": ["north/a", "north/b"], "on": ["connection"]]
    world.policy = ["attempts": attempts, "routes": ["chat": route, "extract": route]]
    return world
  }

  @Test("costs an attempt the gateway's connect timeout, costs no money, and counts as connection")
  func connect() throws {
    let result = try world(["connect": "5s", "firstToken": "20s", "total": "60s"]).run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    let first = result.attempts.filter { $0.deployment == DeploymentID(0) }
    #expect(!first.isEmpty)
    for one in first {
      #expect(one.outcome == .connection)
      #expect(one.started.nanoseconds(to: one.ended) == 5_000_000_000)
    }
    #expect(result.requests.allSatisfy { $0.fallbacks == 1 })
  }

  @Test("without one is noticed by the other deadlines, or never")
  func otherwise() throws {
    let late = try world(["total": "30s"]).run()
    let first = late.attempts.filter { $0.deployment == DeploymentID(0) }
    #expect(!first.isEmpty && first.allSatisfy { $0.outcome == .totalTimeout })
    let never = try world([:]).run()
    #expect(never.requests.allSatisfy { $0.end != .succeeded })
    // An earlier deadline comes first.
    let early = try world(["connect": "5s", "total": "2s"]).run()
    #expect(
      early.attempts.filter { $0.deployment == DeploymentID(0) }.allSatisfy {
        $0.outcome == .totalTimeout
      })
  }
}

private func at(_ duration: Duration) -> Instant {
  Instant.start.advanced(by: duration)
}
