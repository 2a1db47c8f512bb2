import Chance
import Testing
import Vocabulary

/// One way through neighbouring keys: the n-th word of a stream of draws.
struct Walk: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var word: @Sendable (Int) -> UInt64

  private static let source = NameHash("chat")
  private static let chance = Chance(seed: 1, replication: 0)
  private static let key = chance.key(.fault, name: NameHash("azure/sweden"))
  private static func call(_ number: Int, try attempt: UInt8 = 0) -> CallKey {
    CallKey(source: source, number: UInt64(number), try: attempt)
  }

  static let all = [
    Walk(testDescription: "calls") { key.bits(call: call($0)) },
    Walk(testDescription: "raw call keys") { key.bits(call: CallKey(bits: UInt64($0))) },
    Walk(testDescription: "high call keys") {
      key.bits(call: CallKey(bits: UInt64($0).byteSwapped))
    },
    Walk(testDescription: "ordinals") { key.bits(call: call(3), ordinal: UInt32($0)) },
    Walk(testDescription: "counters") { key.bits(call: call(3), counter: UInt32($0)) },
    Walk(testDescription: "grid steps") { key.bits(step: Int64($0) - 1000) },
    Walk(testDescription: "calls by tries") {
      key.bits(call: call($0 / 4, try: UInt8($0 % 4)))
    },
    Walk(testDescription: "calls by ordinals") {
      key.bits(call: call($0 / 4), ordinal: UInt32($0 % 4))
    },
    Walk(testDescription: "calls by counters") {
      key.bits(call: call($0 / 8), counter: UInt32($0 % 8))
    },
    Walk(testDescription: "calls by purposes") {
      chance.key(Purpose.allCases[$0 % 32]).bits(call: call($0 / 32))
    },
    Walk(testDescription: "seeds") {
      Chance(seed: UInt64($0), replication: 0).key(.fault).bits(call: call(3))
    },
    Walk(testDescription: "replications") {
      Chance(seed: 1, replication: UInt64($0)).key(.fault).bits(call: call(3))
    },
    Walk(testDescription: "names") {
      chance.key(.fault, name: NameHash(bits: UInt64($0))).bits(call: call(3))
    },
  ]
}

@Suite("Draws under neighbouring keys")
struct KeyQualityTests {
  @Test("are even in pairs, from their high bits and their low", arguments: Walk.all)
  func pairs(_ walk: Walk) {
    // 16 × 16 cells of consecutive words: χ² with 255 degrees of freedom has mean 255, sd 22.6.
    var high = [Int](repeating: 0, count: 256)
    var low = high
    var before = walk.word(0)
    let count = 40_000
    for number in 1...count {
      let word = walk.word(number)
      high[Int(before >> 60) << 4 | Int(word >> 60)] += 1
      low[Int(before & 15) << 4 | Int(word & 15)] += 1
      before = word
    }
    for cells in [high, low] {
      let expected = Double(count) / 256
      let statistic = cells.reduce(0) { sum, cell in
        sum + (Double(cell) - expected) * (Double(cell) - expected) / expected
      }
      #expect(statistic > 165 && statistic < 350, "χ² = \(statistic)")
    }
  }

  @Test("are uncorrelated at lags of 1 to 40", arguments: Walk.all)
  func lags(_ walk: Walk) {
    let count = 20_000
    let values = (0..<count).map { ChanceKey.uniform(walk.word($0)) - 0.5 }
    for lag in [1, 2, 3, 4, 5, 8, 13, 16, 32, 40] {
      var sum = 0.0
      for index in lag..<count { sum += values[index] * values[index - lag] }
      let correlation = 12 * sum / Double(count - lag)
      #expect(correlation.magnitude < 4.5 / Double(count).squareRoot(), "lag \(lag)")
    }
  }

  @Test("flip half of their bits when one bit of the key flips")
  func avalanche() {
    let key = Chance(seed: 5, replication: 1).key(.routing)
    var flips = [Int](repeating: 0, count: 128 * 64)
    let samples = 256
    for sample in 0..<samples {
      let call = CallKey(source: NameHash("s"), number: UInt64(sample))
      let base = key.bits(call: call, ordinal: 1, counter: UInt32(sample))
      for bit in 0..<128 {
        let other =
          if bit < 64 {
            key.bits(
              call: CallKey(bits: call.bits ^ 1 << UInt64(bit)), ordinal: 1,
              counter: UInt32(sample))
          } else if bit < 96 {
            key.bits(call: call, ordinal: 1 ^ 1 << UInt32(bit - 64), counter: UInt32(sample))
          } else {
            key.bits(call: call, ordinal: 1, counter: UInt32(sample) ^ 1 << UInt32(bit - 96))
          }
        var difference = base ^ other
        while difference != 0 {
          flips[bit * 64 + difference.trailingZeroBitCount] += 1
          difference &= difference - 1
        }
      }
    }
    // 8192 binomial counts with mean 128 and standard deviation 8; six deviations either way.
    #expect(flips.allSatisfy { (80...176).contains($0) })
    let total = flips.reduce(0, +)
    let expected = flips.count * samples / 2
    #expect((total - expected).magnitude < 3600, "\(total) flips, \(expected) expected")
  }
}
