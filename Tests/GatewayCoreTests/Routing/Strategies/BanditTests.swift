import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// A bandit in a world where child i succeeds with probability `success[i]`; its choices.
private func play(
  _ setting: Setting, success: [Double], rounds: Int, seed: UInt64 = 1
) throws -> [Int] {
  var one = try Choosing(setting, weights: success.map { _ in 1 })
  var random = SplitMix64(seed: seed)
  return (0..<rounds).map { round in
    let now = at(.seconds(round))
    let child = one.choose(at: now)
    one.started(child, at: now)
    let wins = Double.random(in: 0..<1, using: &random) < success[child]
    one.ended(child, wins ? .succeeded : .status(503), at: now)
    return child
  }
}

@Suite("Epsilon-greedy")
struct EpsilonGreedyTests {
  @Test("chooses the best with probability 1 − ε + ε/n, the others with ε/n")
  func shares() throws {
    var one = try Choosing(["epsilon-greedy": 0.3], weights: [1, 1, 1])
    for (child, failures) in [9, 0, 5].enumerated() {
      for number in 0..<10 { one.ended(child, number < failures ? .status(500) : .succeeded) }
    }
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(chiSquare(counts, shares: [0.1, 0.8, 0.1]) < 13.82)
  }

  @Test("tries each child once before it believes anything")
  func untried() throws {
    var one = try Choosing(["epsilon-greedy": 0], weights: [1, 1, 1])
    var seen: Set<Int> = []
    for _ in 0..<3 {
      let child = one.choose()
      seen.insert(child)
      one.started(child)
    }
    #expect(seen == [0, 1, 2])
  }

  @Test("with a memory finds a child again that has become good")
  func memory() throws {
    var one = try Choosing(
      ["epsilon-greedy": ["epsilon": 0, "memory": "10s"]], weights: [1, 1])
    for _ in 0..<100 { one.ended(0, .status(500)) }
    for number in 0..<100 { one.ended(1, number < 50 ? .succeeded : .status(500)) }
    #expect(one.choose() == 1)
    one.ended(0, at: at(.seconds(60)))
    #expect(one.choose(at: at(.seconds(60))) == 0)
  }

  @Test("goes by the stated reward: time, cost, or what both are worth")
  func rewards() throws {
    for (reward, expected): (Setting, Int) in [
      ("success", 0), (["latency": ["failureTime": "1s"]], 1),
      (["cost": ["failureCost": "$0.01"]], 2),
      (["combination": ["success": 1, "perSecond": 0.01, "perDollar": 0.1]], 0),
      (["combination": ["success": 0, "perSecond": 1, "perDollar": 0.5]], 1),
    ] {
      var one = try Choosing(
        ["epsilon-greedy": ["epsilon": 0, "reward": reward]], weights: [1, 1, 1])
      // Reliable but slow and dear; quick; cheap.
      for (child, fails, seconds, dollars) in [
        (0, 0, 3, 0.5), (1, 2, 1, 0.6), (2, 2, 5, 0.01),
      ] as [(Int, Int, Int64, Double)] {
        for number in 0..<10 {
          one.strategy.ended(
            child,
            AttemptObservation(
              outcome: number < fails ? .status(500) : .succeeded,
              elapsed: seconds * 1_000_000_000, untilFirstToken: 1,
              estimate: Money(picodollars: Int64(dollars * 1e12))), at: .start)
        }
      }
      #expect(one.choose() == expected, "\(reward.found)")
    }
  }

  @Test("a failure is as bad a time or a price as is stated, so failing fast does not pay")
  func failures() throws {
    for reward: Setting in [
      ["latency": ["failureTime": "20s"]], ["cost": ["failureCost": "$1"]],
    ] {
      var one = try Choosing(
        ["epsilon-greedy": ["epsilon": 0, "reward": reward]], weights: [1, 1])
      one.ended(0, .status(500), took: .milliseconds(1))
      one.ended(1, took: .seconds(10))
      #expect(one.choose() == 1)
    }
  }
}

@Suite("UCB1")
struct UCB1Tests {
  @Test("takes the largest mean + √(2·ln N / n), by hand")
  func index() throws {
    var one = try Choosing("ucb1", weights: [1, 1])
    for number in 0..<10 { one.ended(0, number < 8 ? .succeeded : .status(500)) }
    for number in 0..<2 { one.ended(1, number < 1 ? .succeeded : .status(500)) }
    // Nothing is in flight: plays are rewards.
    // 0.8 + √(2·2.4849/10) = 1.505; 0.5 + √(2·2.4849/2) = 2.076.
    #expect(one.choose() == 1)
    for number in 0..<20 { one.ended(1, number < 10 ? .succeeded : .status(500)) }
    // 0.8 + √(2·3.4657/10) = 1.633; 0.5 + √(2·3.4657/22) = 1.061.
    #expect(one.choose() == 0)
  }

