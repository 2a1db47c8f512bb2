import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Power of d")
struct PowerOfDTests {
  @Test("with d = 2 draws and chooses what power of two does")
  func two() throws {
    var one = try Choosing("power-of-two", weights: [1, 1, 1, 1, 1])
    var other = try Choosing(["power-of-d": 2], weights: [1, 1, 1, 1, 1])
    for step in 0..<500 {
      let choice = one.choose()
      #expect(other.choose() == choice)
      one.started(choice)
      other.started(choice)
      if step % 3 == 0 {
        one.ended(choice)
        other.ended(choice)
      }
    }
  }

  @Test("chooses the k-th least loaded of n with probability C(n − k, d − 1)/C(n, d)")
  func shares() throws {
    var one = try Choosing(["power-of-d": 3], weights: [1, 1, 1, 1, 1])
    for child in 0..<5 { for _ in 0..<child { one.started(child) } }
    var counts = [0, 0, 0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(counts[3] == 0 && counts[4] == 0)
    // C(4,2), C(3,2), C(2,2) of C(5,3); the 99.9 % point with two degrees of freedom.
    #expect(chiSquare(Array(counts[0..<3]), shares: [6, 3, 1]) < 13.82)
  }

  @Test("with d of all candidates or more is a scan")
  func all() throws {
    try forEverySeed(0..<30) { seed, random in
      var one = try Choosing(["power-of-d": 8], weights: [1, 1, 1, 1])
      var load = [0, 0, 0, 0]
      for child in load.indices {
        load[child] = 4 * Int.random(in: 0..<4, using: &random) + child
        for _ in 0..<load[child] { one.started(child) }
      }
      let least = load.indices.min { load[$0] < load[$1] }
      #expect(one.choose() == least, "seed \(seed)")
    }
  }

  @Test("compares tokens if told to")
  func tokens() throws {
    var one = try Choosing(["power-of-d": ["d": 2, "by": "tokens"]], weights: [1, 1])
    one.request.inputTokens = 100_000
    one.started(0)
    one.request.inputTokens = 10
    one.started(1)
    one.started(1)
    #expect((0..<20).allSatisfy { _ in one.choose() == 1 })
  }

  @Test("refuses a d that is no choice or too many")
  func bounds() {
    for d in [1, 9] {
      #expect(throws: SettingError.self) {
        try Choosing(["power-of-d": Setting(.number(Double(d), literal: "\(d)"))], weights: [1])
      }
    }
  }

  @Test(
    "Helicone balanced-latency, tower: two different services, of equals the first sampled",
    .tags(.fact))
  func firstSampled() throws {
    // Of four equal children the scripted draws take the third, then the first of the rest.
    let story = try replay(
      ["peak-ewma": ["samples": 2, "decay": "30s", "initial": "250ms"]], children: 4,
      at: [.zero, .zero], draws: [0.6, 0.1, 0.9, 0.1]
    ) { _, _ in ReplayedAnswer(took: .milliseconds(250)) }
    #expect(story == "cd")
  }
}

@Suite("Least tokens in flight")
struct LeastTokensInFlightTests {
  @Test("weighs an attempt by its prompt and what its answer may become")
  func tokens() throws {
    var one = try Choosing(["least-tokens-in-flight": ["assumeOutput": 400]], weights: [1, 1])
    one.request.inputTokens = 3_000
    one.request.outputCap = 100
    one.started(0)
    one.request.inputTokens = 1_000
    one.request.outputCap = .max
    one.started(1)
    one.started(1)
    // 3,100 against twice 1,400.
    #expect([one.score(0), one.score(1)] == [3_100_000, 2_800_000])
    #expect(one.choose() == 1)
  }

  @Test("takes off what it has added when an attempt ends, however it ends")
  func balance() throws {
    try forEverySeed(0..<20) { seed, random in
      var one = try Choosing("least-tokens-in-flight", weights: [1, 2, 0.5])
      var open: [(Int, UInt32, UInt32)] = []
      for _ in 0..<200 {
        one.request.inputTokens = UInt32.random(in: 0...100_000, using: &random)
        one.request.outputCap = Bool.random(using: &random) ? .max : 77
        let child = one.choose()
        one.started(child)
        open.append((child, one.request.inputTokens, one.request.outputCap))
      }
      for (child, input, cap) in open {
        one.strategy.ended(
          child,
          AttemptObservation(
            outcome: .status(500), elapsed: 1, untilFirstToken: 1, inputTokens: input,
            outputCap: cap), at: .start)
      }
      #expect((0..<3).map { one.score($0) } == [0, 0, 0], "seed \(seed)")
    }
  }

  @Test("counts the others' attempts at the mean size of its own")
  func remote() throws {
    var one = try Choosing("least-tokens-in-flight", weights: [1, 1])
    one.started(0)
    one.strategy.remoteChanged(1, by: 2)
    #expect([one.score(0), one.score(1)] == [1_500_000, 3_000_000])
  }
}
