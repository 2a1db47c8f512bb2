import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Three replicas whose sticky tables, retry budgets and strategies hear of each other, or do not.
@Suite("The scope of what replicas remember")
struct MemoryScopeTests {
  /// Requests that overlap, a third of which fails at the first deployment.
  private func world(
    _ policy: Setting, replicas: Int = 3, lag: Duration? = .zero, gap: Duration = .milliseconds(60),
    count: Int = 300
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents, world.gossipLag) = ([], [], lag)
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults =
        place == 0
        ? [
          Fault(.status(503), share: Probability(clamping: 0.3), delay: .after(.milliseconds(5)))
        ] : []
    }
    world.streams = [Stream(name: "one", count: count, gap: gap, bodies: 1_000_000)]
    world.policy = policy
    world.replicas = replicas
    return world
  }

  private func routes(_ node: Setting, _ more: [(String, Setting)] = []) -> Setting {
    .members([("routes", ["chat": node, "extract": node])] + more)
  }

  private let four: Setting = ["north/a", "north/b", "south/c", "south/d"]

  private func policy(_ name: String, _ state: Setting) -> Setting {
    switch name {
    case "sticky":
      routes([
        "sticky": "user", "idle": "3s", "over": four, "choose": "weighted-random", "state": state,
        "retry": ["max": 1, "reselect": true],
      ])
    case "sticky by choice":
      routes([
        "sticky": "conversation", "idle": "2s", "over": four, "choose": "weighted-random",
        "pin": "choice", "renew": "never", "capacity": 4, "state": state,
        "retry": ["max": 1, "reselect": true],
      ])
    case "budget share", "budget tokens", "budget throttle":
      routes(
        "north/a",
        [
          (
            "attempts",
            [
              "retry": ["max": 3],
              "budget":
                name == "budget share"
                ? ["share": "10%", "floor": "0.2/s", "window": "5s", "state": state]
                : name == "budget tokens"
                  ? ["rule": ["tokenBucket": ["capacity": 20, "refund": 0]], "state": state]
                  : ["rule": ["throttle": ["maxTokens": 4]], "state": state],
            ]
          )
        ])
    default:
      routes(
        [
          "balance": Setting.members([
            (
              name,
              name == "peak-ewma"
                ? ["samples": 0, "readDecay": false, "state": state]
                : name == "ewma" ? ["coldStart": "initial", "state": state] : ["state": state]
            )
          ]), "over": four,
        ], [("attempts", ["total": "5s"])])
    }
  }

  /// What was tried, when, and what came of it, whoever did it.
  private func decisions(_ result: RunResult) -> [String] {
    result.attempts.map {
      "\($0.call.bits) \($0.deployment.index) \($0.started.nanoseconds) \($0.outcome)"
    }
  }

  private func store(_ latency: Duration) -> ServicesPlan {
    var services = ServicesPlan()
    services[.store] = ServicePlan(latency: .constant(Double(latency.nanoseconds)))
    return services
  }

  static let names = [
    "sticky", "sticky by choice", "budget share", "budget tokens", "budget throttle", "ewma",
    "peak-ewma", "lowest-latency", "lowest-usage", "cheapest-within", "price-weighted", "prequal",
    "epsilon-greedy", "ucb1", "thompson-sampling",
  ]

  @Test("decides as one replica, to the byte, where nothing lags", arguments: names)
  func asOne(name: String) throws {
    let one = try world(policy(name, "local"), replicas: 1).run()
    let three = try world(policy(name, "gossiped")).run()
    let apart = try world(policy(name, "local")).run()
    #expect(decisions(one) == decisions(three))
    #expect(decisions(one) != decisions(apart))
    for result in [one, three, apart] { #expect(result.breaches.isEmpty) }
    // A store that answers at once is as good; what is in flight it is not told.
    let counts = ["peak-ewma", "prequal", "epsilon-greedy", "ucb1", "thompson-sampling"]
    guard !counts.contains(name) else { return }
    var central = world(policy(name, "central"), lag: nil)
    central.services = store(.zero)
    #expect(try decisions(central.run()) == decisions(one))
  }

  @Test("goes on by what each knows while a central store is down", arguments: names)
  func down(name: String) throws {
    var world = world(policy(name, "central"), lag: nil)
    world.services = store(.milliseconds(3))
    let up = try world.run()
    world.services.incidents = [
      ServiceIncident(.store, from: .start, until: .distantFuture, .down(after: nil))
    ]
    let alone = try self.world(policy(name, "local"), lag: nil).run()
    #expect(try decisions(world.run()) == decisions(alone))
    #expect(decisions(up) != decisions(alone))
    #expect(up.breaches.isEmpty)
  }

  @Test("is read again from a store by a replica that starts anew, and is gone if it is gossiped")
  func restart() throws {
    // Pins for good: who forgets them draws anew.
    func run(_ state: Setting, _ kind: GatewayFault.Kind) throws -> RunResult {
      var world = world(
        routes([
          "sticky": "user", "idle": "1h", "over": ["south/c", "south/d", "north/b"],
          "choose": "weighted-random", "state": state, "renew": "never",
        ]), gap: .milliseconds(400))
      world.services = store(.milliseconds(2))
      // All of them: nobody is left who could tell.
      world.gatewayFaults = [
        GatewayFault(kind, at: Instant.start.advanced(by: .seconds(60)))
      ]
      return try world.run()
    }
    /// How many deployments have answered each user.
    func homes(_ result: RunResult) -> Int {
      Set(
        result.requests.filter { $0.end == .succeeded && $0.arrived > at(20) }
          .map { "\($0.identity.user.index) \($0.deployment.index)" }
      ).count
    }
    for kind in [GatewayFault.Kind.restart, .crash] {
      let kept = try run("central", kind)
      #expect(homes(kept) == 5)
      #expect(try homes(run("gossiped", kind)) > 5)
      #expect(kept.breaches.isEmpty)
    }
  }

  private func at(_ seconds: Int) -> Instant { Instant.start.advanced(by: .seconds(seconds)) }

  @Test(
    "reads what strategies and budgets have learnt from a store, too, as if nothing had happened",
    arguments: ["lowest-usage", "lowest-latency", "ucb1", "budget tokens"])
  func restartOfAll(name: String) throws {
    // One request at a time, so that nothing is in flight when all start anew.
    func run(_ state: Setting, restarts: Bool = true) throws -> [String] {
      var world = world(policy(name, state), gap: .seconds(20), count: 200)
      world.services = store(.zero)
      if restarts { world.gatewayFaults = [GatewayFault(.restart, at: at(2_000))] }
      let result = try world.run()
      #expect(result.breaches.isEmpty)
      return decisions(result)
    }
    let whole = try run("central", restarts: false)
    #expect(try run("central") == whole)
    #expect(try run("gossiped") != whole)
  }

  @Test("says the same bytes each time, and with one replica those of local state")
  func bytes() throws {
    for name in ["sticky", "budget share", "lowest-latency", "lowest-usage"] {
      for state: Setting in ["gossiped", "central"] {
        var world = world(policy(name, state), lag: .milliseconds(40))
        world.services = store(.milliseconds(7))
        #expect(try world.run().text == world.run().text, "\(name)")
        world.replicas = 1
        var local = world
        local.policy = policy(name, "local")
        #expect(try world.run().text == local.run().text, "\(name)")
      }
    }
  }
}
