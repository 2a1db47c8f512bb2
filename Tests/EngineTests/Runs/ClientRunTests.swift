import Chance
import Depth
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Traffic
import Vocabulary

@testable import Engine

@Suite("Clients that come back")
struct ClientRunTests {
  /// A random world whose traffic comes back: library retries with timeouts, and users in a loop.
  private func world(_ seed: UInt64) -> World {
    var world = World(swarm: seed)
    world.clients = [
      (
        "sdk",
        [
          "arrivals": ["poisson": "8/s"], "count": 60, "alias": "chat", "streams": "50%",
          "keys": ["zipf": ["count": 30]],
          "tokens": ["input": 300, "output": ["exponential": ["mean": 80]]],
          "patience": ["median": "20s", "p95": "60s"],
          "client": [
            "openai-sdk": [
              "timeout": "4s", "retries": ["max": 3, "on": ["429", "5xx", "timeout", "broken"]],
            ]
          ],
        ]
      ),
      (
        "people",
        [
          "arrivals": [
            "users": [
              "count": 6, "think": ["exponential": ["mean": "800ms"]], "turns": 4, "away": "2s",
              "givesUpAfter": 3,
            ]
          ], "alias": "extract",
          "tokens": ["input": 200, "output": ["exponential": ["mean": 60]]],
          "client": "anthropic-sdk",
        ]
      ),
    ]
    return world
  }

  @Test("break no law in random worlds, and have the same records again")
  func laws() throws {
    var (tries, answers) = (0, 0)
    for seed in UInt64(0)..<Depth.of(4, deep: 25) {
      let world = world(seed)
      let result = try world.run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      tries += result.requests.count { $0.clientTry > 0 }
      answers += result.requests.count { $0.clientTry > 0 && $0.end == .succeeded }
      let calls = try #require(result.tally.calls)
      #expect(calls.entered == calls.left + calls.open)
      if seed < Depth.of(1, deep: 6) {
        #expect(try world.run().text == result.text, "seed \(seed)")
        var unmerged = world
        unmerged.mergesDeadlines = false
        #expect(try unmerged.run().text == result.text, "seed \(seed)")
      }
    }
    #expect(tries > Depth.of(200, deep: 500), "\(tries) tries")
    #expect(answers > Depth.of(20, deep: 50), "\(answers) answered")
  }

  @Test("meet the same potential outcomes as clients that do not")
  func sameWorld() throws {
    var compared = 0
    for seed in UInt64(0)..<12 {
      var trying = world(seed)
      trying.quotas = []
      trying.incidents = []
      for place in trying.deployments.indices { trying.deployments[place].quota = nil }
      trying.policy = ["routes": ["chat": "north/a", "extract": "north/b"]]
      trying.gatewayFaults = []
      trying.clients.removeLast()
      var silent = trying
      silent.clients[0].setting = silent.clients[0].setting.without("client")
      // Timeouts cut attempts off, which is no other outcome.
      trying.clients[0].setting = trying.clients[0].setting.with("client", "openai-sdk")
      let names = trying.deployments.map(\.name)
      let (one, other) = (try trying.run(), try silent.run())
      let (tried, plain) = (one.outcomes(names), other.outcomes(names))
      for (key, outcome) in plain { #expect(tried[key] == outcome, "seed \(seed), \(key)") }
      compared += plain.count
      #expect(other.tally.calls == nil, "nobody listens")
    }
    #expect(compared > 300)
  }

  @Test("find their answer at a later try, with a key of its own, and end once")
  func tries() throws {
    var world = world(3)
    world.clients.removeLast()
    world.streams = []
    world.policy = ["routes": ["chat": "north/a", "extract": "north/a"]]
    world.deployments[0].faults = [
      Fault(.status(503), share: Probability(clamping: 0.5), delay: .after(.milliseconds(50)))
    ]
    let result = try world.run()
    var byCall: [UInt64: [RequestRecord]] = [:]
    for record in result.requests {
      byCall[record.call.onTry(0, from: record.clientTry).bits, default: []].append(record)
    }
    #expect(byCall.count == 60)
    for tries in byCall.values.map({ $0.sorted { $0.clientTry < $1.clientTry } }) {
      #expect(tries.map(\.clientTry) == (0..<UInt8(tries.count)).map { $0 })
      #expect(tries.dropLast().allSatisfy { $0.end != .succeeded })
      #expect(tries.count == 4 || tries.last?.end == .succeeded)
      for (before, after) in zip(tries, tries.dropFirst()) {
        let wait = before.ended.nanoseconds(to: after.arrived)
        let most = Int64(500_000_000) << Int64(before.clientTry)
        #expect(wait <= most && wait >= most * 3 / 4)
      }
    }
    // E[tries] = (1 − p⁴)/(1 − p), P(success) = 1 − p⁴ at p = 1/2, four standard errors.
    let tries = Double(result.requests.count) / 60
    #expect(abs(tries - 1.875) < 4 * 1.05 / 60.0.squareRoot(), "\(tries)")
  }

  @Test("come back when the gateway has asked them to")
  func retryAfter() throws {
    var world = world(1)
    world.clients.removeLast()
    world.streams = []
    world.deployments[0].faults = []
    world.incidents = []
    world.policy = [
      "routes": ["chat": "north/a", "extract": "north/a"],
      "limits": [["requests": "60/min", "burst": 1]],
    ]
    let result = try world.run()
    let refused = result.requests.filter { $0.end == .rejected && $0.clientTry == 0 }
    #expect(refused.count > 20)
    for one in refused {
      let again = result.requests.first { $0.call == one.call.onTry(1, from: 0) }
      let wait = try #require(again).arrived.nanoseconds - one.ended.nanoseconds
      // The next permit comes within a second, and the hint is in whole milliseconds.
      #expect(wait > 0 && wait <= 1_000_000_000 && wait % 1_000_000 == 0, "\(wait)")
    }
  }

  @Test("in a loop make X = N / (R + Z) calls a second")
  func interactiveLaw() throws {
    var world = world(1)
    world.streams = []
    world.incidents = []
    world.quotas = []
    world.deployments = [
      DeploymentPlan(
        name: "one", model: "vendor/model", price: world.deployments[0].price,
        latency: LatencyPlan(timeToFirstToken: .constant(2e9), timePerOutputToken: .constant(0)))
    ]
    world.policy = ["routes": ["chat": "one", "extract": "one"]]
    world.services = ServicesPlan()
    world.gatewayFaults = []
    world.end = at(.seconds(1_300))
    world.clients = [
      (
        "people",
        [
          "arrivals": ["users": ["count": 12, "think": "4s"]], "alias": "chat",
          "tokens": ["input": 1, "output": 1],
        ]
      )
    ]
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    // 12 / (2 + 4) = 2 calls a second: the k-th of a user comes at 4 + 6k s, until the horizon.
    #expect(result.requests.count == 12 * 200)
    #expect(Set(result.requests.map(\.call)).count == result.requests.count)
  }
}

private func at(_ duration: Duration) -> Instant { Instant.start.advanced(by: duration) }

extension Setting {
  /// The object with another value under `key`.
  fileprivate func with(_ key: String, _ value: Setting) -> Setting {
    Setting(
      .object((without(key).members ?? []) + [Member(key: key, keyPosition: .code, value: value)]))
  }

  /// The object without `key`.
  fileprivate func without(_ key: String) -> Setting {
    Setting(.object((members ?? []).filter { $0.key != key }))
  }
}
