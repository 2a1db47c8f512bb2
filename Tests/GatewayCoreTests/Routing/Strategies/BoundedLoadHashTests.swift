import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Bounded-load hash")
struct BoundedLoadHashTests {
  private func make(c: Double = 1.25, weights: [Double]) throws -> Choosing {
    try Choosing(
      ["bounded-load-hash": ["c": Setting(.number(c, literal: "\(c)"))]], weights: weights)
  }

  @Test("gives the same child to the same conversation while there is room")
  func affinity() throws {
    var one = try make(weights: [1, 1, 1, 1])
    for conversation in 1...50 as ClosedRange<UInt64> {
      one.request.conversation = conversation
      let child = one.choose()
      #expect((0..<5).allSatisfy { _ in one.choose() == child })
    }
  }

  @Test("spreads the keys by weight")
  func spread() throws {
    var one = try make(weights: [3, 2, 1])
    var counts = [0, 0, 0]
    for conversation in 1...8_000 as ClosedRange<UInt64> {
      one.request.conversation = conversation
      counts[one.choose()] += 1
    }
    #expect(chiSquare(counts, shares: [3, 2, 1]) < 13.82)
  }

  @Test("moves only the keys of the child that is gone")
  func removal() throws {
    var one = try make(c: 1_000, weights: [1, 1, 1, 1])
    for conversation in 1...500 as ClosedRange<UInt64> {
      one.request.conversation = conversation
      let child = one.choose()
      let left = [0, 1, 3].contains(child)
      if left { #expect(one.choose([0, 1, 3]) == child) }
    }
  }

  @Test("never holds more than ⌈c·m·w/Σw⌉ of m attempts in flight, whatever the keys")
  func bound() throws {
    try forEverySeed(0..<30) { seed, random in
      let c = [1.0, 1.1, 1.5, 2][Int.random(in: 0..<4, using: &random)]
      let weights = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        Double(Int.random(in: 1...4, using: &random))
      }
      var one = try make(c: c, weights: weights)
      var load = weights.map { _ in 0 }
      for total in 1...200 {
        // Three hot conversations only.
        one.request.conversation = UInt64.random(in: 1...3, using: &random)
        let child = one.choose()
        one.started(child)
        load[child] += 1
        let bound = c * Double(total) * weights[child] / weights.reduce(0, +)
        #expect(Double(load[child]) <= bound.rounded(.up), "seed \(seed)")
      }
    }
  }

  @Test("a key that was pushed away comes back when there is room")
  func comesBack() throws {
    var one = try make(c: 1, weights: [1, 1])
    one.request.conversation = 7
    let home = one.choose()
    one.started(home)
    #expect(one.choose() == 1 - home)
    one.ended(home)
    #expect(one.choose() == home)
  }

  @Test("hashes a request without a conversation by its call")
  func noConversation() throws {
    var one = try make(weights: [1, 1])
    #expect(Set((0..<50).map { _ in one.choose() }) == [0, 1])
  }
}

@Suite("Prequal")
struct PrequalTests {
  private func make(_ more: [(String, Setting)] = [], children: Int) throws -> Choosing {
    try Choosing(
      ["prequal": .members(more)], weights: Array(repeating: 1, count: children))
  }

  @Test("takes the fastest child that is not hot")
  func coldAndFast() throws {
    var one = try make([("quantile", 0.5)], children: 4)
    for (child, milliseconds) in [100, 300, 200, 400].enumerated() {
      one.ended(child, took: .milliseconds(milliseconds))
      one.started(child)
    }
    #expect(one.choose() == 0)
    // 2, 1, 1, 1: the median is 1, the fastest is hot.
    one.started(0)
    one.started(0)
    #expect(one.choose() == 2)
  }

  @Test("takes the fewest in flight if all probed ones are hot")
  func allHot() throws {
    var one = try make([("quantile", 0.25)], children: 4)
    for (child, load) in [5, 3, 4, 0].enumerated() {
      for _ in 0..<load { one.started(child) }
    }
    #expect(one.choose([0, 1, 2]) == 1)
  }

  @Test("the quantile 1 chooses by latency alone, 0 by attempts in flight alone")
  func extremes() throws {
    for (quantile, expected) in [(1.0, 1), (0.0, 0)] {
      var one = try make(
        [("quantile", Setting(.number(quantile, literal: "\(quantile)")))], children: 2)
      one.ended(0, took: .seconds(2))
      one.ended(1, took: .seconds(1))
      one.started(0)
      for _ in 0..<9 { one.started(1) }
      #expect(one.choose() == expected)
    }
  }

  @Test("judges by the median of the latest answers; one slow answer changes little")
  func median() throws {
    var one = try make(children: 2)
    for _ in 0..<9 { one.ended(0, took: .milliseconds(100)) }
    one.ended(0, took: .seconds(60))
    #expect(one.score(0) == 100_000_000)
  }

  @Test("looks only at the candidates that it draws")
  func probes() throws {
    var one = try make([("probes", 2), ("quantile", 1)], children: 4)
    for child in 0..<4 { one.ended(child, took: .milliseconds(100 * (child + 1))) }
    var counts = [0, 0, 0, 0]
    for _ in 0..<8_000 { counts[one.choose()] += 1 }
    #expect(counts[3] == 0)
    #expect(chiSquare(Array(counts[0..<3]), shares: [3, 2, 1]) < 13.82)
  }

  @Test("chooses as its definition says, over random streams")
  func twin() throws {
    try forEverySeed(0..<40) { seed, random in
      let quantile = [0.0, 0.3, 0.5, 0.84, 1][Int.random(in: 0..<5, using: &random)]
      let count = Int.random(in: 1...8, using: &random)
      var one = try make(
        [("quantile", Setting(.number(quantile, literal: "\(quantile)"))), ("samples", 3)],
        children: count)
      var inFlight = Array(repeating: 0, count: count)
      var latest = Array(repeating: [Int](), count: count)
      for _ in 0..<150 {
        let among = (0..<count).filter { _ in Int.random(in: 0..<3, using: &random) > 0 }
        guard !among.isEmpty else { continue }
        let sorted = inFlight.sorted()
        let rank = max(1, Int((quantile * Double(count)).rounded(.up)))
        let cold = among.filter { inFlight[$0] <= sorted[rank - 1] }
        func median(_ child: Int) -> Int {
          let samples = latest[child].suffix(3).sorted()
          return samples.isEmpty ? 0 : samples[max(1, (samples.count + 1) / 2) - 1]
        }
        let expected =
          cold.min { median($0) < median($1) } ?? among.min { inFlight[$0] < inFlight[$1] }
        let choice = one.choose(among)
        #expect(choice == expected, "seed \(seed)")
        one.started(choice)
        inFlight[choice] += 1
        if Bool.random(using: &random) {
          let child = Int.random(in: 0..<count, using: &random)
          guard inFlight[child] > 0 else { continue }
          let took = Int.random(in: 1...9, using: &random)
          one.ended(child, took: .seconds(took))
          inFlight[child] -= 1
          latest[child].append(took)
        }
      }
    }
  }
}
