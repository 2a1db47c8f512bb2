import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Every strategy")
struct StrategyConformanceTests {
  /// A run of random choices, starts and ends; returns the choices.
  private func run(
    _ name: String, seed: UInt64, steps: Int, _ check: (Int, [Int]) -> Void = { _, _ in }
  ) throws -> (choices: [Int], last: Choosing) {
    var random = SplitMix64(seed: seed)
    let weights = (0..<Int.random(in: 1...7, using: &random)).map { _ in
      Double(Int.random(in: 0...5, using: &random))
    }
    var one = try Choosing(Setting(.string(name)), weights: weights)
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

  @Test("chooses one of its candidates, whichever they are", arguments: Strategies.registry.names)
  func candidate(name: String) throws {
    for seed in UInt64(0)..<30 {
      _ = try run(name, seed: seed, steps: 100) { choice, among in
        if !among.contains(choice) { Issue.record("seed \(seed): \(choice) is none of \(among)") }
      }
    }
  }

  @Test(
    "chooses the same again for the same seed and history", arguments: Strategies.registry.names)
  func deterministic(name: String) throws {
    for seed in UInt64(0)..<10 {
      let one = try run(name, seed: seed, steps: 200).choices
      let other = try run(name, seed: seed, steps: 200).choices
      #expect(one == other, "seed \(seed)")
    }
  }

  @Test("takes the only candidate there is", arguments: Strategies.registry.names)
  func single(name: String) throws {
    var one = try Choosing(Setting(.string(name)), weights: [0, 2, 1])
    for child in 0..<3 { #expect(one.choose([child]) == child) }
  }

  @Test("copes with 64 children", arguments: Strategies.registry.names)
  func wide(name: String) throws {
    var one = try Choosing(Setting(.string(name)), weights: Array(repeating: 1, count: 64))
    #expect((0..<64).contains(one.choose()))
    #expect(one.choose([63]) == 63)
  }

  @Test(
    "has finite scores after twenty thousand events, and still chooses",
    arguments: Strategies.registry.names)
  func finite(name: String) throws {
    var one = try run(name, seed: 99, steps: 20_000).last
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
