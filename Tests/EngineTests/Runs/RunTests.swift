import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A run")
struct RunTests {
  @Test("has the same records for the same seed, and others for another")
  func sameSeed() throws {
    for seed in UInt64(0)..<12 {
      let world = World(swarm: seed)
      let (one, two) = try (world.run().text, world.run().text)
      #expect(one == two, "seed \(seed)")
      var other = world
      other.seed = seed + 1_000
      #expect(try other.run().text != one, "seed \(seed)")
    }
  }

  @Test("has the same records whether only the next or every deadline is queued")
  func mergedDeadlines() throws {
    for seed in UInt64(0)..<40 {
      var world = World(swarm: seed)
      let merged = try world.run().text
      world.mergesDeadlines = false
      #expect(try world.run().text == merged, "seed \(seed)")
    }
  }

  @Test("ends at its end: what is open is counted, not lost")
  func openAtTheEnd() throws {
    for seed in UInt64(0)..<20 {
      var world = World(swarm: seed)
      world.end = Instant.start.advanced(by: .seconds(3))
      let result = try world.run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      #expect(
        result.tally.requests.entered == result.requests.count + result.tally.requests.open,
        "seed \(seed)")
    }
  }

  @Test("spends the doubled bill on doubled prices, over the same routes")
  func doubledPrices() throws {
    for seed in UInt64(0)..<30 {
      var world = World(swarm: seed, money: false)
      let one = try world.run()
      for place in world.deployments.indices {
        world.deployments[place].price = world.deployments[place].price * 2
      }
      let two = try world.run()
      #expect(one.requests.map(\.call) == two.requests.map(\.call), "seed \(seed)")
      #expect(one.requests.map(\.ended) == two.requests.map(\.ended), "seed \(seed)")
      #expect(one.attempts.map(\.deployment) == two.attempts.map(\.deployment), "seed \(seed)")
      for (a, b) in zip(one.attemptTruths, two.attemptTruths) {
        // Each bill is rounded once: twice a rounded number is off by at most one picodollar.
        #expect(abs(a.bill.picodollars * 2 - b.bill.picodollars) <= 1, "seed \(seed)")
      }
    }
  }

  @Test("estimates by the gateway's own sheet and bills by the provider's")
  func twoLedgers() throws {
    var world = World(swarm: 3)
    world.policy = ["routes": ["chat": "north/a", "extract": "south/c"]]
    world.priceFactor = 3
    let result = try world.run()
    var compared = 0
    for (record, truth) in zip(result.attempts, result.attemptTruths) where record.outcome.isSuccess
    {
      #expect(abs(truth.bill.picodollars * 3 - record.estimate.picodollars) <= 3)
      compared += 1
    }
    #expect(compared > 10)
  }
}

@Suite("A potential outcome")
struct PotentialOutcomeTests {
  /// Incidents and quotas are facts of time and load, not of the call alone: without them.
  private func world(_ seed: UInt64) -> World {
    var world = World(swarm: seed, replicas: false)
    world.incidents = []
    world.quotas = []
    for place in world.deployments.indices { world.deployments[place].quota = nil }
    world.policy = [
      "routes": [
        "chat": ["fallback": ["north/a", "south/c", "north/b"]],
        "extract": ["fallback": ["south/d", "north/a"]],
      ],
      "attempts": ["retry": ["max": 1], "total": "5s"],
    ]
    for place in world.streams.indices { world.streams[place].patience = nil }
    return world
  }

  private func agree(_ one: World, _ other: World, _ seed: UInt64) throws -> Int {
    let a = try one.run().outcomes(one.deployments.map(\.name))
    let b = try other.run().outcomes(other.deployments.map(\.name))
    var shared = 0
    for (key, outcome) in a {
      guard let same = b[key] else { continue }
      shared += 1
      #expect(outcome == same, "seed \(seed): \(key)")
    }
    return shared
  }

  @Test("does not change when a deployment that nobody uses is put first")
  func unusedDeployment() throws {
    for seed in UInt64(0)..<10 {
      let one = world(seed)
      var other = one
      var extra = other.deployments[0]
      extra.name = "unused"
      other.deployments.insert(extra, at: 0)
      #expect(try agree(one, other, seed) >= 60)
    }
  }

  @Test("does not change when a fallback list is reversed")
  func reversedFallback() throws {
    var shared = 0
    for seed in UInt64(0)..<10 {
      let one = world(seed)
      var other = one
      other.policy = [
        "routes": [
          "chat": ["fallback": ["north/b", "south/c", "north/a"]],
          "extract": ["fallback": ["north/a", "south/d"]],
        ],
        "attempts": ["retry": ["max": 1], "total": "5s"],
      ]
      shared += try agree(one, other, seed)
    }
    #expect(shared > 50)
  }

  @Test("does not change when another stream is merged in")
  func otherStream() throws {
    for seed in UInt64(0)..<10 {
      let one = world(seed)
      var other = one
      other.streams.insert(Stream(name: "three", count: 50, gap: .milliseconds(30)), at: 0)
      #expect(try agree(one, other, seed) >= 60)
    }
  }

  @Test("does not change with the number of replicas")
  func replicas() throws {
    for seed in UInt64(0)..<10 {
      let one = world(seed)
      var other = one
      other.replicas = 3
      #expect(try agree(one, other, seed) >= 60)
    }
  }
}
