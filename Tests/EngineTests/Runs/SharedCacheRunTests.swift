import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Replicas that share a cache, in whole runs.
@Suite("Caches that replicas share, in runs")
struct SharedCacheRunTests {
  private static let central: Setting = ["central": ["deadline": "50ms"]]

  /// A thousand calls for a hundred bodies, over three minutes.
  private func world(
    _ caches: [(String, Setting)], replicas: Int = 1, latency: Double = 0,
    more: [(String, Setting)] = []
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents) = ([], [])
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults = []
    }
    world.policy = .members(
      [("routes", ["chat": "north/a", "extract": "north/a"]), ("cache", .members(caches))] + more)
    world.streams = [Stream(name: "one", count: 1_000, gap: .milliseconds(180), bodies: 100)]
    world.replicas = replicas
    let service = ServicePlan(latency: .constant(latency))
    (world.services[.cache], world.services[.vectors]) = (service, service)
    world.services[.embedding] = ServicePlan(latency: .constant(5e6))
    return world
  }

  private func exact(_ state: Setting, _ more: [(String, Setting)] = []) -> [(String, Setting)] {
    let rule: [(String, Setting)] = [("ttl", "40s"), ("capacity", 60), ("state", state)]
    return [("exact", .members(rule + more))]
  }

  /// One in which nothing expires and everything has room.
  private func ample(_ state: Setting, _ more: [(String, Setting)] = []) -> [(String, Setting)] {
    let rule: [(String, Setting)] = [("ttl", "1h"), ("capacity", 1_000), ("state", state)]
    return [("exact", .members(rule + more))]
  }

  private func semantic(_ state: Setting) -> [(String, Setting)] {
    [("semantic", ["threshold": 0.9, "ttl": "40s", "capacity": 60, "state": state])]
  }

  private func hits(_ result: RunResult) -> Int {
    result.requests.count { $0.source == .cache || $0.source == .semantic }
  }

  @Test("one that needs no time is the replica's own, call by call")
  func sameAsLocal() throws {
    for build in [{ self.exact($0) }, { self.semantic($0) }] as [(Setting) -> [(String, Setting)]] {
      for order in ["admitFirst", "cacheFirst"] {
        let more: [(String, Setting)] = [("order", Setting(.string(order)))]
        let own = try world(build("local"), more: more).run()
        let shared = try world(build(Self.central), more: more).run()
        #expect(hits(own) > 200 && hits(own) < 990)
        #expect(shared.ends == own.ends)
        #expect(own.breaches.isEmpty && shared.breaches.isEmpty)
      }
    }
  }

  @Test("three replicas with one are one replica; with their own they fetch much more")
  func sameAsOne() throws {
    for build in [{ self.exact($0) }, { self.semantic($0) }] as [(Setting) -> [(String, Setting)]] {
      let one = try world(build("local")).run()
      let three = try world(build(Self.central), replicas: 3).run()
      #expect(three.ends == one.ends && three.breaches.isEmpty)
      let alone = try world(build("local"), replicas: 3).run()
      #expect(hits(alone) < hits(one) * 9 / 10)
      #expect(Set(three.requests.map(\.replica)).count == 3)
    }
  }

  @Test("a look takes its service's time and a late one is a miss")
  func latency() throws {
    let quick = try world(exact(Self.central), latency: 4e6).run()
    let found = quick.requests.filter { $0.source == .cache }
    #expect(found.count > 200)
    #expect(found.allSatisfy { $0.arrived.nanoseconds(to: $0.ended) == 4_000_000 })
    let slow = try world(exact(Self.central), latency: 60e6).run()
    #expect(hits(slow) == 0 && slow.breaches.isEmpty)
    let missed = slow.attempts.filter { $0.index == 0 }
    #expect(missed.count == 1_000)
    #expect(missed.allSatisfy { $0.arrived.nanoseconds(to: $0.started) == 50_000_000 })
  }

  @Test("crashes of the replicas take nothing from it; a cache of their own begins anew")
  func crashes() throws {
    func run(_ state: Setting) throws -> (before: RunResult, after: RunResult) {
      var world = world(ample(state), replicas: 2)
      let before = try world.run()
      world.gatewayFaults = [
        GatewayFault(.crash, at: Instant.start.advanced(by: .seconds(60))),
        GatewayFault(.restart, at: Instant.start.advanced(by: .seconds(120))),
      ]
      return (before, try world.run())
    }
    let shared = try run(Self.central)
    #expect(abs(hits(shared.before) - hits(shared.after)) <= 10)
    let own = try run("local")
    #expect(hits(own.after) < hits(own.before) - 60)
    #expect(shared.after.breaches.isEmpty && own.after.breaches.isEmpty)
  }

  @Test("while it is down everybody misses, nothing is kept, and it comes back as it was")
  func down() throws {
    var world = world(ample(Self.central), latency: 1e6)
    let (from, until) = (
      Instant.start.advanced(by: .seconds(60)), Instant.start.advanced(by: .seconds(120))
    )
    world.services.incidents = [
      ServiceIncident(.cache, from: from, until: until, .down(after: .milliseconds(2)))
    ]
    let result = try world.run()
    #expect(result.requests.allSatisfy { $0.end == .succeeded } && result.breaches.isEmpty)
    let during = result.requests.filter { $0.arrived >= from && $0.arrived < until }
    #expect(during.count > 300 && during.allSatisfy { $0.source == .provider })
    let after = result.requests.filter { $0.arrived >= until }
    #expect(after.count { $0.source == .cache } > after.count * 8 / 10)
  }

  @Test("a policy that says the same of caches keeps the shared one at a reload")
  func reload() throws {
    func hits(_ caches: [(String, Setting)]) throws -> Int {
      var world = world(ample(Self.central), replicas: 2)
      let there = try self.world(caches, replicas: 2, more: [("attempts", ["max": 3])]).plan()
      world.gatewayFaults = [
        GatewayFault(.reload(there), at: Instant.start.advanced(by: .seconds(90)))
      ]
      let result = try world.run()
      #expect(result.breaches.isEmpty)
      return self.hits(result)
    }
    let kept = try hits(ample(Self.central))
    let anew = try hits(ample(Self.central, [("buckets", 1)]))
    #expect(kept > anew + 30)
  }
}
