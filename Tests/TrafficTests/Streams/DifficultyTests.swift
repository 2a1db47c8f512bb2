import Chance
import Settings
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
    var known: [UInt128: UInt32] = [:]
    for arrival in all {
      let difficulty = arrival.truth.difficulty
      #expect(known[arrival.request.fingerprint, default: difficulty] == difficulty)
      known[arrival.request.fingerprint] = difficulty
    }
    #expect(known.values.allSatisfy { $0 >= 429_496_729 })
    // A fifth of the bodies lie above 1.
    let cut = known.values.filter { $0 == 1 << 31 }.count
    #expect(Double(cut) / Double(known.count) > 0.1 && Double(cut) / Double(known.count) < 0.3)
  }

  @Test("gives thresholds something to be calibrated to; silence gives nothing")
  func sample() throws {
    let law = try plan(stream)
    #expect(law.drawsDifficulty)
    #expect(law.drawnDifficulties(1_000).filter { $0 < 1 }.count == 800)
    #expect(law.drawnDifficulties(5) == law.drawnDifficulties(5).sorted())
    let silent = try plan(smallModel)
    #expect(!silent.drawsDifficulty && silent.drawnDifficulties(9).isEmpty)
    #expect(try arrivals(silent, 50).allSatisfy { $0.truth.difficulty == 0 })
  }
}

@Suite("The difficulty of a trace's calls")
struct RecordedDifficultyTests {
  private func stream(_ file: String, more: [(String, Tree)] = []) -> Tree {
    .object(
      [
        ("trace", .text(file)), ("alias", "chat"),
        (
          "format",
          [
            "csv": [
              "time": "t", "unit": "s", "input": "in", "output": "out", "difficulty": "score",
            ]
          ]
        ),
      ] + more)
  }

  private func recorded(
    _ scores: [String], until end: Duration = .seconds(1_000), more: [(String, Tree)] = []
  ) throws -> (truths: [UInt32], known: [Double]) {
    let folder = try ScratchFolder()
    let path = try folder.write(
      "t,in,out,score\n" + scores.enumerated().map { "\($0),10,5,\($1)\n" }.joined())
    let plan = try plan(stream(path, more: more))
    var client = try plan.makeClient(
      chance: Chance(seed: 1, replication: 0), until: .start.advanced(by: end),
      data: DataFolders(beside: ""))
    var arrival = Arrival.blank
    var truths: [UInt32] = []
    while try client.next(into: &arrival) { truths.append(arrival.truth.difficulty) }
    let known = try plan.recordedDifficulties(
      until: .start.advanced(by: end), data: DataFolders(beside: "")
    ).map(\.difficulty)
    return (truths, known)
  }

  @Test("is what its column says, to the nearest 2⁻³¹")
  func column() throws {
    let scores = [
      "0", "1", "0.5", "0.11593", "9.1e-05", "1E-9", "1.0", ".25", "0.30", "5e-1", "\"0.2\"",
    ]
    let numbers = [0, 1, 0.5, 0.11593, 9.1e-05, 1e-9, 1, 0.25, 0.3, 0.5, 0.2]
    let (truths, known) = try recorded(scores)
    #expect(truths == numbers.map(Truth.difficulty))
    #expect(known == truths.map { Double($0) / 2_147_483_648 })
    for number in numbers {
      #expect(Truth.difficulty(number) == UInt32((number * 2_147_483_648).rounded()))
    }
  }

  @Test(
    "refuses what is no number from 0 to 1, with its line",
    arguments: ["", "-0.1", "1.01", "high", "0.5x", "1e", "1e2", "0..1", "nan", "12e-1", "1e-1234"])
  func refused(score: String) throws {
    let error = #expect(throws: TrafficError.self) { try recorded(["0.5", score]) }
    #expect(
      error?.description.contains(
        ":3: score is \"\(score)\", expected a number from 0 to 1 such as 0.116") == true,
      "\(String(describing: error))")
  }

  @Test("is known beforehand of the calls that are played, and no others")
  func played() throws {
    let scores = (0..<10).map { "0.\($0)" }
    #expect(try recorded(scores, until: .seconds(4)).known.count == 4)
    #expect(try recorded(scores, more: [("count", 3)]).known.count == 3)
    #expect(try recorded(scores, until: .seconds(4), more: [("speed", 2)]).known.count == 8)
    let looped = try recorded(scores, until: .seconds(25), more: [("loop", true)])
    #expect(looped.known.count == 25 && looped.truths.count == 25)
  }

  @Test("is said by the trace or by a law, not by both; a law serves a trace without a column")
  func both() throws {
    #expect(throws: SettingError.self) { try recorded(["0.5"], more: [("difficulty", 0.1)]) }
  }
}
