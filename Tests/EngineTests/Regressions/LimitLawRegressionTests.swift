import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// What the swarm of November 2026 found about limits, one test a kind.
@Suite("A defect of limits that the swarm has found")
struct LimitLawRegressionTests {
  /// Requests one after the other at deployments that fail after 50 ms.
  private func world(_ policy: Setting, gap: Duration = .milliseconds(40)) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents) = ([], [])
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults = [
        Fault(.status(503), share: Probability(clamping: 1), delay: .after(.milliseconds(50)))
      ]
    }
    world.streams = [Stream(name: "one", count: 60, gap: gap, bodies: 100_000)]
    world.policy = policy
    return world
  }

  @Test("a retry that chooses again below a condition asks whether the leaf is full")
  func retryBelowACondition() throws {
    let node: Setting = [
      "condition": [["if": ["inputAbove": 1], "then": "north/a"]], "else": "north/b",
      "retry": [
        "max": 3, "reselect": true, "exclude": false,
        "backoff": ["constant": ["delay": "30ms"]],
      ],
    ]
    let result = try world(
      [
        "routes": ["chat": node, "extract": node],
        "concurrency": [["each": "deployment", "by": ["fixed": 1]]],
      ], gap: .milliseconds(110)
    ).run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    #expect(result.requests.contains { $0.retries > 0 })
  }

  @Test("a window from first use begins with a refused request that is charged, for its law too")
  func refusedBeginsWindow() throws {
    let limit: Setting = [
      "requests": "4/3s", "by": ["fixed-window": ["align": "firstUse"]], "charge": "after",
      "countRefused": true,
    ]
    // The team's limit refuses what the other one counts.
    let result = try world([
      "routes": ["chat": "north/a", "extract": "north/a"],
      "limits": [limit, ["each": "team", "requests": "1/s", "burst": 1, "countRefused": true]],
    ]).run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    #expect(result.notes.contains { $0.kind == .limiterCounted && $0.subject == 1 })
    // The promise is that of its windows, whatever is charged.
    var rule = LimitRule(.requests, try firstUse(), charge: .after)
    rule.countsRefused = true
    #expect(rule.envelope.shape == .firstUse(length: .seconds(3), most: 4))
  }

  private func firstUse() throws -> LimiterRule {
    let rule = FixedWindow.Rule(
      most: 4, period: CalendarPeriod(length: .seconds(3)), fromFirstUse: true)
    return .fixedWindow(try #require(rule))
  }

  @Test("two attempts of a request reserve apart, each in the window in which it started")
  func hedgesReserveApart() throws {
    var world = world([
      "routes": [
        "chat": ["balance": "weighted-random", "over": ["north/a", "north/a"]],
        "extract": "north/a",
      ],
      "attempts": ["hedge": ["after": "300ms", "max": 2, "exclude": false]],
      "limits": [
        ["each": "model", "totalTokens": "9k/s", "by": "sliding-window", "charge": "reserve"]
      ],
    ])
    for place in world.deployments.indices { world.deployments[place].faults = [] }
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    #expect(result.requests.contains { $0.hedges > 0 })
  }

  @Test("the ten worlds that broke the law keep it")
  func seeds() throws {
    for seed: UInt64 in [3072, 3956, 4022, 6829, 9207, 7147, 7505, 8151, 9519, 9938] {
      let result = try World(swarm: seed).run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(2))")
    }
  }

  @Test("the two worlds with scopes that broke the law keep it")
  func scopedSeeds() throws {
    // A charge undone in a later window than its own; a walk from a new root to a leaf that is full.
    for seed: UInt64 in [4629, 6495] {
      var world = World(swarm: seed)
      try world.addScopes(seed: seed)
      let result = try world.run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(2))")
    }
  }
}
