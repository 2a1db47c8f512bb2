import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Lowest usage")
struct LowestUsageTests {
  private func end(
    _ one: inout Choosing, _ child: Int, input: UInt32 = 30, output: UInt32 = 20,
    cost: Int64 = 0, _ outcome: Outcome = .succeeded, at now: Instant = .start
  ) {
    one.strategy.ended(
      child,
      AttemptObservation(
        outcome: outcome, elapsed: 1, untilFirstToken: 1,
        usage: Usage(inputTokens: input, outputTokens: output),
        estimate: Money(picodollars: cost)), at: now)
  }

  @Test(
    "LiteLLM u1-basic: tokens of this minute, strictly fewest, ties by first completion",
    .tags(.fact))
  func versionOne() throws {
    let story = try replay(
      ["lowest-usage": ["window": "1m", "successes": true, "ties": "firstUsed"]], children: 2,
      at: (0..<20).map { .seconds($0 * 2) }, draws: []
    ) { _, _ in ReplayedAnswer(took: .milliseconds(100), input: 30, output: 20) }
    #expect(story == String(repeating: "ab", count: 10))
  }

  @Test(
    "LiteLLM u2-basic: tokens of this UTC minute, ties drawn, pick by pick as in its run",
    .tags(.fact))
  func versionTwo() throws {
    let draws = [
      0.5665615751722809, 0.7457817572627011, 0.9710027535867962, 0.4443592170557721,
      0.44426470082635805, 0.762894391911761, 0.877348686764173, 0.5230671798509814,
      0.28550868439696664, 0.7939966056623056, 0.4041421690502257, 0.6054203689753291,
      0.4549379074702896, 0.5300789975015889, 0.43596539982472504, 0.16703498914055104,
      0.645334640219506, 0.8153505833680997, 0.6817049733805886, 0.8843245635397898,
    ]
    let story = try replay(
      ["lowest-usage": ["window": "1m", "successes": true, "ties": "random"]], children: 2,
      at: (0..<20).map { .seconds($0 * 2) }, draws: draws
    ) { _, _ in ReplayedAnswer(took: .milliseconds(100), input: 30, output: 20) }
    #expect(story == "babaabbaababababbaba")
  }

  @Test(
    "LiteLLM: a tie goes to whoever completed first in this minute, not first in the list",
    .tags(.fact))
  func firstCompleted() throws {
    var one = try Choosing(
      ["lowest-usage": ["window": "1m", "successes": true, "ties": "firstUsed"]],
      weights: [1, 1, 1])
    for child in [2, 0, 1] { end(&one, child) }
    #expect(one.choose() == 2)
    // In the next minute nobody has completed anything.
    #expect(one.choose(at: at(.seconds(60))) == 0)
    for child in [1, 2] { end(&one, child, at: at(.seconds(61))) }
    #expect(one.choose([1, 2], at: at(.seconds(62))) == 1)
  }

  @Test("Kong lowest-usage: by accumulated tokens or by cost", .tags(.fact))
  func kong() throws {
    var tokens = try Choosing("lowest-usage", weights: [1, 1])
    var cost = try Choosing(["lowest-usage": ["of": "cost"]], weights: [1, 1])
    for (child, output, price) in [(0, UInt32(500), Int64(3)), (1, 100, 9)] {
      end(&tokens, child, output: output, cost: price)
      end(&cost, child, output: output, cost: price)
    }
    #expect(tokens.choose() == 1)
    #expect(cost.choose() == 0)
    // Without a window it never forgets.
    #expect(tokens.choose(at: at(.seconds(1_000_000))) == 1)
  }

  @Test("counts per weight, input or output alone, and requests when they start")
  func units() throws {
    var weighted = try Choosing("lowest-usage", weights: [3, 1])
    end(&weighted, 0, input: 100, output: 0)
    end(&weighted, 1, input: 50, output: 0)
    #expect(weighted.choose() == 0)
    for (of, expected) in [("inputTokens", 1), ("outputTokens", 0)] {
      var one = try Choosing(["lowest-usage": ["of": Setting(.string(of))]], weights: [1, 1])
      end(&one, 0, input: 90, output: 10)
      end(&one, 1, input: 10, output: 90)
      #expect(one.choose() == expected)
    }
    var requests = try Choosing(["lowest-usage": ["of": "requests"]], weights: [1, 1])
    requests.started(0)
    #expect(requests.choose() == 1)
  }

  @Test("leaves out failed attempts if told to")
  func successes() throws {
    for (only, expected) in [(true, 0), (false, 1)] {
      var one = try Choosing(
        ["lowest-usage": ["successes": Setting(.bool(only))]], weights: [1, 1])
      end(&one, 0, .brokenStream)
      #expect(one.choose() == expected)
    }
  }

  @Test("windows: on a grid, from each child's first use, or sliding")
  func windows() throws {
    for (kind, at30, at61, at91) in [
      ("aligned", 1, 0, 0), ("firstUse", 1, 1, 0), ("sliding", 1, 1, 0),
    ] {
      var one = try Choosing(
        ["lowest-usage": ["window": "1m", "kind": Setting(.string(kind))]], weights: [1, 1])
      end(&one, 0, at: at(.seconds(30)))
      #expect(one.choose(at: at(.seconds(30))) == at30, "\(kind)")
      #expect(one.choose(at: at(.seconds(61))) == at61, "\(kind)")
      #expect(one.choose(at: at(.seconds(91))) == at91, "\(kind)")
    }
  }

  @Test("the sliding sums are those of a plain list, to a slice")
  func twin() throws {
    forEverySeed(0..<12) { seed, random in
      var sums = SlicedSums(window: 1_200, slices: 12, lanes: 2)
      sums.prepare(3)
      var list: [(child: Int, amount: Int64, slice: Int64)] = []
      var now: Int64 = 0
      for _ in 0..<200 {
        now += Int64.random(in: 0...(Bool.random(using: &random) ? 40 : 900), using: &random)
        let child = Int.random(in: 0..<3, using: &random)
        let amount = Int64.random(in: 0...9, using: &random)
        sums.add(amount, to: child, lane: 1, at: Instant(nanoseconds: now))
        list.append((child, amount, now / 100))
        let other = Int.random(in: 0..<3, using: &random)
        let expected = list.filter { $0.child == other && now / 100 - $0.slice < 12 }
          .reduce(Int64(0)) { $0 + $1.amount }
        let at = Instant(nanoseconds: now)
        #expect(sums.look(other, lane: 1, at: at) == expected, "seed \(seed)")
        #expect(sums.total(other, lane: 1, at: at) == expected, "seed \(seed)")
        #expect(sums.total(other, lane: 0, at: at) == 0, "seed \(seed)")
      }
    }
  }

  @Test("who was counted first is a question to windows that begin")
  func firstOfSliding() throws {
    let error = #expect(throws: SettingError.self) {
      try Choosing(
        ["lowest-usage": ["window": "1m", "kind": "sliding", "ties": "firstUsed"]],
        weights: [1, 1])
    }
    #expect("\(try #require(error))".contains("has no first count"))
  }
}
