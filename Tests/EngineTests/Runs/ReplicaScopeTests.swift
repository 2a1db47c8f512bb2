import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// Three replicas under one limit: what they admit together, by the scope of the limit's state.
@Suite("The scope of a limit's state")
struct ReplicaScopeTests {
  /// Many requests at once, none of which fails.
  private func world(
    _ limit: Setting, policy more: [(String, Setting)] = [], replicas: Int = 3,
    lag: Duration? = .milliseconds(200), count: Int = 240, gap: Duration = .milliseconds(5)
  ) -> World {
    var world = World(swarm: 1, replicas: false)
    (world.quotas, world.incidents) = ([], [])
    for place in world.deployments.indices {
      world.deployments[place].quota = nil
      world.deployments[place].faults = []
    }
    world.streams = [Stream(name: "one", count: count, gap: gap, bodies: 1_000_000)]
    world.policy = .members(
      [
        ("routes", ["chat": "north/a", "extract": "north/a"]),
        ("limits", Setting(.array([limit])).moved(to: "")),
      ] + more)
    world.replicas = replicas
    world.gossipLag = lag
    return world
  }

  private func store(_ milliseconds: Double) -> ServicesPlan {
    var services = ServicesPlan()
    services[.store] = ServicePlan(latency: .constant(milliseconds * 1e6))
    return services
  }

  private func admitted(_ result: RunResult) -> Int {
    result.requests.filter { $0.rejection == .none }.count
  }

  /// A limit of 20 at once and 20 a minute: within a second or two nothing comes back.
  private func limit(_ state: Setting, _ more: [(String, Setting)] = []) -> Setting {
    .members([("requests", "20/min"), ("burst", 20), ("state", state)] + more)
  }

  @Test("multiplies what is admitted by the replicas if it is local")
  func local() throws {
    let result = try world(limit("local")).run()
    #expect(admitted(result) == 60)
    #expect(result.breaches.isEmpty)
  }

  @Test("admits what one bucket holds, and what the lag lets pass, if it is gossiped")
  func gossiped() throws {
    // All within the lag: nobody has heard of anybody.
    let blind = try world(limit("gossiped"), lag: .seconds(30)).run()
    #expect(admitted(blind) == 60)
    #expect(blind.breaches.isEmpty)
    // Told at once, they admit what one would.
    let told = try self.world(limit("gossiped"), lag: .zero).run()
    #expect(admitted(told) == 20)
    #expect(told.breaches.isEmpty)
    // With a lag between, something between.
    let some = try self.world(limit("gossiped"), lag: .milliseconds(30)).run()
    #expect((21...59).contains(admitted(some)))
    #expect(some.breaches.isEmpty)
    #expect(some.notes.filter { $0.kind == .limiterCounted }.count == 2 * admitted(some))
  }

  @Test("has an envelope that is reached: within the lag, and with what comes back in it")
  func tight() throws {
    let lag = Duration.seconds(5)
    let world = world(
      ["requests": "2/s", "burst": 20, "state": "gossiped"], lag: lag, count: 2_400)
    let result = try world.run()
    #expect(result.breaches.isEmpty)
    let envelope = try world.plan().limitEnvelopes(replicas: 3, lag: lag)[0]
    func charged(from: Double, to: Double) -> Int {
      result.notes.filter {
        $0.kind == .limiterCharged && Double($0.at.nanoseconds) >= from * 1e9
          && Double($0.at.nanoseconds) <= to * 1e9
      }.count
    }
    let most = try #require(envelope.most(in: lag, replicas: 3))
    #expect(most == Int128(3 * (20 + 2 * 5)))
    #expect((Int(most) - 3...Int(most)).contains(charged(from: 0, to: 5)))
    #expect(envelope.most(in: .zero, replicas: 3) == Int128(60))
    // Then the debt is known, and for a long time nothing is admitted.
    #expect(charged(from: 5.1, to: 12) == 0)
    // One replica has the plain envelope.
    #expect(try world.plan().limitEnvelopes()[0].fleetSlack == nil)
  }

  @Test(
    "is bounded in the long run by one rate if it is gossiped, by each replica's if it is local")
  func longRun() throws {
    // 10 a second for 20 s, offered 50 a second.
    func run(_ state: Setting) throws -> RunResult {
      try world(
        ["requests": "10/s", "burst": 5, "state": state], count: 1_000, gap: .milliseconds(20)
      ).run()
    }
    let (gossiped, local) = (try run("gossiped"), try run("local"))
    #expect(gossiped.breaches.isEmpty && local.breaches.isEmpty)
    let seconds =
      Double(
        gossiped.requests.reduce(0) { max($0, $1.arrived.nanoseconds) }) / 1e9
    #expect(Double(admitted(gossiped)) <= 5 + 10 * seconds + 2 * (5 + 10 * 0.2))
    #expect(admitted(gossiped) > Int(10 * seconds) - 10)
    #expect(admitted(local) > 2 * admitted(gossiped))
  }

