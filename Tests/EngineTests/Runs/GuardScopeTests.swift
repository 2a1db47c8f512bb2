import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Three replicas whose breakers and ejections hear of each other, or do not.
@Suite("The scope of a guard's state")
struct GuardScopeTests {
  /// One request at a time, of which a share fails at the first deployment.
  private func world(
    _ guarding: (String, Setting), replicas: Int = 3, lag: Duration? = .zero, share: Double = 0.7,
    gap: Duration = .seconds(20), count: Int = 240
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents, world.gossipLag) = ([], [], lag)
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults =
        place == 0
        ? [
          Fault(.status(503), share: Probability(clamping: share), delay: .after(.milliseconds(5)))
        ]
        : []
    }
    world.streams = [Stream(name: "one", count: count, gap: gap, bodies: 1_000_000)]
    let route: Setting = ["fallback": ["north/a", "south/c"]]
    world.policy = .members([("routes", ["chat": route, "extract": route]), guarding])
    world.replicas = replicas
    return world
  }

  private func breaker(_ state: Setting, failures: Int = 3, open: String = "45s") -> (
    String, Setting
  ) {
    (
      "breaker",
      [
        "trip": ["consecutiveFailures": Setting(integerLiteral: failures)],
        "open": Setting(.string(open)), "recovery": "none", "state": state,
      ]
    )
  }

  private func store(_ latency: Duration) -> ServicesPlan {
    var services = ServicesPlan()
    services[.store] = ServicePlan(latency: .constant(Double(latency.nanoseconds)))
    return services
  }

  /// What was tried, when, and what came of it, whoever did it.
  private func decisions(_ result: RunResult) -> [String] {
    result.attempts.map {
      "\($0.call.bits) \($0.deployment.index) \($0.started.nanoseconds) \($0.outcome)"
    }
  }

  private func openings(_ result: RunResult) -> [(at: Int64, replica: Int)] {
    result.notes.filter { $0.kind == .breakerChanged && $0.value == 1 }.map {
      ($0.at.nanoseconds, Int($0.replica.index))
    }
  }

  @Test(
    "decides as one replica where nothing overlaps and nothing lags",
    arguments: ["breaker", "litellm", "recentOutage", "failures in time"])
  func asOne(name: String) throws {
    func guarding(_ state: Setting) -> (String, Setting) {
      switch name {
      case "litellm": ("cooldown", [name: ["time": "50s", "allowedFails": 2, "state": state]])
      case "recentOutage":
        ("ejection", [name: ["failures": 2, "memory": "50s", "state": state] as Setting])
      case "failures in time":
        (
          "breaker",
          [
            "trip": ["failuresInTime": ["count": 3, "window": "100s"]], "open": "45s",
            "recovery": "none", "state": state,
          ]
        )
      default: breaker(state)
      }
    }
    let one = try world(guarding("local"), replicas: 1).run()
    let three = try world(guarding("gossiped")).run()
    let apart = try world(guarding("local")).run()
    #expect(decisions(one) == decisions(three))
    #expect(decisions(one) != decisions(apart))
    for result in [one, three, apart] { #expect(result.breaches.isEmpty) }
  }

  @Test("opens a breaker after k failures of all if it is gossiped, of one if it is local")
  func summed() throws {
    // Everything fails at the first deployment.
    let told = try world(breaker("gossiped", failures: 6, open: "1h"), share: 1).run()
    let alone = try world(breaker("local", failures: 6, open: "1h"), share: 1).run()
    func failed(_ result: RunResult) -> Int {
      result.attempts.count { $0.deployment.index == 0 }
    }
    #expect(failed(told) == 6 && failed(alone) == 18)
    #expect(Set(openings(told).map(\.at)).count == 1 && openings(told).count == 3)
    #expect(Set(openings(alone).map(\.at)).count == 3 && openings(alone).count == 3)
  }

  @Test("hears of an opening after the lag, and sends nothing from then on")
  func lag() throws {
    var failed: [Int] = []
    for lag in [Duration.zero, .seconds(30), .seconds(600)] {
      let result = try world(
        breaker(["gossiped": "verdicts"], failures: 2, open: "10h"), lag: lag, share: 1
      ).run()
      #expect(result.breaches.isEmpty)
      let first = try #require(openings(result).first)
      #expect(Set(openings(result).map(\.replica)).count == 3)
      let down = result.attempts.filter { $0.deployment.index == 0 }
      #expect(down.allSatisfy { $0.started.nanoseconds <= first.at + lag.nanoseconds })
      failed.append(down.count)
    }
    // With a lag of ten minutes each has found out by itself.
    #expect(failed[0] < 6 && failed[0] <= failed[1] && failed[2] == 6)
  }

  @Test("goes on by what each knows while a central store is down")
  func central() throws {
    let guarding = breaker("central", failures: 4, open: "1h")
    var up = world(guarding, lag: nil, share: 1)
    up.services = store(.milliseconds(3))
    var down = up
    down.services.incidents = [
      ServiceIncident(.store, from: .start, until: .distantFuture, .down(after: nil))
    ]
    let alone = try world(breaker("local", failures: 4, open: "1h"), lag: nil, share: 1).run()
    #expect(decisions(try down.run()) == decisions(alone))
    let heard = try up.run()
    #expect(heard.attempts.count { $0.deployment.index == 0 } == 4)
    // The others know after the store's latency.
    let first = try #require(openings(heard).first)
    #expect(openings(heard).dropFirst().allSatisfy { $0.at == first.at + 3_000_000 })
    for result in [try down.run(), heard] { #expect(result.breaches.isEmpty) }
  }

  @Test("is forgotten by a replica that starts anew, but for verdicts that a store holds")
  func restart() throws {
    for (state, knows): (Setting, Bool) in [
      ("gossiped", false), (["gossiped": "verdicts"], false), (["central": "verdicts"], true),
    ] {
      for kind in [GatewayFault.Kind.restart, .crash] {
        var world = world(breaker(state, failures: 2, open: "10h"), share: 1)
        world.services = store(.milliseconds(3))
        let restart = Instant.start.advanced(by: .seconds(1_800))
        world.gatewayFaults = [GatewayFault(kind, at: restart, replica: 1)]
        let result = try world.run()
        #expect(result.breaches.isEmpty, "\(state.json())")
        let after = result.attempts.filter { $0.deployment.index == 0 && $0.started > restart }
        #expect(after.allSatisfy { $0.replica.index == 1 })
        #expect(after.isEmpty == knows, "\(state.json())")
        #expect(
          openings(result).last { $0.replica == 1 }.map { $0.at > restart.nanoseconds } == true)
      }
    }
  }

  @Test("says the same bytes each time, and with one replica those of local state")
  func bytes() throws {
    let states: [Setting] = ["gossiped", "central", ["gossiped": "verdicts"]]
    for state in states {
      var world = world(
        breaker(state, open: "2s"), lag: .milliseconds(40), gap: .milliseconds(30))
      world.services = store(.milliseconds(7))
      #expect(try world.run().text == world.run().text)
      world.replicas = 1
      var local = world
      local.policy = self.world(breaker("local", open: "2s")).policy
      #expect(try world.run().text == local.run().text)
    }
  }
}
