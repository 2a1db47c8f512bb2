import Depth
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

  /// Records, bills, what was asked beside, and notes, in their order.
  private func books(_ result: RunResult) -> [String] {
    result.requests.indices.map { "\(result.requests[$0]) \(result.requestTruths[$0].bill)" }
      + result.attempts.indices.map { "\(result.attempts[$0]) \(result.attemptTruths[$0].bill)" }
      + result.sideCalls + result.notes.map { "\($0)" }
  }

  /// Whether both keep the same books, to the last byte.
  private func compare(_ world: World, _ name: String) throws -> (records: Int, deltas: Int) {
    let simulated = try world.run()
    let wire = try SlowWire(world)
    let driven = wire.run(hangsUp: false)
    let (expected, found) = (books(simulated), books(driven))
    if let place = zip(expected, found).enumerated().first(where: { $0.1.0 != $0.1.1 })?.offset {
      Issue.record("\(name), line \(place): \(found[place])\nin the simulation \(expected[place])")
    }
    #expect(expected.count == found.count, "\(name)")
    let counts = [simulated.tally, driven.tally].map {
      [
        $0.requests.entered, $0.requests.left, $0.sideCalls.entered, $0.sideCalls.left,
      ]
    }
    #expect(counts[0] == counts[1], "\(name)")
    #expect(wire.complaints.isEmpty, "\(name): \(wire.complaints.prefix(3))")
    let breaches = [simulated, driven].flatMap(\.breaches.kept)
    #expect(breaches.isEmpty, "\(name): \(breaches.prefix(3))")
    return (found.count, wire.rumours)
  }

  @Test("that neither delays nor repeats keeps the books of the simulation", arguments: 0..<4)
  func sameBooks(part: Int) throws {
    var records = 0
    for seed in stride(from: UInt64(part), to: Depth.of(60, deep: 120), by: 4) {
      records += try compare(World(swarm: seed, caches: seed % 2 == 1), "seed \(seed)").records
    }
    #expect(records > Depth.of(4_000, deep: 10_000))
  }

  @Test(
    "keeps the books of the simulation where replicas tell each other, ask stores and start anew",
    arguments: 0..<4)
  func sameBooksWithScopes(part: Int) throws {
    var (records, rumours) = (0, 0)
    // Then three in which a store goes on while policies come and go, and one in which a store keeps
    // a request from what is tried last, the first child.
    let seeds = Array(UInt64(0)..<Depth.of(80, deep: 160)) + [633, 735, 1_113, 1_436]
    for seed in seeds where seed % 4 == UInt64(part) {
      var world = World(swarm: seed, caches: seed % 2 == 1)
      try world.addScopes(seed: seed)
      if seed % 3 == 0 { try world.addRollout(seed: seed) }
      let counts = try compare(world, "seed \(seed) with scopes")
      records += counts.records
      rumours += counts.deltas
    }
    #expect(records > Depth.of(5_000, deep: 10_000), "\(records) records")
    #expect(rumours > Depth.of(500, deep: 1_000), "\(rumours) deltas")
  }

  @Test(
    "that delays, reorders and repeats reports sees every request end exactly once",
    arguments: zip([0, 5, 400, 5_000, 400], [1.0, 0.5, 0, 0.3, 1.0]))
  func endsOnce(milliseconds: Int, repeats: Double) throws {
    var (late, whispers): (Int, UInt64) = (0, 0)
    for seed in UInt64(0)..<45 {
      var world = World(swarm: seed, replicas: false)
      if seed >= 30 { try world.addScopes(seed: seed) }
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
      whispers += wire.whispers
    }
    #expect(late > 0)
    #expect(whispers > 100 || milliseconds == 0)
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
