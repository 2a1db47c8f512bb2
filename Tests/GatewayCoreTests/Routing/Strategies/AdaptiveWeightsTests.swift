import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Adaptive weights")
struct AdaptiveWeightsTests {
  private func shares(_ one: inout Choosing, at now: Instant, _ count: Int) -> [Int] {
    var counts = Array(repeating: 0, count: count)
    for _ in 0..<8_000 { counts[one.choose(at: now)] += 1 }
    return counts
  }

  @Test("weighs by errors and by latency against the peers, by hand")
  func formula() throws {
    var one = try Choosing("adaptive-weights", weights: [1, 1, 2])
    for number in 0..<20 {
      one.ended(0, number < 2 ? .status(500) : .succeeded, took: .milliseconds(100))
      one.ended(1, took: .milliseconds(300))
      one.ended(2, took: .milliseconds(100))
    }
    // Errors 10 % of at most 20 %: ½. Latency 300 against a mean of 100: ⅓. The third: 2.
    #expect(
      chiSquare(shares(&one, at: at(.seconds(5)), 3), shares: [0.5, 1.0 / 3, 2]) < 13.82)
  }

  @Test("Bifrost: weights are computed every 5 s and stand in between", .tags(.fact))
  func interval() throws {
    var one = try Choosing("adaptive-weights", weights: [1, 1])
    _ = one.choose(at: at(.seconds(5)))
    for _ in 0..<50 { one.ended(0, .status(500), at: at(.seconds(6))) }
    #expect(chiSquare(shares(&one, at: at(.milliseconds(9_999)), 2), shares: [1, 1]) < 10.83)
    #expect(chiSquare(shares(&one, at: at(.seconds(10)), 2), shares: [0.05, 1]) < 10.83)
  }

  @Test("Bifrost: a floor keeps a trickle going, by which recovery is seen", .tags(.fact))
  func floor() throws {
    var one = try Choosing(["adaptive-weights": ["floor": 0.1]], weights: [1, 1])
    for _ in 0..<50 { one.ended(0, .totalTimeout) }
    #expect(chiSquare(shares(&one, at: .start, 2), shares: [0.1, 1]) < 10.83)
    for _ in 0..<50 { one.ended(0, at: at(.seconds(70))) }
    #expect(chiSquare(shares(&one, at: at(.seconds(75)), 2), shares: [1, 1]) < 10.83)
  }

  @Test("Bifrost: starts at full weight", .tags(.fact))
  func coldStart() throws {
    var one = try Choosing("adaptive-weights", weights: [2, 1])
    for _ in 0..<9 { one.ended(0, .status(500)) }
    #expect(chiSquare(shares(&one, at: .start, 2), shares: [2, 1]) < 10.83)
  }
}
