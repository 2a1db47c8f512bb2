import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Every strategy")
struct StrategyConformanceTests {
  /// Every entry with its defaults, and those with parameters in other shapes as well.
  static let variants: [String] = Strategies.registry.names + shapes.map(\.name)

  private static let shapes: [(name: String, setting: Setting)] = [
    ("peak-ewma, scan", ["peak-ewma": ["samples": 0, "ties": "random", "coldStart": "peers"]]),
    ("peak-ewma, no read-decay", ["peak-ewma": ["readDecay": false, "failurePenalty": "9s"]]),
    ("ewma, two samples", ["ewma": ["samples": 2, "readDecay": false, "initial": "1s"]]),
    ("power-of-d, tokens", ["power-of-d": ["d": 5, "by": "tokens"]]),
    ("least-in-flight, random", ["least-in-flight": ["ties": "random"]]),
    (
      "lowest-latency, percentile",
      ["lowest-latency": ["percentile": 0.9, "samples": 100, "window": "5m", "buffer": 0.3]]
    ),
    (
      "lowest-latency, LiteLLM",
      [
        "lowest-latency": [
          "signal": "endToEndPerOutputToken", "streamSignal": "firstToken", "window": "10s",
          "kind": "tumbling", "timeoutPenalty": "1000s", "zeroSample": true,
        ]
      ]
    ),
    ("lowest-latency, last", ["lowest-latency": ["unseen": "last", "signal": "perOutputToken"]]),
    ("prequal, probes", ["prequal": ["probes": 3, "quantile": 0.5, "window": "30s"]]),
    ("cheapest, observed", ["cheapest": ["expect": "observed", "ties": "random"]]),
    ("price-weighted, cubed", ["price-weighted": ["exponent": 3, "within": 2, "minimum": 1]]),
    ("lowest-usage, sliding", ["lowest-usage": ["of": "cost", "window": "3s", "kind": "sliding"]]),
    (
      "lowest-usage, first use",
      ["lowest-usage": ["window": "3s", "kind": "firstUse", "ties": "firstUsed"]]
    ),
    ("bounded-load-hash, tight", ["bounded-load-hash": ["by": "user", "c": 1]]),
    (
      "cheapest-within, Wilson",
      ["cheapest-within": ["confidence": 2, "coldStart": "peers", "minimum": 3, "window": "9s"]]
    ),
    ("adaptive-weights, steep", ["adaptive-weights": ["latencyPower": 2.5, "floor": 0]]),
    (
      "epsilon-greedy, latency",
      ["epsilon-greedy": ["reward": "latency", "memory": "5s", "epsilon": 0.3]]
    ),
    ("ucb1, cost", ["ucb1": ["reward": "cost", "memory": "5s", "scale": 0.01]]),
    ("thompson-sampling, fading", ["thompson-sampling": ["memory": "5s", "prior": 2]]),
    (
      "thompson-sampling, combination",
      ["thompson-sampling": ["reward": ["combination": ["perSecond": 0.1, "perDollar": 3]]]]
    ),
  ]

  private static func setting(_ name: String) -> Setting {
    shapes.first { $0.name == name }?.setting ?? Setting(.string(name))
  }

  /// A run of random choices, starts and ends; returns the choices.
  private func run(
    _ name: String, seed: UInt64, steps: Int, _ check: (Int, [Int]) -> Void = { _, _ in }
  ) throws -> (choices: [Int], last: Choosing) {
    var random = SplitMix64(seed: seed)
    let weights = (0..<Int.random(in: 1...7, using: &random)).map { _ in
      Double(Int.random(in: 0...5, using: &random))
    }
    var one = try Choosing(Self.setting(name), weights: weights)
    var inFlight: [Int] = []
    var choices: [Int] = []
    var now = Instant.start
    for step in 0..<steps {
      now = now.advanced(byNanoseconds: Int64.random(in: 0...50_000_000, using: &random))
      if inFlight.count < 50, Bool.random(using: &random) || inFlight.isEmpty {
        var among = (0..<weights.count).filter { _ in Bool.random(using: &random) }
        if among.isEmpty { among = [Int.random(in: 0..<weights.count, using: &random)] }
        let choice = one.choose(among, at: now, call: UInt64(step))
        choices.append(choice)
        check(choice, among)
        if one.strategy.observes { one.started(choice, at: now) }
        inFlight.append(choice)
      } else {
        let child = inFlight.remove(at: Int.random(in: 0..<inFlight.count, using: &random))
        let outcome: Outcome =
          [.succeeded, .succeeded, .status(503), .cancelled, .totalTimeout].randomElement(
            using: &random)
          ?? .succeeded
        if one.strategy.observes {
          one.ended(
            child, outcome, took: .milliseconds(Int.random(in: 0...60_000, using: &random)), at: now
          )
        }
      }
    }
    return (choices, one)
  }

  @Test("chooses one of its candidates, whichever they are", arguments: Self.variants)
  func candidate(name: String) throws {
    for seed in UInt64(0)..<8 {
      _ = try run(name, seed: seed, steps: 100) { choice, among in
        if !among.contains(choice) { Issue.record("seed \(seed): \(choice) is none of \(among)") }
      }
    }
  }

