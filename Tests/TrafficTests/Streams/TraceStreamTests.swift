import Chance
import Testing
import Vocabulary

@testable import Traffic

@Suite("A stream that replays a trace")
struct TraceStreamTests {
  static let trace = """
    TIMESTAMP,ContextTokens,GeneratedTokens
    2023-11-16 18:00:00.0000000,10,1
    2023-11-16 18:00:04.0000000,20,2
    2023-11-16 18:00:10.0000000,30,3
    """

  static func play(
    _ extra: [(String, Tree)], until end: Duration = .seconds(1_000), text: String = trace
  ) throws -> [Arrival] {
    let folder = try ScratchFolder()
    _ = try folder.write(text)
    let stream = try plan(.object([("trace", "trace.csv"), ("alias", "chat")] + extra))
    return try arrivals(
      stream, from: .start.advanced(by: .seconds(100)), until: end,
      data: DataFolders(beside: folder.path))
  }

  static func seconds(_ arrivals: [Arrival]) -> [Double] {
    arrivals.map { Double($0.at.nanoseconds - 100_000_000_000) / 1e9 }
  }

  @Test("begins with the first row and keeps the gaps and the tokens")
  func plain() throws {
    let all = try Self.play([])
    #expect(Self.seconds(all) == [0, 4, 10])
    #expect(all.map(\.request.inputTokens) == [10, 20, 30])
    #expect(all.map(\.truth.outputTokens) == [1, 2, 3])
    #expect(Set(all.map(\.request.fingerprint)).count == 3)
    #expect(Set(all.map(\.request.call)).count == 3)
  }

  @Test("goes faster by `speed`")
  func speed() throws {
    #expect(Self.seconds(try Self.play([("speed", 2)])) == [0, 2, 5])
    #expect(Self.seconds(try Self.play([("speed", 0.5)])) == [0, 8, 20])
  }

  @Test("begins again one mean gap after its last row, with new calls, when it loops")
  func loop() throws {
    let all = try Self.play([("loop", true)], until: .seconds(31))
    #expect(Self.seconds(all) == [0, 4, 10, 15, 19, 25, 30])
    #expect(Set(all.map(\.request.call)).count == 7)
    #expect(all.map(\.request.inputTokens) == [10, 20, 30, 10, 20, 30, 10])
    let fast = try Self.play([("loop", true), ("speed", 10), ("count", 5)])
    #expect(Self.seconds(fast) == [0, 0.4, 1, 1.5, 1.9])
  }

  @Test("cannot loop over rows that span no time")
  func noLoop() throws {
    for text in [
      "", "2023-11-16 18:00:00,1,1\n", "2023-11-16 18:00:00,1,1\n2023-11-16 18:00:00,1,1",
    ] {
      #expect(throws: TrafficError.self) { try Self.play([("loop", true)], text: text) }
    }
  }

  @Test("stops before the end")
  func until() throws {
    #expect(Self.seconds(try Self.play([], until: .seconds(10))) == [0, 4])
  }

  @Test("lets `tokens` replace or cut what the trace says")
  func tokens() throws {
    let all = try Self.play([("tokens", ["output": 7, "inputMax": 25])])
    #expect(all.map(\.request.inputTokens) == [10, 20, 25])
    #expect(all.map(\.truth.outputTokens) == [7, 7, 7])
  }

  @Test("leaves malformed rows out and counts them, when asked to")
  func skipping() throws {
    let text = Self.trace + "\nnonsense\n2023-11-16 18:00:12,40,4\n"
    #expect(throws: TrafficError.self) { try Self.play([], text: text) }
    #expect(Self.seconds(try Self.play([("skipBadRows", true)], text: text)) == [0, 4, 10, 12])
  }

  @Test("counts rows left out in every round of a loop")
  func skippedInLoops() throws {
    let folder = try ScratchFolder()
    _ = try folder.write("2023-11-16 18:00:00,1,1\nbad\n2023-11-16 18:00:01,1,1\n")
    let stream = try plan([
      "trace": "trace.csv", "alias": "chat", "loop": true, "skipBadRows": true,
    ])
    var client = try stream.makeClient(
      chance: Chance(seed: 1, replication: 0), until: .start.advanced(by: .seconds(10)),
      data: DataFolders(beside: folder.path))
    var arrival = Arrival.blank
    var count = 0
    while try client.next(into: &arrival) { count += 1 }
    #expect(count == 10)
    #expect(client.skippedRows == 5)
  }

  @Test("reads a CSV of the user's own, with bodies, conversations and cached tokens")
  func own() throws {
    let text = """
      who,ms,in,cache,out,prompt
      a,1000,10,4,1,x
      b,1500,20,99,2,y
      a,1750.5,30,0,3,x
      """
    let all = try Self.play(
      [
        (
          "format",
          [
            "csv": [
              "time": "ms", "unit": "ms", "input": "in", "output": "out", "cached": "cache",
              "conversation": "who", "body": "prompt",
            ]
          ]
        )
      ], text: text)
    #expect(Self.seconds(all) == [0, 0.5, 0.7505])
    #expect(all.map(\.truth.cachedInputTokens) == [4, 20, 0])
    #expect(all[0].request.fingerprint == all[2].request.fingerprint)
    #expect(all[0].request.fingerprint != all[1].request.fingerprint)
    #expect(all[0].request.conversation == all[2].request.conversation)
    #expect(all[0].request.conversation != all[1].request.conversation)
  }

  @Test("replays Azure's conversations whole")
  func azure() throws {
    let path = try SharedFolder.path("data/traces/AzureLLMInferenceTrace_conv.csv")
    let stream = try plan(["trace": .text(path), "alias": "chat", "speed": 2])
    let all = try arrivals(stream)
    #expect(all.count == 19_366)
    let span = try #require(all.last).at.nanoseconds
    #expect(abs(Double(span) / 1e9 - 29 * 60) < 45)
  }
}