  @Test("counts attempts in flight as plays, so it does not send all to one")
  func inFlight() throws {
    var one = try Choosing("ucb1", weights: [1, 1, 1])
    var counts = [0, 0, 0]
    for _ in 0..<30 {
      let child = one.choose()
      counts[child] += 1
      one.started(child)
    }
    #expect(counts == [10, 10, 10])
  }

  @Test("regret grows as the logarithm: the worse child is played less and less often")
  func regret() throws {
    let choices = try play("ucb1", success: [0.9, 0.6], rounds: 4_000)
    // Auer et al.: E[plays] ≤ 8·ln n/Δ² + 1 + π²/3 = 741 for n = 4,000.
    let plays = choices.count { $0 == 1 }
    #expect(plays < 741 && plays > 20)
    #expect(choices.suffix(1_000).count { $0 == 1 } < choices.prefix(1_000).count { $0 == 1 })
  }

  @Test("with a memory tries an idle child again")
  func idle() throws {
    var one = try Choosing(["ucb1": ["memory": "60s"]], weights: [1, 1])
    for _ in 0..<50 {
      one.started(0)
      one.ended(0)
      one.started(1)
      one.ended(1, .status(500))
    }
    var seen = false
    for second in 0..<600 {
      let now = at(.seconds(second))
      let child = one.choose(at: now)
      seen = seen || child == 1
      one.started(child, at: now)
      one.ended(child, child == 0 ? .succeeded : .status(500), at: now)
    }
    #expect(seen)
  }
}

@Suite("Thompson sampling")
struct ThompsonSamplingTests {
  @Test("of Beta(9, 3) and Beta(3, 3) chooses the first as often as its draw is larger")
  func beta() throws {
    var one = try Choosing("thompson-sampling", weights: [1, 1])
    for number in 0..<10 { one.ended(0, number < 8 ? .succeeded : .status(500)) }
    for number in 0..<4 { one.ended(1, number < 2 ? .succeeded : .status(500)) }
    var count = 0
    for _ in 0..<8_000 where one.choose() == 0 { count += 1 }
    // P(X > Y) = Σ_{i<9} B(3 + i, 6)/((3 + i)·…): summed below over whole shapes.
    let expected = probability(9, 3, over: 3, 3)
    let error = (expected * (1 - expected) / 8_000).squareRoot()
    #expect(abs(Double(count) / 8_000 - expected) < 3.3 * error + 0.002)
  }

  /// P(Beta(a, b) > Beta(c, d)) for whole shapes: Σ_{i<a} B(c + i, b + d)/((b + i)·B(1 + i, b)·B(c, d)).
  private func probability(_ a: Int, _ b: Int, over c: Int, _ d: Int) -> Double {
    func beta(_ x: Int, _ y: Int) -> Double {
      var value = 1.0 / Double(y)
      for i in 0..<y where i > 0 { value *= Double(i) }
      var rising = 1.0
      for i in 0..<y where i >= 0 { rising *= Double(x + i) }
      return value * Double(y) / rising
    }
    var sum = 0.0
    for i in 0..<a { sum += beta(c + i, b + d) / (Double(b + i) * beta(1 + i, b) * beta(c, d)) }
    return sum
  }

  @Test("its table of gamma quantiles is the exact quantile to 0.002 standard deviations")
  func table() {
    var worst = 0.0
    for shape in [1, 1.1, 1.37, 2, 3.3, 7, 19.5, 100, 700, 5_000, 1e6] as [Double] {
      for step in 1..<200 {
        let uniform = Double(step) / 200
        let exact = Elementary.gammaQuantile(shape, uniform)
        let read = GammaTable.shared.quantile(shape, uniform)
        worst = max(worst, abs(read - exact) / shape.squareRoot())
      }
    }
    #expect(worst < 0.002)
  }

  @Test("plays the best child more and more, and the others never wholly stop")
  func learns() throws {
    let choices = try play("thompson-sampling", success: [0.5, 0.9, 0.7], rounds: 2_000)
    #expect(choices.suffix(500).count { $0 == 1 } > 450)
    #expect(choices.count { $0 == 0 } > 3)
  }

  @Test("with a continuous reward draws from a normal: equal means alike, a worse one less")
  func normal() throws {
    var one = try Choosing(
      ["thompson-sampling": ["reward": "latency", "spread": 0.5]], weights: [1, 1, 1])
    for _ in 0..<20 {
      for (child, milliseconds) in [1_000, 1_000, 1_100].enumerated() {
        one.ended(child, took: .milliseconds(milliseconds))
      }
    }
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(chiSquare(Array(counts[0..<2]), shares: [1, 1]) < 10.83)
    #expect(counts[2] < counts[0] / 10 && counts[2] > 0)
  }

  @Test("keys each child's draws by its name: an unused child beside it changes nothing")
  func keyed() throws {
    var three = try Choosing("thompson-sampling", weights: [1, 1, 1])
    var four = try Choosing("thompson-sampling", weights: [1, 1, 1, 1])
    for call in 0..<300 as Range<UInt64> {
      #expect(three.choose(call: call) == four.choose([0, 1, 2], call: call))
    }
  }
}
