import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A driver with a slow wire")
struct SlowWireTests {
  @Test("that neither delays nor repeats sees every request end as in the simulation")
  func sameEnds() throws {
    var compared = 0
    for seed in UInt64(0)..<80 {
      let world = World(swarm: seed, replicas: false)
      let simulated = try world.run().ends
      let wire = try SlowWire(world)
      let driven = wire.run().ends
      for (call, end) in simulated {
        compared += 1
        #expect(driven[call] == end, "seed \(seed), call \(call)")
      }
      #expect(wire.complaints.isEmpty, "seed \(seed): \(wire.complaints.prefix(3))")
      #expect(wire.held == 0, "seed \(seed)")
    }
    #expect(compared > 4_000)
  }

  @Test(
    "that delays, reorders and repeats reports sees every request end exactly once",
    arguments: zip([0, 5, 400, 5_000, 400], [1.0, 0.5, 0, 0.3, 1.0]))
  func endsOnce(milliseconds: Int, repeats: Double) throws {
    var late = 0
    for seed in UInt64(0)..<30 {
      let world = World(swarm: seed, replicas: false)
      let wire = try SlowWire(
        world, wire: .init(delay: .milliseconds(milliseconds), repeats: repeats))
      let result = wire.run()
      #expect(result.requests.count == 60, "seed \(seed)")
      #expect(Set(result.requests.map(\.call.bits)).count == 60, "seed \(seed)")
      #expect(
        wire.finished.count == 60 && wire.finished.values.allSatisfy { $0 == 1 }, "seed \(seed)")
      #expect(wire.held == 0, "seed \(seed)")
      #expect(wire.complaints.isEmpty, "seed \(seed): \(wire.complaints.prefix(3))")
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      #expect(
        result.attempts.count == result.requests.reduce(0) { $0 + Int($1.attempts) },
        "seed \(seed)")
      late += wire.late
    }
    #expect(late > 0)
  }

  @Test("changes nothing when all it does is say everything twice at once")
  func repeated() throws {
    for seed in UInt64(0)..<30 {
      let world = World(swarm: seed, replicas: false)
      let once = try SlowWire(world).run().ends
      let twice = try SlowWire(world, wire: .init(repeats: 1)).run().ends
      #expect(once == twice, "seed \(seed)")
    }
  }
}
