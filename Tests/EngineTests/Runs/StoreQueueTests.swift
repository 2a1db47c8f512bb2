import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Requests that wait for what a central store has refused.
@Suite("A queue before a central store")
struct StoreQueueTests {
  /// 240 requests at 5 ms each to a provider that never fails, under a limit with a queue.
  private func world(
    state: Setting = "central", limit: [(String, Setting)] = [("requests", "50/s"), ("burst", 5)],
    queue: [(String, Setting)] = [("longest", "60s")], replicas: Int = 1, latency: Double = 0,
    more: [(String, Setting)] = [], count: Int = 240
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents) = ([], [])
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults = []
    }
    world.streams = [
      Stream(name: "one", count: count, gap: .milliseconds(5), bodies: 1_000_000)
    ]
    world.policy = .members(
      [
        ("routes", ["chat": "north/a", "extract": "north/a"]),
        (
          "limits", Setting(.array([.members(limit + [("state", state)])])).moved(to: "")
        ),
        ("queue", .members([("capacity", 1_000)] + queue)),
      ] + more)
    world.replicas = replicas
    world.gossipLag = nil
    world.services[.store] = ServicePlan(latency: .constant(latency * 1e6))
    return world
  }

  private func waits(_ result: RunResult) -> [Int64] {
    result.attempts.sorted { $0.request < $1.request }.map {
      $0.arrived.nanoseconds(to: $0.started)
    }
  }

  @Test(
    "is one before a limit of the replica's own, to the microsecond, if the store needs no time")
  func asLocal() throws {
    for order in ["fifo", "lifo"] {
      let queue: [(String, Setting)] = [
        ("longest", "60s"), ("order", Setting(.string(order))),
      ]
      let local = try world(state: "local", queue: queue).run()
      let central = try world(queue: queue).run()
      #expect(local.breaches.isEmpty && central.breaches.isEmpty)
      let (own, stores) = (waits(local), waits(central))
      #expect(own.count == 240 && stores.count == 240)
      #expect(own.contains { $0 > 2_000_000_000 })
      // The store says when a request would pass in whole microseconds.
      #expect(zip(own, stores).allSatisfy { 0 <= $1 - $0 && $1 - $0 <= 1_000 * 240 })
    }
  }

  @Test("admits at the store's rate whatever its answers take, and each request once")
  func rate() throws {
    for (replicas, latency) in [(1, 2.0), (1, 40), (3, 2), (3, 40)] {
      let result = try world(replicas: replicas, latency: latency).run()
      #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
      #expect(result.requests.count == 240)
      #expect(result.requests.allSatisfy { $0.end == .succeeded })
      let starts = result.attempts.map(\.started.nanoseconds).sorted()
      // 235 after the burst, at 50 a second: 4.7 s; the window opens within some round trips.
      let took = Double(starts[239] - starts[0]) / 1e9
      #expect(took >= 4.69 && took < 4.69 * 1.15, "\(replicas), \(latency) ms: \(took) s")
      // Who waits does not ask all the time: at most with each replica's next.
      let asked = result.requests.reduce(0) { $0 + Int($1.sideCalls) }
      #expect(asked < 240 * (replicas + 2), "\(replicas), \(latency) ms: \(asked) questions")
    }
  }

  @Test("keeps the order of arrival at one replica")
  func order() throws {
    let result = try world(
      queue: [("longest", "60s"), ("byPriority", false)], latency: 2
    ).run()
    let starts = result.attempts.sorted { $0.request < $1.request }.map(\.started)
    let inversions = zip(starts, starts.dropFirst()).filter { $0 > $1 }.count
    // Only those overtake who were out together.
    #expect(inversions <= 5)
  }

  @Test("sheds who has waited for too long, whom there is no room for, and who comes too late")
  func shed() throws {
    for (queue, why) in [
      ([("longest", "500ms")], Note.Shedding.late),
      ([("longest", "60s"), ("capacity", 10)], .full),
      ([("longest", "60s"), ("capacity", 10), ("order", "lifo")], .evicted),
    ] as [([(String, Setting)], Note.Shedding)] {
      for replicas in [1, 3] {
        var world = world(replicas: replicas, latency: 5)
        guard case .object(var members) = world.policy.content else { return }
        members.removeAll { $0.key == "queue" }
        world.policy = Setting(.object(members)).moved(to: "")
        world.policy = .members(
          members.map { ($0.key, $0.value) } + [
            (
              "queue",
              .members(
                queue.contains { $0.0 == "capacity" } ? queue : [("capacity", 1_000)] + queue)
            )
          ])
        let result = try world.run()
        #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
        #expect(result.requests.count == 240)
        let reasons = Set(
          result.notes.filter { $0.kind == .dequeued && $0.value == 1 }.map(\.subject))
        #expect(reasons.contains(why.rawValue), "\(why), \(replicas)")
        #expect(result.requests.contains { $0.rejection == .shed })
        if why == .late {
          for record in result.requests where record.rejection == .shed {
            // At the latest when the answer that is out has come.
            let waited = record.arrived.nanoseconds(to: record.ended)
            #expect(waited <= 500_000_000 + 2 * 5_000_000)
          }
        }
      }
    }
  }

  @Test("gives back what the replica's own limits had given, and takes them again")
  func undone() throws {
    let result = try world(
      latency: 3,
      more: [
        ("concurrency", [["each": "everyone", "by": ["fixed": 40]]])
      ]
    ).run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    #expect(result.requests.count == 240 && result.requests.allSatisfy { $0.end == .succeeded })
  }

  @Test("loses nobody when clients leave, the store is silent, or replicas start anew")
  func troubles() throws {
    for ending in [GatewayFault.Kind.restart, .crash] {
      for onFailure in ["open", "closed", "local"] {
        var world = world(
          state: ["central": ["onFailure": Setting(.string(onFailure)), "deadline": "20ms"]],
          replicas: 3, latency: 4, more: [("attempts", ["request": "1500ms"])])
        world.services.incidents = [
          ServiceIncident(
            .store, from: Instant.start.advanced(by: .milliseconds(300)),
            until: Instant.start.advanced(by: .milliseconds(600)), .down(after: nil))
        ]
        world.gatewayFaults = (1...3).map {
          GatewayFault(
            ending, at: Instant.start.advanced(by: .milliseconds($0 * 350)), replica: $0 - 1)
        }
        let result = try world.run()
        #expect(result.requests.count == 240, "\(onFailure)")
        #expect(result.breaches.isEmpty, "\(onFailure): \(result.breaches.kept.prefix(2))")
        let isCrash = if case .crash = ending { true } else { false }
        let waited = result.notes.filter { $0.kind == .queued }.count
        let left = result.notes.filter { $0.kind == .dequeued }.count
        #expect(waited > 20 && (isCrash || left >= waited), "\(waited), \(left)")
      }
    }
  }

  @Test("is the same with a slow wire")
  func slowWire() throws {
    let world = world(latency: 4)
    #expect(try world.run().ends == SlowWire(world).run().ends)
  }
}
