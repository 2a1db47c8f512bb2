import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Smooth weighted round robin")
struct SmoothWeightedRoundRobinTests {
  @Test("over {5, 1, 1} says a a b a c a a, again and again")
  func nginx() throws {
    var one = try Choosing("smooth-weighted-round-robin", weights: [5, 1, 1])
    let said = (0..<14).map { _ in ["a", "b", "c"][one.choose()] }.joined(separator: " ")
    #expect(said == "a a b a c a a a a b a c a a")
  }

  @Test("gives each child exactly its share in every cycle")
  func cycles() throws {
    try forEverySeed(0..<50) { seed, random in
      let weights = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        Int.random(in: 1...9, using: &random)
      }
      var one = try Choosing("smooth-weighted-round-robin", weights: weights.map { Double($0) })
      for _ in 0..<3 {
        var counts = weights.map { _ in 0 }
        for _ in 0..<weights.reduce(0, +) { counts[one.choose()] += 1 }
        #expect(counts == weights, "seed \(seed)")
      }
    }
  }

  @Test("takes turns among the candidates that are left")
  func subset() throws {
    var one = try Choosing("smooth-weighted-round-robin", weights: [1, 1, 1])
    #expect((0..<6).map { _ in one.choose([0, 2]) } == [0, 2, 0, 2, 0, 2])
  }
}
