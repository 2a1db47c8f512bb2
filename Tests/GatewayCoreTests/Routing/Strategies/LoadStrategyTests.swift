import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Least in flight")
struct LeastInFlightTests {
  @Test("chooses the child with the fewest attempts in flight, the first of equals")
  func fewest() throws {
    var one = try Choosing("least-in-flight", weights: [1, 1, 1])
    #expect(one.choose() == 0)
    one.started(0)
    one.started(1)
    #expect(one.choose() == 2)
    one.started(2)
    one.started(2)
    #expect(one.choose() == 0)
    one.ended(1)
    #expect(one.choose() == 1)
  }

  @Test("counts per weight, and scores by what it judges")
  func weighted() throws {
    var one = try Choosing("least-in-flight", weights: [3, 1])
    for _ in 0..<2 { one.started(0) }
    one.started(1)
    #expect(one.choose() == 0)
    let scores = [one.score(0), one.score(1)].compactMap { $0 }
    #expect(scores == [666, 1_000])
  }

  @Test("counts what other replicas have in flight")
  func remote() throws {
    var one = try Choosing("least-in-flight", weights: [1, 1])
    one.strategy.remoteChanged(0, by: 2)
    one.started(1)
    #expect(one.choose() == 1)
  }
}

@Suite("Power of two")
struct PowerOfTwoTests {
  @Test("never chooses the busier of its two, and never the busiest of all")
  func neverBusier() throws {
    try forEverySeed(0..<40) { seed, random in
      var one = try Choosing("power-of-two", weights: [1, 1, 1, 1, 1])
      var load = [0, 0, 0, 0, 0]
      for child in load.indices {
        load[child] = child * 3 + Int.random(in: 0..<2, using: &random)
        for _ in 0..<load[child] { one.started(child) }
      }
      for _ in 0..<100 {
        #expect(one.choose() != 4, "seed \(seed)")
        #expect(one.choose([1, 3]) == 1, "seed \(seed)")
      }
    }
  }

  @Test(
    "draws all pairs alike: over n children of increasing load the k-th is chosen 2(n − k)/n(n − 1)"
  )
  func pairs() throws {
    var one = try Choosing("power-of-two", weights: [1, 1, 1, 1])
    for child in 0..<4 { for _ in 0..<child { one.started(child) } }
    var counts = [0, 0, 0, 0]
    for _ in 0..<20_000 { counts[one.choose()] += 1 }
    #expect(counts[3] == 0)
    // The 99.9 % point with two degrees of freedom.
    #expect(chiSquare(Array(counts[0..<3]), shares: [3, 2, 1]) < 13.82)
  }

  @Test("takes the only candidate")
  func single() throws {
    var one = try Choosing("power-of-two", weights: [1, 1, 1])
    #expect(one.choose([2]) == 2)
  }
}

@Suite("Peak EWMA")
struct PeakEWMATests {
  private func make(_ more: [(String, Setting)] = [], children: Int = 2) throws -> Choosing {
    try Choosing(
      ["peak-ewma": .members([("samples", 0), ("decay", "10s"), ("initial", "1s")] + more)],
      weights: Array(repeating: 1, count: children))
  }

  @Test("jumps to a peak at once")
  func peak() throws {
    var one = try make()
    one.started(0)
    one.ended(0, took: .seconds(8))
    #expect(one.score(0) == 8_000_000_000)
    #expect(one.choose() == 1)
  }

  @Test("moves down slowly: after one time constant e⁻¹ of the old value is kept")
  func decays() throws {
    var one = try make()
    one.started(0)
    one.ended(0, took: .seconds(8))
    let later = at(.seconds(10))
    let kept = 0.367_879_441_171
    // Reading decays the average…
    #expect(abs(Double(try #require(one.score(0, at: later))) - 8e9 * kept) < 10)
    // … and a lower sample weighs 1 − e⁻¹.
    one.started(0, at: later)
    one.ended(0, took: .seconds(1), at: later)
    let expected = 8e9 * kept + 1e9 * (1 - kept)
    #expect(abs(Double(try #require(one.score(0, at: later))) - expected) < 10)
  }

  @Test("counts the load: each attempt in flight makes a child dearer by its average")
  func load() throws {
    var one = try make()
    one.started(0)
    #expect(one.score(0) == 2_000_000_000)
    #expect(one.choose() == 1)
    one.strategy.remoteChanged(1, by: 2)
    #expect(one.choose() == 0)
  }

  @Test("takes a failure for at least its penalty, and a cancelled attempt for nothing")
  func failures() throws {
    var one = try make([("failurePenalty", "30s")])
    one.started(0)
    one.ended(0, .status(503), took: .milliseconds(5))
    #expect(one.score(0) == 30_000_000_000)
    one.started(1)
    one.ended(1, .cancelled, took: .seconds(50))
    #expect(one.score(1) == 1_000_000_000)
  }

  @Test("averages the first token or the whole answer, as told")
  func signal() throws {
    for (signal, expected) in [("firstToken", 2_000_000_000), ("endToEnd", 9_000_000_000)] {
      var one = try make([("signal", Setting(.string(signal)))])
      one.started(0)
      one.strategy.ended(
        0,
        AttemptObservation(
          outcome: .succeeded, elapsed: 9_000_000_000, untilFirstToken: 2_000_000_000), at: .start)
      #expect(one.score(0) == Int64(expected))
    }
  }

  @Test("of two draws takes the cheaper")
  func twoSamples() throws {
    var one = try make([("samples", 2)], children: 4)
    one.started(3)
    one.ended(3, took: .seconds(100))
    #expect((0..<300).allSatisfy { _ in one.choose() != 3 })
  }
}

@Suite("Cheapest")
struct CheapestTests {
  private func sheet(_ input: Int64, _ output: Int64) -> PriceSheet {
    PriceSheet(
      input: TokenPrice(femtodollars: input), cachedInput: TokenPrice(femtodollars: input),
      output: TokenPrice(femtodollars: output))
  }

  @Test("goes by the tokens of the request: long prompts here, long answers there")
  func tokens() throws {
    var one = try Choosing(
      "cheapest", weights: [1, 1], sheets: [sheet(1_000, 50_000), sheet(3_000, 9_000)])
    one.request.inputTokens = 100_000
    one.request.outputCap = 10
    #expect(one.choose() == 0)
    one.request.inputTokens = 10
    one.request.outputCap = 400
    #expect(one.choose() == 1)
  }

  @Test("expects a stated output of a request without a cap, and never more than its cap")
  func assumed() throws {
    let sheets = [sheet(0, 1_000_000), sheet(1_000_000, 0)]
    var one = try Choosing(["cheapest": ["assumeOutput": 200]], weights: [1, 1], sheets: sheets)
    one.request.inputTokens = 100
    one.request.outputCap = .max
    #expect(one.choose() == 1)
    one.request.outputCap = 50
    #expect(one.choose() == 0)
  }

  @Test("takes the first of equals, and what has no price last")
  func ties() throws {
    var one = try Choosing(
      "cheapest", weights: [1, 1, 1], sheets: [nil, sheet(1, 1), sheet(1, 1)])
    #expect(one.choose() == 1)
    #expect(one.choose([0]) == 0)
  }

  @Test("prices an alias as its first deployment")
  func alias() throws {
    let route: Setting = ["balance": "cheapest", "over": ["c", "extract"]]
    #expect(try story(route, others: [("extract", ["fallback": ["b", "d"]])]) == "b. ok")
  }
}
