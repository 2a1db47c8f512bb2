import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Three replicas under a central limit of each deployment: what they send there together.
@Suite("A central limit of a deployment, in a run")
struct AttemptStoreTests {
  private func world(
    _ limit: [(String, Setting)], state: Setting = "central", route: Setting? = nil,
    replicas: Int = 3, latency: Double = 3, count: Int = 240
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents) = ([], [])
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults = []
    }
    world.streams = [Stream(name: "one", count: count, gap: .milliseconds(5), bodies: 1_000_000)]
    let route = route ?? ["fallback": ["north/a", "north/b"]]
    world.policy = .members([
      ("routes", ["chat": route, "extract": route]),
      (
        "limits",
        Setting(.array([.members(limit + [("each", "deployment"), ("state", state)])]))
          .moved(to: "")
      ),
    ])
    world.replicas = replicas
    world.gossipLag = nil
    world.services[.store] = ServicePlan(latency: .constant(latency * 1e6))
    return world
  }

  /// 20 at once and 20 a minute: within a second or two nothing comes back.
  private let twenty: [(String, Setting)] = [("requests", "20/min"), ("burst", 20)]

  private func sent(_ result: RunResult) -> [UInt16: Int] {
    result.attempts.reduce(into: [:]) { $0[$1.deployment.index, default: 0] += 1 }
  }

  private func down(_ world: inout World, after answer: Duration?) {
    world.services.incidents = [
      ServiceIncident(.store, from: .start, until: .distantFuture, .down(after: answer))
    ]
  }

  @Test("is exact at each deployment, whatever is in flight", arguments: [0.0, 3, 40])
  func exact(latency: Double) throws {
    let result = try world(twenty, latency: latency).run()
    #expect(sent(result) == [0: 20, 1: 20])
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    let refused = result.requests.filter { $0.rejection == .limit }
    #expect(refused.count == 200 && refused.allSatisfy { $0.outcome == .status(429) })
    // Who is refused at a waits for two answers, who is refused at both as well.
    for record in refused {
      #expect(record.sideCalls == 2)
      #expect(record.arrived.nanoseconds(to: record.ended) == Int64(2 * latency * 1e6))
    }
    // Local limits let each replica send as much.
    #expect(sent(try world(twenty, state: "local").run()) == [0: 60, 1: 60])
  }

  @Test("keeps what is in flight at a deployment together: never more, and all of it comes back")
  func inFlight() throws {
    for route: Setting in [
      ["fallback": ["north/a", "north/b"]],
      ["balance": "least-in-flight", "over": ["north/a", "north/b"]],
    ] {
      let result = try world([("inFlight", 5)], route: route).run()
      #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
      var (out, most) = ([Int64: Int](), [Int64: Int]())
      for note in result.notes where note.kind == .limiterCharged {
        out[note.other, default: 0] += Int(note.value)
        most[note.other] = max(most[note.other] ?? 0, out[note.other] ?? 0)
      }
      #expect(most == [0: 5, 1: 5] && out.values.allSatisfy { $0 == 0 })
    }
  }

  @Test("reconciles what an attempt reserved with what it used")
  func reconciled() throws {
    let result = try world([
      ("totalTokens", "40k/min"), ("burst", 40_000), ("charge", "reserve"),
    ]).run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    var net: [Int64: Int64] = [:]
    for note in result.notes where note.kind == .limiterCharged {
      net[note.other, default: 0] += note.value
    }
    for (deployment, tokens) in net {
      let used = result.attempts.filter { Int64($0.deployment.index) == deployment }.reduce(
        Int64(0)
      ) { $0 + Int64($1.usage.inputTokens + $1.usage.outputTokens) }
      #expect(tokens == used)
    }
    #expect(result.attempts.count > 10 && result.requests.contains { $0.rejection == .limit })
  }

  @Test("takes the store's silence as it is told, for all replicas")
  func silent() throws {
    for (onFailure, expected) in [
      ("open", [0: 240]), ("closed", [:]), ("local", [0: 60, 1: 60]),
    ] as [(String, [UInt16: Int])] {
      for answer in [Duration.milliseconds(2), nil] {
        var world = world(
          twenty, state: ["central": ["onFailure": Setting(.string(onFailure))]])
        down(&world, after: answer)
        let result = try world.run()
        #expect(sent(result) == expected, "\(onFailure)")
        #expect(result.breaches.isEmpty, "\(onFailure): \(result.breaches.kept.prefix(2))")
        guard onFailure == "closed" else { continue }
        #expect(result.requests.allSatisfy { $0.outcome == .status(503) })
      }
    }
  }

  @Test("keeps its counts when replicas start anew, and loses no request")
  func restart() throws {
    for ending in [GatewayFault.Kind.restart, .crash] {
      var world = world([("inFlight", 5)], latency: 10, count: 800)
      world.gatewayFaults = (1...3).map {
        GatewayFault(
          ending, at: Instant.start.advanced(by: .milliseconds($0 * 300)), replica: $0 - 1)
      }
      let result = try world.run()
      #expect(result.requests.count == 800)
      #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
      var out: [Int64: Int] = [:]
      for note in result.notes where note.kind == .limiterCharged {
        out[note.other, default: 0] += Int(note.value)
      }
      #expect(out == [0: 0, 1: 0], "\(ending)")
      let last = Instant.start.advanced(by: .milliseconds(1_200))
      #expect(result.requests.contains { $0.arrived > last && $0.end == .succeeded })
    }
  }

  @Test("is asked by a driver with a slow wire as by the simulation")
  func slowWire() throws {
    for onFailure in ["open", "closed", "local"] {
      var world = world(
        twenty, state: ["central": ["onFailure": Setting(.string(onFailure))]], replicas: 1)
      world.services.incidents = [
        ServiceIncident(
          .store, from: Instant.start.advanced(by: .milliseconds(300)),
          until: Instant.start.advanced(by: .milliseconds(600)), .down(after: nil))
      ]
      #expect(try world.run().ends == SlowWire(world).run().ends, "\(onFailure)")
    }
  }
}
