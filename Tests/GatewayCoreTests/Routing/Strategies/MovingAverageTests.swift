import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Plain EWMA")
struct EWMATests {
  private func make(_ more: [(String, Setting)] = [], weights: [Double] = [1, 1]) throws
    -> Choosing
  {
    try Choosing(
      ["ewma": .members([("readDecay", Setting(.bool(false)))] + more)], weights: weights)
  }

  @Test(
    "Kong: ewma' = ewma·w + rtt·(1 − w) with w = e^(−dt/10 s), up as slowly as down",
    .tags(.fact))
  func formula() throws {
    var one = try make([("initial", "1s"), ("coldStart", "initial")])
    let kept = 0.606_530_659_712_633  // e^(−5/10)
    one.started(0)
    one.ended(0, took: .seconds(3), at: at(.seconds(5)))
    let first = 1e9 * kept + 3e9 * (1 - kept)
    #expect(abs(Double(try #require(one.score(0, at: at(.seconds(5))))) - first) < 2)
    one.started(0)
    one.ended(0, took: .milliseconds(500), at: at(.seconds(10)))
    let second = first * kept + 0.5e9 * (1 - kept)
    #expect(abs(Double(try #require(one.score(0, at: at(.seconds(10))))) - second) < 2)
  }

  @Test("Kong: the score is the average by the weight", .tags(.fact))
  func weight() throws {
    var one = try make([("initial", "1s"), ("coldStart", "initial")], weights: [4, 1])
    #expect([one.score(0), one.score(1)] == [250_000_000, 1_000_000_000])
    #expect(one.choose() == 0)
  }

  @Test("Kong: a new target starts at the mean of the others", .tags(.fact))
  func coldStart() throws {
    var one = try make(weights: [1, 1, 1])
    let late = at(.seconds(1_000))
    one.ended(0, took: .seconds(2), at: late)
    one.ended(1, took: .seconds(6), at: late)
    // e^(−100) of the start is left of the averages: they are the samples. The third: their mean,
    // of which the second sample kept nothing either.
    let third = Double(try #require(one.score(2, at: late)))
    #expect(abs(third - 0.5 * Double(one.score(0, at: late)! + one.score(1, at: late)!)) < 2)
    #expect(one.choose(at: late) == 0)
  }

  @Test("Kong: a reading decays too, so what is idle is tried again", .tags(.fact))
  func readDecay() throws {
    var one = try Choosing("ewma", weights: [1, 1])
    one.ended(0, took: .seconds(1), at: at(.seconds(100)))
    one.ended(1, took: .seconds(2), at: at(.seconds(100)))
    #expect(one.choose(at: at(.seconds(101))) == 0)
    one.ended(0, took: .seconds(1), at: at(.seconds(120)))
    // e^(−2)·2 s is less than 1 s.
    #expect(one.choose(at: at(.seconds(120))) == 1)
  }
}

@Suite("Peak EWMA's parameters")
struct PeakEWMAParameterTests {
  @Test("Helicone: decay 30 s and 250 ms before the first answer", .tags(.fact))
  func helicone() throws {
    let one = try Choosing(["peak-ewma": ["decay": "30s"]], weights: [1, 1])
    #expect(one.score(0) == 250_000_000)
    let decayed = Double(try #require(one.score(0, at: at(.seconds(30)))))
    #expect(abs(decayed - 0.25e9 * 0.367_879_441_171_442) < 2)
  }

  @Test(
    "Helicone model-latency: scans all and takes the minimum, the first of equals", .tags(.fact))
  func scan() throws {
    try forEverySeed(0..<30) { seed, random in
      var one = try Choosing(
        ["peak-ewma": ["samples": 0, "decay": "30s"]], weights: [1, 1, 1, 1, 1, 1])
      #expect(one.choose() == 0)
      for child in 0..<6 {
        one.started(child)
        one.ended(child, took: .milliseconds(Int.random(in: 250...900, using: &random)))
      }
      let costs = try (0..<6).map { try #require(one.score($0)) }
      let least = costs.indices.min { costs[$0] < costs[$1] }
      #expect(one.choose() == least, "seed \(seed)")
    }
  }

  @Test(
    "tower: a sample above the estimate replaces it at once; the cost is × (pending + 1)",
    .tags(.fact))
  func peak() throws {
    var one = try Choosing(["peak-ewma": ["samples": 0]], weights: [1, 1])
    one.started(0)
    one.ended(0, took: .milliseconds(900), at: at(.milliseconds(900)))
    #expect(one.score(0, at: at(.milliseconds(900))) == 900_000_000)
    one.started(0)
    one.started(0)
    #expect(one.score(0, at: at(.milliseconds(900))) == 2_700_000_000)
  }

  @Test(
    "tower: load() keeps what a reading has left, so that a sample above that is a peak",
    .tags(.fact))
  func readingsDecay() throws {
    func after(readingAt seconds: Int?) throws -> Int64 {
      var one = try Choosing(["peak-ewma": ["samples": 0, "decay": "10s"]], weights: [1, 1])
      for child in 0..<2 {
        one.started(child)
        one.ended(child, took: .seconds(1))
      }
      if let seconds { _ = one.choose(at: at(.seconds(seconds))) }
      one.started(0, at: at(.seconds(10)))
      one.ended(0, took: .milliseconds(500), at: at(.seconds(10)))
      return try #require(one.score(0, at: at(.seconds(10))))
    }
    // Nobody has looked: e^(−1) of 1 s, and the rest of the sample.
    #expect(abs(try after(readingAt: nil) - 683_939_721) < 2)
    // Read at that instant it was 368 ms, of which 500 ms are a peak.
    #expect(try after(readingAt: 10) == 500_000_000)
    // Read at 5 s it was 607 ms, which is more than the sample.
    #expect(abs(try after(readingAt: 5) - 564_614_111) < 2)
  }

  @Test("keeps an average that nobody samples if read-decay is off")
  func noReadDecay() throws {
    let one = try Choosing(["peak-ewma": ["readDecay": false]], weights: [1, 1])
    #expect(one.score(0, at: at(.seconds(3_600))) == 250_000_000)
  }

  @Test("starts a child at its peers' mean if told to")
  func peers() throws {
    var one = try Choosing(
      ["peak-ewma": ["coldStart": "peers", "samples": 0]], weights: [1, 1, 1])
    one.ended(0, took: .seconds(2))
    #expect(one.score(2) == 2_000_000_000)
    one.ended(1, took: .seconds(4))
    #expect(one.score(2) == 3_000_000_000)
  }

  @Test("takes any of equals if told to")
  func ties() throws {
    var one = try Choosing(
      ["peak-ewma": ["samples": 0, "ties": "random"]], weights: [1, 1, 1])
    var counts = [0, 0, 0]
    for _ in 0..<6_000 { counts[one.choose()] += 1 }
    #expect(chiSquare(counts, shares: [1, 1, 1]) < 13.82)
  }
}