  @Test("is exact whatever is in flight if it is central")
  func central() throws {
    for latency in [0.0, 3, 40] {
      var world = world(limit("central"), lag: nil)
      world.services = store(latency)
      let result = try world.run()
      #expect(admitted(result) == 20, "latency \(latency)")
      #expect(result.breaches.isEmpty)
      #expect(result.requests.allSatisfy { $0.sideCalls == 1 })
      let first = result.attempts.map { $0.arrived.nanoseconds(to: $0.started) }.min()
      #expect(first == Int64(latency * 1e6))
    }
  }

  @Test("costs nothing with one replica: no delta is published, and the records are those of local")
  func alone() throws {
    let one = try world(limit("gossiped"), replicas: 1).run()
    let other = try world(limit("local"), replicas: 1).run()
    #expect(one.text == other.text)
  }

  @Test(
    "lets a request in if a silent store means open, and notes it", arguments: ["late", "down"])
  func open(how: String) throws {
    var world = world(limit(["central": ["deadline": "10ms", "onFailure": "open"]]), lag: nil)
    world.services = store(how == "late" ? 30 : 1)
    if how == "down" {
      world.services.incidents = [
        ServiceIncident(.store, from: .start, until: .distantFuture, .down(after: nil))
      ]
    }
    let result = try world.run()
    #expect(admitted(result) == 240)
    #expect(result.breaches.isEmpty)
    #expect(result.notes.filter { $0.kind == .storeFailed && $0.value == 0 }.count == 240)
    // Each has waited until the deadline.
    #expect(
      result.attempts.allSatisfy { $0.arrived.nanoseconds(to: $0.started) == 10_000_000 })
  }

  @Test("refuses with the stated status if a silent store means closed", arguments: [429, 503])
  func closed(status: Int) throws {
    var world = world(
      limit([
        "central": ["onFailure": "closed", "status": Setting(integerLiteral: status)]
      ]), lag: nil)
    world.services = store(1)
    let (from, until) = (
      Instant.start.advanced(by: .milliseconds(300)), Instant.start.advanced(by: .milliseconds(600))
    )
    world.services.incidents = [
      ServiceIncident(.store, from: from, until: until, .down(after: .milliseconds(2)))
    ]
    let result = try world.run()
    #expect(result.breaches.isEmpty)
    let silent = result.requests.filter { from <= $0.arrived && $0.arrived < until }
    #expect(silent.count > 30)
    for record in silent {
      #expect(record.end == .rejected && record.rejection == .limit && record.limit == 0)
      #expect(record.outcome == .status(UInt16(status)))
      #expect(record.arrived.nanoseconds(to: record.ended) == 2_000_000)
    }
    #expect(admitted(result) == 20)
  }

  @Test("lets each replica judge alone if a silent store means local")
  func judgesAlone() throws {
    var world = world(limit(["central": ["onFailure": "local"]]), lag: nil)
    world.services = store(1)
    world.services.incidents = [
      ServiceIncident(.store, from: .start, until: .distantFuture, .down(after: .zero))
    ]
    let result = try world.run()
    // Three buckets of their own.
    #expect(admitted(result) == 60)
    #expect(result.breaches.isEmpty)
    #expect(try world.plan().limitNames == ["limits[0]", "limits[0] (stand-in)"])
  }

  @Test("is slow where the store is, and says so at its deadline")
  func slow() throws {
    var world = world(limit(["central": ["deadline": "25ms"]]), lag: nil)
    world.services = store(10)
    let half = Instant.start.advanced(by: .milliseconds(500))
    world.services.incidents = [
      ServiceIncident(.store, from: half, until: .distantFuture, .slow(4))
    ]
    let result = try world.run()
    #expect(result.breaches.isEmpty)
    for record in result.requests where record.rejection == .none {
      let isSlow = record.arrived >= half
      let asked = result.notes.contains { $0.kind == .storeFailed && $0.request == record.number }
      #expect(asked == isSlow)
    }
  }

  @Test("gives back what a request reserved and did not use, also to a store that was down then")
  func reconciled() throws {
    for state: Setting in ["gossiped", "central"] {
      var world = world(
        [
          "outputTokens": "1k/s", "burst": 4_000, "charge": "reserve", "state": state,
        ], policy: [("concurrency", [["each": "everyone", "by": ["fixed": 40]]])])
      world.services = store(2)
      world.services.incidents = [
        ServiceIncident(
          .store, from: Instant.start.advanced(by: .milliseconds(400)),
          until: Instant.start.advanced(by: .seconds(20)), .down(after: .zero))
      ]
      let result = try world.run()
      #expect(result.breaches.isEmpty, "\(state): \(result.breaches.kept.prefix(2))")
      let charged = Set(
        result.notes.filter { $0.kind == .limiterCharged && $0.subject == 0 && $0.value > 0 }.map(
          \.request))
      let settled = Set(result.notes.filter { $0.kind == .reconciled }.map(\.request))
      #expect(!charged.isEmpty && charged.isSubset(of: settled))
    }
  }

  @Test("keeps what is in flight together: never more, and all of it comes back")
  func inFlight() throws {
    for state: Setting in ["gossiped", "central"] {
      var world = world(["inFlight": 5, "state": state], lag: .zero, count: 300)
      world.services = store(1)
      let result = try world.run()
      #expect(result.breaches.isEmpty, "\(state): \(result.breaches.kept.prefix(2))")
      var (out, most) = (0, 0)
      for note in result.notes where note.kind == .limiterCharged {
        out += Int(note.value)
        most = max(most, out)
      }
      #expect(out == 0 && most == 5, "\(state): \(most)")
    }
  }

  @Test("undoes the replica's own limits if the store refuses: all are charged, or none")
  func undone() throws {
    var world = world(limit("central"), lag: nil, count: 100)
    world.policy = [
      "routes": ["chat": "north/a", "extract": "north/a"],
      "limits": [
        ["requests": "20/min", "burst": 20, "state": "central"],
        ["requests": "1k/min", "burst": 1_000], ["inFlight": 1_000],
        ["totalTokens": "100k/min", "burst": 1_000_000],
      ],
    ]
    world.services = store(1)
    let result = try world.run()
    #expect(admitted(result) == 20)
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(2))")
    func net(_ subject: UInt16) -> Int64 {
      result.notes.filter { $0.kind == .limiterCharged && $0.subject == subject }.reduce(0) {
        $0 + $1.value
      }
    }
    #expect(net(0) == 20 && net(1) == 20 && net(2) == 0)
    let used = result.requests.filter { $0.rejection == .none }.reduce(Int64(0)) {
      $0 + Int64($1.inputTokens + $1.outputTokens)
    }
    #expect(net(3) == used)
  }

  @Test("leaves what others have in flight to them when a replica starts anew")
  func restart() throws {
    for ending in [GatewayFault.Kind.restart, .crash] {
      for state: Setting in ["gossiped", "central", "local"] {
        var world = world(["inFlight": 5, "state": state], lag: .milliseconds(5), count: 800)
        world.services = store(1)
        world.gatewayFaults = (1...3).map {
          GatewayFault(
            ending, at: Instant.start.advanced(by: .milliseconds($0 * 400)), replica: $0 - 1)
        }
        let result = try world.run()
        #expect(result.breaches.isEmpty, "\(state): \(result.breaches.kept.prefix(2))")
        let last = Instant.start.advanced(by: .milliseconds(1_300))
        #expect(result.requests.contains { $0.arrived > last && $0.rejection == .none }, "\(state)")
      }
    }
  }

  @Test("gets back at a rolling reload what the replica that has left its policy had in flight")
  func rollingReload() throws {
    for scope: Setting in ["everyone", "deployment"] {
      func limit(_ most: Setting) -> Setting {
        ["inFlight": most, "each": scope, "state": "central"]
      }
      var world = world(limit(5), lag: nil, count: 800)
      world.services = store(1)
      var other = world
      other.policy = self.world(limit(50), lag: nil).policy
      let instant = Instant.start.advanced(by: .milliseconds(300))
      // One replica goes over to other limits, and with it to another store.
      world.gatewayFaults = [
        GatewayFault(.reload(try other.plan()), at: instant, replica: 0)
      ]
      let result = try world.run()
      #expect(result.requests.count == 800)
      #expect(result.breaches.isEmpty, "\(scope): \(result.breaches.kept.prefix(2))")
      let left = result.notes.filter { $0.kind == .limiterCharged }.reduce(0) { $0 + $1.value }
      #expect(left == 0, "\(scope)")
      // The two that have stayed still share five.
      var (out, most) = (0, 0)
      for note in result.notes
      where note.kind == .limiterCharged && (note.replica.index != 0 || note.at < instant) {
        out += Int(note.value)
        most = max(most, out)
      }
      #expect(out == 0 && most == 5, "\(scope): \(out), \(most)")
    }
  }

  @Test("is asked by a driver with a slow wire as by the simulation, and each request ends once")
  func slowWire() throws {
    for onFailure in ["open", "closed", "local"] {
      var world = world(
        limit(
          ["central": ["deadline": "40ms", "onFailure": Setting(.string(onFailure))]],
          [("charge", "reserve")]), replicas: 1, lag: nil)
      world.services = store(4)
      world.services.incidents = [
        ServiceIncident(
          .store, from: Instant.start.advanced(by: .milliseconds(300)),
          until: Instant.start.advanced(by: .milliseconds(600)), .down(after: nil))
      ]
      let simulated = try world.run().ends
      let driven = try SlowWire(world).run().ends
      #expect(simulated == driven, "\(onFailure)")
      let wire = try SlowWire(
        world, wire: .init(delay: .milliseconds(400), repeats: 0.5))
      let result = wire.run()
      #expect(result.requests.count == 240 && wire.held == 0)
      #expect(result.breaches.isEmpty, "\(onFailure): \(result.breaches.kept.prefix(2))")
    }
  }
}
