import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Weighted random")
struct WeightedRandomTests {
  @Test("chooses in proportion to the weights")
  func proportion() throws {
    let weights = [5.0, 3, 1, 1]
    var one = try Choosing("weighted-random", weights: weights)
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[one.choose()] += 1 }
    // The 99.9 % point of chi-square with three degrees of freedom.
    #expect(chiSquare(counts, shares: weights) < 16.27)
  }

  @Test("shares among the candidates that are left in proportion to theirs")
  func subset() throws {
    var one = try Choosing("weighted-random", weights: [5, 3, 1, 1])
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[one.choose([1, 3])] += 1 }
    #expect(counts[0] == 0 && counts[2] == 0)
    // The 99.9 % point with one degree of freedom.
    #expect(chiSquare([counts[1], counts[3]], shares: [3, 1]) < 10.83)
  }

  @Test("never chooses a child without weight, unless none has any")
  func weightless() throws {
    var one = try Choosing("weighted-random", weights: [0, 1, 0])
    #expect((0..<1_000).allSatisfy { _ in one.choose() == 1 })
    var none = try Choosing("weighted-random", weights: [0, 0, 0])
    #expect(Set((0..<100).map { _ in none.choose() }) == [0, 1, 2])
  }
}
