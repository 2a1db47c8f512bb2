import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Lowest latency")
struct LowestLatencyTests {
  /// The draws that LiteLLM made in the cases of `oracles/litellm` (seed 1).
  private let draws = [
    0.5665615751722809, 0.7457817572627011, 0.9710027535867962, 0.4443592170557721,
    0.44426470082635805, 0.762894391911761, 0.877348686764173, 0.5230671798509814,
    0.28550868439696664, 0.7939966056623056, 0.4041421690502257, 0.6054203689753291,
    0.4549379074702896, 0.5300789975015889, 0.43596539982472504, 0.16703498914055104,
    0.645334640219506, 0.8153505833680997, 0.6817049733805886, 0.8843245635397898,
    0.06596019314557644, 0.08141465400346082, 0.4958799515892044, 0.12310888693805211,
    0.2869113548237391, 0.047901182844241275, 0.5155198964114704, 0.7137708028432639,
    0.04374827567185868, 0.9977478925366421,
  ]

  /// The translation of LiteLLM's `latency-based-routing`.
  private func litellm(_ more: [(String, Setting)] = []) -> Setting {
    [
      "lowest-latency": .members(
        [
          ("signal", "endToEndPerOutputToken"), ("streamSignal", "firstToken"), ("samples", 10),
          ("window", "1h"), ("kind", "tumbling"), ("timeoutPenalty", "1000s"),
          ("zeroSample", Setting(.bool(true))),
        ] + more)
    ]
  }

  private func instants(_ count: Int, every step: Int = 2) -> [Duration] {
    (0..<count).map { .seconds($0 * step) }
  }

  @Test(
    "LiteLLM la-basic: what is unexplored first, then the lowest mean per output token",
    .tags(.fact))
  func basic() throws {
    let took: [Duration] = [.seconds(1), .milliseconds(400), .milliseconds(200)]
    let story = try replay(litellm(), children: 3, at: instants(30), draws: draws) { child, _ in
      ReplayedAnswer(took: took[child])
    }
    #expect(story == "bca" + String(repeating: "c", count: 27))
  }

  @Test(
    "LiteLLM la-buffer: the buffer and the zero sample decide every pick as in its run",
    .tags(.fact))
  func buffer() throws {
    let took: [Duration] = [.seconds(1), .milliseconds(400), .milliseconds(200)]
    let story = try replay(
      litellm([("buffer", 1.5)]), children: 3, at: instants(30), draws: draws
    ) { child, _ in ReplayedAnswer(took: took[child]) }
    #expect(story == "bcacccbbcbcbcbccbbbbccccccbbcb")
  }

  @Test("LiteLLM la-timeout-penalty: a timeout counts as 1000 s per token", .tags(.fact))
  func timeout() throws {
    let story = try replay(litellm(), children: 2, at: instants(30), draws: draws) { child, time in
      child == 1
        ? ReplayedAnswer(took: .milliseconds(500))
        : ReplayedAnswer(
          took: .milliseconds(100), outcome: time == 1 ? .totalTimeout : .succeeded)
    }
    #expect(story == "baa" + String(repeating: "b", count: 27))
  }

  @Test("LiteLLM la-500-nopenalty: another failure adds no sample", .tags(.fact))
  func noPenalty() throws {
    let story = try replay(litellm(), children: 2, at: instants(20), draws: draws) { child, time in
      child == 1
        ? ReplayedAnswer(took: .milliseconds(500))
        : ReplayedAnswer(
          took: .milliseconds(100), outcome: time == 1 ? .status(500) : .succeeded)
    }
    #expect(story == "b" + String(repeating: "a", count: 19))
  }

  @Test(
    "LiteLLM la-stream-ttft: streamed requests compare the mean time to first token",
    .tags(.fact))
  func stream() throws {
    let story = try replay(
      litellm(), children: 2, at: instants(20, every: 3), draws: draws, streams: true
    ) { child, _ in
      child == 0
        ? ReplayedAnswer(took: .seconds(1), firstToken: .milliseconds(800))
        : ReplayedAnswer(took: .seconds(2), firstToken: .milliseconds(100))
    }
    #expect(story == "ba" + String(repeating: "b", count: 18))
  }

  @Test("LiteLLM: the whole map is forgotten a time to live after its first write", .tags(.fact))
  func timeToLive() throws {
    var one = try Choosing(litellm([("window", "10s")]).replacingWindow(), weights: [1, 1])
    one.ended(0, took: .seconds(9))
    one.ended(1, took: .seconds(1), at: at(.seconds(9)))
    #expect(one.score(0, at: at(.seconds(10))) != nil)
    #expect(one.score(0, at: at(.milliseconds(10_001))) == nil)
    #expect(one.score(1, at: at(.milliseconds(10_001))) == nil)
  }

