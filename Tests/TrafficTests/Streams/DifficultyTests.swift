import Chance
import Testing
import Vocabulary

@testable import Traffic

@Suite("The difficulty of a stream's calls")
struct DifficultyTests {
  private let stream: Tree = [
    "arrivals": ["poisson": ["rate": "100/s"]], "alias": "chat",
    "keys": ["zipf": ["count": 300, "exponent": 1.0]],
    "tokens": ["input": 500, "output": 100],
    "difficulty": ["uniform": ["from": 0.2, "to": 1.2]],
  ]

  @Test("is drawn by the law of the file, cut to 0 and 1, the same for equal bodies")
  func drawn() throws {
    let all = try arrivals(try plan(stream), 4_000)
    var known: [UInt128: UInt16] = [:]
    for arrival in all {
      let difficulty = arrival.truth.difficulty
      #expect(known[arrival.request.fingerprint, default: difficulty] == difficulty)
      known[arrival.request.fingerprint] = difficulty
    }
    #expect(known.values.allSatisfy { $0 >= 13_107 })
    // A fifth of the bodies lie above 1.
    let cut = known.values.filter { $0 == 65_535 }.count
    #expect(Double(cut) / Double(known.count) > 0.1 && Double(cut) / Double(known.count) < 0.3)
  }

  @Test("gives thresholds something to be calibrated to; silence gives nothing")
  func sample() throws {
    let sample = try plan(stream).difficulties
    #expect(sample.count == 1_000)
    #expect(sample.filter { $0 < 1 }.count == 800)
    #expect(try plan(smallModel).difficulties.isEmpty)
    #expect(try arrivals(try plan(smallModel), 50).allSatisfy { $0.truth.difficulty == 0 })
  }
}
