import GatewayCore
import Measures
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A fault of the gateway itself")
struct GatewayFaultTests {
  @Test("a crash breaks what is in flight: each request ends once, and no later than the crash")
  func crash() throws {
    for seed in UInt64(100)..<140 {
      var world = World(swarm: seed)
      let instants = (1...8).map {
        Instant.start.advanced(by: .milliseconds($0 * 700 + Int(seed)))
      }
      world.gatewayFaults = instants.map { GatewayFault(.crash, at: $0) }
      let result = try world.run()
      #expect(
        result.breaches.kept.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      #expect(result.requests.count + result.tally.requests.open == 60, "seed \(seed)")
      for record in result.requests where record.source != .cache {
        let crosses = instants.contains { record.arrived < $0 && $0 < record.ended }
        #expect(!crosses, "seed \(seed): \(record.number) outlived a crash")
      }
    }
  }

  @Test("a restart at any instant loses no request: each ends once, and is noted")
  func restart() throws {
    for seed in UInt64(0)..<40 {
      var world = World(swarm: seed)
      world.gatewayFaults = (1...8).map {
        GatewayFault(
          .restart, at: Instant.start.advanced(by: .milliseconds($0 * 700 + Int(seed))),
          replica: $0 % 3 == 0 ? 0 : nil)
      }
      let result = try world.run()
      let broken = result.breaches.kept
      #expect(broken.isEmpty, "seed \(seed): \(broken.prefix(3))")
      #expect(result.requests.count + result.tally.requests.open == 60, "seed \(seed)")
      let noted = result.notes.filter { $0.kind == .restarted }.count
      #expect(noted == 6 * world.replicas + 2, "seed \(seed)")
    }
  }

  @Test("a reload at any instant loses no request, and later ones take the new routes")
  func reload() throws {
    for seed in UInt64(0)..<40 {
      var world = World(swarm: seed)
      let at = Instant.start.advanced(by: .milliseconds(1_500 + Int(seed) * 50))
      var later = world
      later.policy = ["routes": ["chat": "south/d", "extract": "south/c"]]
      world.gatewayFaults = [GatewayFault(.reload(try later.plan()), at: at)]
      let result = try world.run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      #expect(result.requests.count + result.tally.requests.open == 60, "seed \(seed)")
      for attempt in result.attempts where attempt.started > at {
        #expect(attempt.deployment == DeploymentID(attempt.alias.index == 0 ? 3 : 2))
      }
    }
  }

  @Test("after a reload the laws judge by the new policy: from there and back, at any replica")
  func reloadThereAndBack() throws {
    for seed in UInt64(200)..<240 {
      var world = World(swarm: seed)
      let first = try world.plan()
      var other = World(swarm: seed + 1_000)
      other.deployments = world.deployments
      let second = try other.plan()
      for step in 1...6 {
        let at = Instant.start.advanced(by: .milliseconds(step * 900 + Int(seed)))
        let plan = step % 2 == 1 ? second : first
        world.gatewayFaults.append(
          GatewayFault(.reload(plan), at: at, replica: step % 3 == 0 ? 0 : nil))
      }
      let result = try world.run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      #expect(result.requests.count + result.tally.requests.open == 60, "seed \(seed)")
    }
  }

  @Test("a reload that says the same of limits keeps what they hold; another begins anew")
  func reloadKeepsLimits() throws {
    func admitted(_ later: Setting) throws -> (Int, Breaches) {
      var world = World(swarm: 7, replicas: false)
      world.incidents = []
      world.streams = [Stream(name: "one", count: 40, gap: .milliseconds(50), bodies: 100_000)]
      let limits: Setting = [["requests": "6/h", "burst": 6]]
      world.policy = ["routes": ["chat": "north/a", "extract": "north/a"], "limits": limits]
      var second = world
      second.policy = ["routes": ["chat": "south/d", "extract": "south/d"], "limits": later]
      world.gatewayFaults = [
        GatewayFault(.reload(try second.plan()), at: Instant.start.advanced(by: .seconds(1)))
      ]
      let result = try world.run()
      return (result.requests.filter { $0.rejection == .none }.count, result.breaches)
    }
    let (kept, none) = try admitted([["requests": "6/h", "burst": 6]])
    #expect(kept == 6 && none.isEmpty)
    let (anew, also) = try admitted([["requests": "7/h", "burst": 7]])
    #expect(anew == 13 && also.isEmpty)
  }

  @Test("reservations of requests that a restart meets in flight are forgotten with it, not leaked")
  func restartMeetsReservations() throws {
    for charge in ["reserve", "after", "checkThenCharge"] {
      var world = World(swarm: 3, replicas: false)
      world.incidents = []
      world.streams = [Stream(name: "one", count: 60, gap: .milliseconds(60), bodies: 100_000)]
      world.policy = [
        "routes": ["chat": "north/a", "extract": "north/a"],
        "limits": [
          ["totalTokens": "20k/s", "burst": 20_000, "charge": Setting(.string(charge))],
          ["inFlight": 4], ["each": "deployment", "inFlight": 3],
          ["each": "team", "outputTokens": "8k/s", "burst": 8_000, "charge": "reserve"],
        ],
      ]
      world.gatewayFaults = (1...5).map {
        GatewayFault(
          $0 % 2 == 0 ? .crash : .restart, at: Instant.start.advanced(by: .milliseconds($0 * 611)))
      }
      let result = try world.run()
      #expect(result.breaches.isEmpty, "\(charge): \(result.breaches.kept.prefix(3))")
      // Every life admits again: nothing of an earlier one blocks it.
      let last = Instant.start.advanced(by: .milliseconds(5 * 611))
      #expect(result.requests.contains { $0.arrived > last && $0.rejection == .none })
      #expect(result.notes.contains { $0.kind == .reconciled })
    }
  }
}
