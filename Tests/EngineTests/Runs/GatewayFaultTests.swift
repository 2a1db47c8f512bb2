import GatewayCore
import Measures
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A fault of the gateway itself")
struct GatewayFaultTests {
  private func world(_ seed: UInt64) -> World {
    var world = World(swarm: seed)
    // Requests in flight go on; what a limit or a queue had promised them is not looked at here.
    if case .object(let members) = world.policy.content {
      world.policy = .members(
        members.filter { $0.key != "limits" }.map { ($0.key, $0.value) })
    }
    return world
  }

  @Test("a crash breaks what is in flight: each request ends once, and no later than the crash")
  func crash() throws {
    for seed in UInt64(100)..<140 {
      var world = world(seed)
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
      var world = world(seed)
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
      var world = world(seed)
      let at = Instant.start.advanced(by: .milliseconds(1_500 + Int(seed) * 50))
      var later = world
      later.policy = ["routes": ["chat": "south/d", "extract": "south/c"]]
      world.gatewayFaults = [GatewayFault(.reload(try later.plan()), at: at)]
      let result = try world.run()
      // What these promise is told to the laws for the first policy only.
      let allowed: Set<Law> = [.boundsHold, .attemptMaximum]
      let broken = result.breaches.kept.filter { !allowed.contains($0.law) }
      #expect(broken.isEmpty, "seed \(seed): \(broken.prefix(3))")
      #expect(result.requests.count + result.tally.requests.open == 60, "seed \(seed)")
      for attempt in result.attempts where attempt.started > at {
        #expect(attempt.deployment == DeploymentID(attempt.alias.index == 0 ? 3 : 2))
      }
    }
  }
}
