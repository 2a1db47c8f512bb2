import Settings
import Testing
import Vocabulary

@testable import GatewayCore

extension PriceSheet {
  /// Dollars per million input, cached and output tokens.
  static func perMillion(_ input: Double, cached: Double? = nil, _ output: Double) -> PriceSheet {
    PriceSheet(
      input: TokenPrice(femtodollars: Int64(input * 1e9)),
      cachedInput: TokenPrice(femtodollars: Int64((cached ?? input) * 1e9)),
      output: TokenPrice(femtodollars: Int64(output * 1e9)))
  }
}

@Suite("Cheapest's parameters")
struct CheapestParameterTests {
  private let unit: Setting = ["cheapest": ["price": "unit", "zeroIsUnknown": true]]

  @Test("LiteLLM co-basic: the lowest input + output unit price, whatever the tokens", .tags(.fact))
  func litellmUnit() throws {
    var one = try Choosing(
      unit, weights: [1, 1, 1],
      sheets: [.perMillion(3, 15), .perMillion(10, 2), .perMillion(1, 14)])
    for (input, cap) in [(1_000_000, 1), (1, 100_000)] as [(UInt32, UInt32)] {
      one.request.inputTokens = input
      one.request.outputCap = cap
      #expect(one.choose() == 1)
    }
  }

  @Test(
    "LiteLLM co-unmapped, co-zero: an unknown price is dear, and an explicit 0 is unknown",
    .tags(.fact))
  func litellmUnknown() throws {
    var one = try Choosing(unit, weights: [1, 1], sheets: [nil, .perMillion(1_000, 1_000)])
    #expect(one.choose() == 1)
    var other = try Choosing(
      unit, weights: [1, 1], sheets: [.perMillion(0, 0), .perMillion(1_000, 1_000)])
    #expect(other.choose() == 1)
  }

  @Test("LiteLLM co-cooldown: the cheapest that is left, of equals the first", .tags(.fact))
  func litellmLeft() throws {
    var one = try Choosing(
      unit, weights: [1, 1, 1],
      sheets: [.perMillion(1, 1), .perMillion(2, 2), .perMillion(2, 2)])
    #expect(one.choose([1, 2]) == 1)
  }

  @Test("expects the share of the prompt that it is told to be cached")
  func cached() throws {
    let sheets: [PriceSheet?] = [.perMillion(4, cached: 0.4, 4), .perMillion(2, 4)]
    var none = try Choosing("cheapest", weights: [1, 1], sheets: sheets)
    #expect(none.choose() == 1)
    var most = try Choosing(
      ["cheapest": ["cachedShare": "80%"]], weights: [1, 1], sheets: sheets)
    // 0.2 · 4 + 0.8 · 0.4 = 1.12 against 2.
    #expect(most.choose() == 0)
  }

  @Test("learns each child's output and cached share from its answers")
  func learns() throws {
    var one = try Choosing(
      ["cheapest": ["expect": "observed"]], weights: [1, 1],
      sheets: [.perMillion(1, 10), .perMillion(1, 8)])
    one.request.outputCap = .max
    #expect(one.choose() == 1)
    for _ in 0..<200 {
      for (child, tokens) in [(0, UInt32(100)), (1, 1_000)] {
        one.strategy.ended(
          child,
          AttemptObservation(
            outcome: .succeeded, elapsed: 1, untilFirstToken: 1,
            usage: Usage(inputTokens: 1_000, cachedInputTokens: 500, outputTokens: tokens)),
          at: .start)
      }
    }
    // The second is terser by price, wordier by habit.
    #expect(one.choose() == 0)
    // 1,000 · $1/M + 100 · $10/M, in picodollars.
    #expect(one.score(0) == 2_000_000_000)
  }

  @Test("does not ask to be told of attempts if it learns nothing")
  func silent() throws {
    #expect(try Choosing("cheapest", weights: [1]).strategy.observes == false)
    #expect(
      try Choosing(["cheapest": ["expect": "observed"]], weights: [1]).strategy.observes == true)
  }
}

@Suite("Price-weighted")
struct PriceWeightedTests {
  private let sheets: [PriceSheet?] = [.perMillion(1, 1), .perMillion(2, 2), .perMillion(3, 3)]

  private func make(_ more: [(String, Setting)] = []) throws -> Choosing {
    try Choosing(["price-weighted": .members(more)], weights: [1, 1, 1], sheets: sheets)
  }

  private func fail(_ one: inout Choosing, _ child: Int, at now: Instant = .start) {
    for _ in 0..<3 { one.ended(child, .status(503), at: now) }
  }

