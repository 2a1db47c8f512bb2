import Testing
import Vocabulary

@testable import Traffic

@Suite("Conversations")
struct ConversationTests {
  static let stream: Tree = [
    "arrivals": ["poisson": "2/s"], "alias": "chat", "teams": ["count": 10],
    "tokens": ["input": ["median": 500, "p95": 2_000], "output": 100],
    "conversations": [
      "again": [0.5, "25%"], "think": ["median": "60s", "p95": "300s"], "added": 20,
      "cachedFor": "100s",
    ],
  ]

  @Test("go on with the given shares, in order of time")
  func turns() throws {
    let all = try arrivals(try plan(Self.stream), until: .seconds(20_000))
    var turns: [UInt64: Int] = [:]
    for arrival in all { turns[arrival.request.conversation, default: 0] += 1 }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.at <= $1.at })
    #expect(turns[0] == nil)
    #expect(Set(all.map(\.request.call)).count == all.count)
    let count = Double(turns.count)
    #expect(abs(count - 40_000) < 900)
    // Turns per conversation: 1 + 0.5 × 1 / (1 - 0.25) = 1.667, a little less at the end.
    #expect(abs(Double(all.count) / count - 1.66) < 0.02)
  }

  @Test("carry the context, the identity and the cached prefix on")
  func context() throws {
    let all = try arrivals(try plan(Self.stream), until: .seconds(2_000))
    var last: [UInt64: Arrival] = [:]
    var cached = 0
    for arrival in all {
      if let before = last[arrival.request.conversation] {
        let context = before.request.inputTokens + before.truth.outputTokens
        #expect(arrival.request.inputTokens == context + 20)
        #expect(arrival.request.identity == before.request.identity)
        let isWarm = before.at.nanoseconds(to: arrival.at) <= 100_000_000_000
        #expect(arrival.truth.cachedInputTokens == (isWarm ? context / 128 * 128 : 0))
        cached += isWarm ? 1 : 0
      } else {
        #expect(arrival.truth.cachedInputTokens == 0)
      }
      last[arrival.request.conversation] = arrival
    }
    #expect(cached > 100)
  }

  @Test("leave the draws of the calls that begin them as they are")
  func beginnings() throws {
    guard case .object(let members) = Self.stream else { return }
    let single = try arrivals(
      try plan(.object(members.filter { $0.0 != "conversations" })), until: .seconds(500))
    let all = try arrivals(try plan(Self.stream), until: .seconds(500))
    var first = Set<UInt64>()
    let beginnings = all.filter { first.insert($0.request.conversation).inserted }
    #expect(beginnings.map(\.at) == single.map(\.at))
    #expect(beginnings.map(\.request.fingerprint) == single.map(\.request.fingerprint))
    #expect(beginnings.map(\.request.inputTokens) == single.map(\.request.inputTokens))
  }
}