  @Test("a sliding window forgets each sample by itself")
  func sliding() throws {
    var one = try Choosing(["lowest-latency": ["window": "10s"]], weights: [1, 1])
    one.ended(0, took: .seconds(9))
    one.ended(0, took: .seconds(1), at: at(.seconds(5)))
    #expect(one.score(0, at: at(.seconds(10))) == 5_000_000_000)
    #expect(one.score(0, at: at(.seconds(12))) == 1_000_000_000)
    #expect(one.score(0, at: at(.seconds(16))) == nil)
  }

  @Test("mean and percentile of the last samples are those of a plain list")
  func twin() throws {
    try forEverySeed(0..<20) { seed, random in
      for percentile in [nil, 0.5, 0.9, 0.99] {
        var parameters: [(String, Setting)] = [("samples", 7), ("window", "40s")]
        if let percentile {
          parameters.append(("percentile", Setting(.number(percentile, literal: "\(percentile)"))))
        }
        var one = try Choosing(["lowest-latency": .members(parameters)], weights: [1])
        var list: [(Double, Int)] = []
        var now = 0
        for _ in 0..<120 {
          now += Int.random(in: 0...15, using: &random)
          let took = Int.random(in: 1...20, using: &random)
          one.ended(0, took: .seconds(took), at: at(.seconds(now)))
          list = (list + [(Double(took) * 1e9, now)]).suffix(7)
          list.removeAll { now - $0.1 > 40 }
          _ = one.choose(at: at(.seconds(now)))
          let sorted = list.map(\.0).sorted()
          var expected = sorted.reduce(0, +) / Double(sorted.count)
          if let percentile {
            expected = sorted[max(1, Int((percentile * Double(sorted.count)).rounded(.up))) - 1]
          }
          let score = Double(try #require(one.score(0, at: at(.seconds(now)))))
          #expect(abs(score - expected) < 2, "seed \(seed)")
        }
      }
    }
  }

  @Test("draws those within the buffer alike, and never another")
  func bufferShares() throws {
    var one = try Choosing(["lowest-latency": ["buffer": 0.5]], weights: [1, 1, 1, 1])
    for (child, took) in [100, 140, 151, 120].enumerated() {
      one.ended(child, took: .milliseconds(took))
    }
    var counts = [0, 0, 0, 0]
    for _ in 0..<6_000 { counts[one.choose()] += 1 }
    #expect(counts[2] == 0)
    #expect(chiSquare([counts[0], counts[1], counts[3]], shares: [1, 1, 1]) < 13.82)
  }

  @Test("tries a child without samples first, as its peers' mean, or last")
  func unseen() throws {
    for (unseen, expected) in [("first", 2), ("peers", 0), ("last", 0)] {
      var one = try Choosing(
        ["lowest-latency": ["unseen": Setting(.string(unseen))]], weights: [1, 1, 1])
      one.ended(0, took: .seconds(1))
      one.ended(1, took: .seconds(3))
      #expect(one.choose() == expected, "\(unseen)")
      #expect(one.choose([1, 2]) == (unseen == "first" ? 2 : 1))
      #expect(one.choose([2]) == 2)
    }
  }

  @Test("judges seconds per output token, after the first or in all")
  func signals() throws {
    for (signal, expected) in [
      ("perOutputToken", 10_000_000), ("endToEndPerOutputToken", 20_000_000),
      ("firstToken", 1_020_000_000), ("endToEnd", 2_020_000_000),
    ] {
      var one = try Choosing(
        ["lowest-latency": ["signal": Setting(.string(signal))]], weights: [1])
      one.strategy.ended(
        0,
        AttemptObservation(
          outcome: .succeeded, elapsed: 2_020_000_000, untilFirstToken: 1_020_000_000,
          usage: Usage(inputTokens: 1, outputTokens: 101), streams: true), at: .start)
      #expect(one.score(0) == Int64(expected), "\(signal)")
    }
  }
}

extension Setting {
  /// The same with the last of two `window`s only: an object holds no name twice.
  fileprivate func replacingWindow() -> Setting {
    guard let inner = self["lowest-latency"]?.members else { return self }
    let last = inner.lastIndex { $0.key == "window" }
    let kept = inner.indices.filter { inner[$0].key != "window" || $0 == last }
    return ["lowest-latency": .members(kept.map { (inner[$0].key, inner[$0].value) })]
  }
}