  @Test("OpenRouter: at a third of the price a provider is nine times as likely", .tags(.fact))
  func nineToOne() throws {
    var one = try make()
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose([0, 2])] += 1 }
    // The 99.9 % point with one degree of freedom.
    #expect(chiSquare([counts[0], counts[2]], shares: [9, 1]) < 10.83)
  }

  @Test("OpenRouter: with recent outages at B the order is A or C first, B last", .tags(.fact))
  func outage() throws {
    var one = try make()
    fail(&one, 1)
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(counts[1] == 0)
    #expect(chiSquare([counts[0], counts[2]], shares: [9, 1]) < 10.83)
    // A is tried, C is tried, then B.
    #expect(one.choose([1, 2]) == 2)
    #expect(one.choose([1]) == 1)
  }

  @Test("OpenRouter: an outage is forgotten after 30 s", .tags(.fact))
  func forgets() throws {
    var one = try make([("exponent", 0)])
    fail(&one, 1)
    #expect((0..<200).allSatisfy { _ in one.choose(at: at(.seconds(20))) != 1 })
    #expect((0..<200).contains { _ in one.choose(at: at(.seconds(31))) == 1 })
  }

  @Test("is an outage only with enough failures and a large enough share of them")
  func threshold() throws {
    for (failed, succeeded, isOut) in [(1, 0, false), (2, 0, true), (2, 2, true), (2, 3, false)] {
      var one = try make([("exponent", 0)])
      for _ in 0..<failed { one.ended(1, .status(500)) }
      for _ in 0..<succeeded { one.ended(1) }
      let seen = (0..<300).contains { _ in one.choose() == 1 }
      #expect(seen == !isOut, "\(failed) of \(failed + succeeded)")
    }
  }

  @Test("of all with outages draws as if none had one")
  func allOut() throws {
    var one = try make()
    for child in 0..<3 { fail(&one, child) }
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(chiSquare(counts, shares: [36, 9, 4]) < 13.82)
  }

  @Test("takes any exponent, and leaves out what is too dear")
  func parameters() throws {
    var cubed = try make([("exponent", 3)])
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[cubed.choose()] += 1 }
    #expect(chiSquare(counts, shares: [1, 1.0 / 8, 1.0 / 27]) < 13.82)
    var narrow = try make([("within", 2.5)])
    #expect((0..<500).allSatisfy { _ in narrow.choose() != 2 })
  }

  @Test("draws free children alike, and nothing that costs beside them")
  func free() throws {
    var one = try Choosing(
      "price-weighted", weights: [1, 1, 1], sheets: [.perMillion(0, 0), nil, .perMillion(1, 1)])
    #expect((0..<100).allSatisfy { _ in one.choose() == 0 })
    #expect(one.choose([1]) == 1)
  }

  @Test("draws free children by their weights: one of weight 0 gets nothing")
  func freeByWeight() throws {
    var one = try Choosing(
      "price-weighted", weights: [0, 1, 3],
      sheets: [.perMillion(0, 0), .perMillion(0, 0), .perMillion(0, 0)])
    var counts = [0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(counts[0] == 0)
    #expect(chiSquare(Array(counts[1...]), shares: [1, 3]) < 10.83)
  }
}

@Suite("Cheapest within an objective")
struct CheapestWithinTests {
  private func make(_ more: [(String, Setting)] = []) throws -> Choosing {
    try Choosing(
      ["cheapest-within": .members([("within", "1s"), ("share", "90%"), ("minimum", 10)] + more)],
      weights: [1, 1, 1])
  }

  private func show(_ one: inout Choosing, _ child: Int, kept: Int, of all: Int) {
    for number in 0..<all {
      one.ended(child, took: number < kept ? .milliseconds(900) : .milliseconds(1_100))
    }
  }

  @Test("takes the cheapest child that has kept it often enough")
  func cheapest() throws {
    var one = try make()
    show(&one, 0, kept: 17, of: 20)
    show(&one, 1, kept: 18, of: 20)
    show(&one, 2, kept: 20, of: 20)
    #expect(one.choose() == 1)
  }

  @Test("counts a failure as a miss and a cancelled attempt not at all")
  func failures() throws {
    var one = try make()
    show(&one, 0, kept: 18, of: 18)
    for _ in 0..<50 { one.ended(0, .cancelled) }
    #expect(one.choose() == 0)
    for _ in 0..<3 { one.ended(0, .status(500), took: .milliseconds(5)) }
    show(&one, 1, kept: 10, of: 10)
    #expect(one.choose() == 1)
  }

  @Test("takes the most likely child if none keeps it, of equals the cheaper")
  func likeliest() throws {
    var one = try make()
    show(&one, 0, kept: 2, of: 20)
    show(&one, 1, kept: 10, of: 20)
    show(&one, 2, kept: 10, of: 20)
    #expect(one.choose() == 1)
  }

  @Test(
    "OpenRouter preferred_max_latency: who misses a cutoff comes last, nobody is excluded",
    .tags(.fact))
  func last() throws {
    var one = try make()
    show(&one, 0, kept: 0, of: 20)
    #expect(one.choose() == 1)
    #expect(one.choose([0]) == 0)
  }

  @Test("OpenRouter: cutoffs are judged over the last five minutes", .tags(.fact))
  func window() throws {
    var one = try make()
    show(&one, 0, kept: 0, of: 20)
    #expect(one.choose(at: at(.seconds(270))) == 1)
    #expect(one.choose(at: at(.seconds(301))) == 0)
  }

  @Test("an unknown child meets it, misses it, or is judged by all together")
  func coldStart() throws {
    for (rule, expected) in [("meets", 0), ("misses", 2), ("peers", 2)] {
      var one = try make([("coldStart", Setting(.string(rule)))])
      show(&one, 1, kept: 0, of: 10)
      show(&one, 2, kept: 10, of: 10)
      #expect(one.choose() == expected, "\(rule)")
    }
  }

  @Test("with a confidence judges by Wilson's lower end: 20 of 20 is no proof of 90 %")
  func confidence() throws {
    var one = try make([("confidence", 1.96), ("coldStart", "misses")])
    show(&one, 0, kept: 20, of: 20)
    show(&one, 1, kept: 100, of: 100)
    // n/(n + z²): 0.839 and 0.963.
    #expect(one.choose() == 1)
  }

  @Test("holds a speed per token as well")
  func speed() throws {
    var one = try Choosing(
      ["cheapest-within": ["signal": "perOutputToken", "within": "25ms", "minimum": 1]],
      weights: [1, 1])
    for (child, milliseconds) in [(0, 30), (1, 20)] {
      one.strategy.ended(
        child,
        AttemptObservation(
          outcome: .succeeded, elapsed: Int64(100 + 100 * milliseconds) * 1_000_000,
          untilFirstToken: 100_000_000, usage: Usage(inputTokens: 1, outputTokens: 101),
          streams: true), at: .start)
    }
    #expect(one.choose() == 1)
  }
}