  @Test(
    "chooses the same again for the same seed and history", arguments: Self.variants)
  func deterministic(name: String) throws {
    for seed in UInt64(0)..<3 {
      let one = try run(name, seed: seed, steps: 200).choices
      let other = try run(name, seed: seed, steps: 200).choices
      #expect(one == other, "seed \(seed)")
    }
  }

  @Test("takes the only candidate there is", arguments: Self.variants)
  func single(name: String) throws {
    var one = try Choosing(Self.setting(name), weights: [0, 2, 1])
    for child in 0..<3 { #expect(one.choose([child]) == child) }
  }

  @Test(
    "tells apart what it is told: a child that is reset keeps what is in flight",
    arguments: Self.variants)
  func reset(name: String) throws {
    var one = try run(name, seed: 3, steps: 200).last
    let now = at(.seconds(100))
    for child in 0..<one.count { one.strategy.reset(child, at: now) }
    for child in 0..<one.count { #expect(one.choose([child], at: now) == child) }
    #expect((0..<one.count).contains(one.choose(at: now)))
    let scores = (0..<one.count).compactMap { one.score($0, at: now) }
    #expect(scores.allSatisfy { $0 >= 0 && $0 < .max })
  }

  @Test("is not upset by another replica's reports in any order", arguments: Self.variants)
  func remote(name: String) throws {
    var one = try Choosing(Self.setting(name), weights: [1, 2, 3])
    guard one.strategy.observes else { return }
    try forEverySeed(0..<5) { seed, random in
      for step in 0..<100 {
        one.strategy.remoteChanged(
          Int.random(in: 0..<3, using: &random), by: Int.random(in: -2...2, using: &random))
        #expect((0..<3).contains(one.choose(at: at(.seconds(step)))), "seed \(seed)")
        for child in 0..<3 { if let score = one.score(child) { try #require(score >= 0) } }
      }
    }
  }

  @Test(
    "where it promises to, tries an idle child again that was bad once",
    arguments: [
      "peak-ewma", "peak-ewma, scan", "ewma", "lowest-latency, percentile",
      "lowest-latency, LiteLLM", "price-weighted", "cheapest-within, Wilson", "adaptive-weights",
      "epsilon-greedy", "epsilon-greedy, latency", "ucb1, cost", "thompson-sampling, fading",
    ])
  func idle(name: String) throws {
    var one = try Choosing(Self.setting(name), weights: [1, 1])
    for _ in 0..<30 {
      one.started(0)
      one.ended(0, .status(503), took: .seconds(30))
      one.started(0)
      one.ended(0, .totalTimeout, took: .seconds(60))
    }
    var again = 0
    for second in 0..<1_200 {
      let now = at(.seconds(second))
      let child = one.choose(at: now)
      one.started(child, at: now)
      one.ended(child, at: now.advanced(by: .milliseconds(100)))
      if child == 0, second > 0 { again += 1 }
    }
    #expect(again > 0)
  }

  @Test(
    "LiteLLM: nothing probes what once looked slow until the whole map expires", .tags(.fact))
  func noProbing() throws {
    var one = try Choosing(
      ["lowest-latency": ["window": "1h", "kind": "tumbling", "zeroSample": true]],
      weights: [1, 1])
    for _ in 0..<10 {
      one.ended(0, took: .seconds(9))
      one.ended(1, took: .seconds(1))
    }
    #expect((1...3_600).allSatisfy { one.choose(at: at(.seconds($0))) == 1 })
    #expect((3_601...3_700).contains { one.choose(at: at(.seconds($0))) == 0 })
  }

  @Test("copes with 64 children", arguments: Self.variants)
  func wide(name: String) throws {
    var one = try Choosing(Self.setting(name), weights: Array(repeating: 1, count: 64))
    for step in 0..<100 {
      let now = at(.milliseconds(step * 10))
      let child = one.choose(at: now)
      #expect((0..<64).contains(child))
      guard one.strategy.observes else { continue }
      one.started(child, at: now)
      if step % 2 == 0 { one.ended(child, step % 3 == 0 ? .status(500) : .succeeded, at: now) }
    }
    #expect(one.choose([63]) == 63)
  }

  @Test(
    "has finite scores after thousands of events, and still chooses",
    arguments: Self.variants)
  func finite(name: String) throws {
    var one = try run(name, seed: 99, steps: 4_000).last
    let scores = (0..<one.count).compactMap { one.score($0, at: at(.seconds(1_000_000))) }
    #expect(scores.allSatisfy { $0 >= 0 && $0 < .max })
    #expect((0..<one.count).contains(one.choose(at: at(.seconds(1_000_000)))))
  }

  @Test("is described without a file, with a summary and a source")
  func registry() {
    #expect(Strategies.registry.audit().isEmpty)
    for entry in Strategies.registry.entries {
      #expect(!entry.summary.isEmpty && entry.source != nil)
    }
    #expect(Set(Strategies.registry.names).count == Strategies.registry.names.count)
  }
}
