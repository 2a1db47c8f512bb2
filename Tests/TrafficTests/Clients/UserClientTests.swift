import Chance
import Settings
import Testing
import Vocabulary

@testable import Traffic

@Suite("A population of users")
struct UserClientTests {
  private func users(
    _ more: [(String, Tree)], client: Tree = "none", end: Duration = .seconds(1_000)
  ) throws -> any Client {
    try plan([
      "arrivals": ["users": .object([("count", 20), ("think", "10s")] + more)], "alias": "chat",
      "users": ["count": 500], "client": client,
      "tokens": ["input": ["exponential": ["mean": 500]], "output": 50],
    ]).makeClient(
      chance: Chance(seed: 1, replication: 0), until: at(end), data: DataFolders(beside: ""))
  }

  private func begin(_ client: inout any Client) throws -> [Arrival] {
    var arrival = Arrival.blank
    var all: [Arrival] = []
    while try client.next(into: &arrival) { all.append(arrival) }
    return all
  }

  @Test("begins thinking: one call a user, in order of time")
  func beginnings() throws {
    var client = try users([("think", ["exponential": ["mean": "10s"]])].map { $0 })
    let all = try begin(&client)
    #expect(all.count == 20)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.at <= $1.at })
    #expect(Set(all.map(\.memory.user)).count == 20)
    #expect(client.listens)
  }

  @Test("asks again one think time after the answer, the same call whenever that comes")
  func nextCall() throws {
    var client = try users([])
    var all = try begin(&client)
    for place in all.indices {
      #expect(all[place].at == at(.seconds(10)))
      let first = all[place]
      var late = all[place]
      #expect(client.answered(&all[place], .succeeded(at: at(.seconds(13)))) == .next)
      #expect(client.answered(&late, .succeeded(at: at(.seconds(500)))) == .next)
      #expect(all[place].at == at(.seconds(23)) && late.at == at(.seconds(510)))
      #expect(all[place].request.call == late.request.call)
      #expect(all[place].request.call != first.request.call)
      #expect(all[place].request.inputTokens == late.request.inputTokens)
      #expect(all[place].request.identity == first.request.identity, "a user is the same person")
      #expect(all[place].request.conversation == first.request.conversation)
    }
    #expect(Set(all.map(\.request.call)).count == 20)
    #expect(Set(all.map { $0.request.identity.user.index }).count > 10)
  }

  @Test("sends nothing at or after the horizon")
  func horizon() throws {
    var client = try users([], end: .seconds(30))
    var all = try begin(&client)
    #expect(client.answered(&all[0], .succeeded(at: at(.seconds(19)))) == .next)
    #expect(client.answered(&all[1], .succeeded(at: at(.seconds(20)))) == .none)
  }

  @Test("has sessions: so many turns, then away, then another conversation")
  func sessions() throws {
    var client = try users([("turns", 3), ("away", "60s"), ("added", 7)])
    var arrival = try begin(&client)[0]
    let first = arrival
    for turn in 1..<3 {
      let before = arrival
      let answered = arrival.at.advanced(by: .seconds(1))
      #expect(client.answered(&arrival, .succeeded(at: answered)) == .next)
      #expect(arrival.at == answered.advanced(by: .seconds(10)), "turn \(turn)")
      #expect(arrival.request.conversation == first.request.conversation)
      #expect(arrival.request.inputTokens == before.request.inputTokens + 50 + 7)
    }
    let end = arrival.at
    #expect(client.answered(&arrival, .succeeded(at: end)) == .next)
    #expect(arrival.at == end.advanced(by: .seconds(60)))
    #expect(arrival.request.conversation != first.request.conversation)
    #expect(arrival.memory.turnsLeft == 2)
    var gone = try users([("turns", 1)])
    var only = try begin(&gone)[0]
    #expect(gone.answered(&only, .succeeded(at: end)) == .none)
  }

  @Test("gives up after so many failures in a row, and comes back if told")
  func givesUp() throws {
    var client = try users([("givesUpAfter", 2)])
    var arrival = try begin(&client)[0]
    let failed = { (at: Instant) in AnswerEnd(.rejected, .status(429), at: at) }
    #expect(client.answered(&arrival, failed(arrival.at)) == .next)
    #expect(client.answered(&arrival, .succeeded(at: arrival.at)) == .next)
    #expect(client.answered(&arrival, failed(arrival.at)) == .next)
    var other = arrival
    #expect(client.answered(&arrival, failed(arrival.at)) == .none)
    var returning = try users([("givesUpAfter", 2), ("away", "5min")])
    #expect(returning.answered(&other, failed(other.at)) == .next)
    #expect(arrival.at.advanced(by: .seconds(300)) == other.at)
  }

  @Test("tries a call again before it goes on to the next")
  func withRetries() throws {
    var client = try users([], client: "openai-sdk")
    var arrival = try begin(&client)[0]
    let call = arrival.request.call
    for attempt in UInt8(1)...2 {
      #expect(client.answered(&arrival, AnswerEnd(.failed, .status(500), at: arrival.at)) == .again)
      #expect(arrival.request.call == call.onTry(attempt, from: 0))
    }
    let last = arrival.at
    #expect(client.answered(&arrival, AnswerEnd(.failed, .status(500), at: last)) == .next)
    #expect(arrival.request.clientTry == 0 && arrival.at == last.advanced(by: .seconds(10)))
    #expect(arrival.memory.began == arrival.at)
    #expect(arrival.request.deadline == arrival.at.advanced(by: .seconds(600)))
  }

  @Test("goes beside nothing that sets the pace of arrivals")
  func errors() throws {
    let base: [(String, Tree)] = [
      ("arrivals", ["users": ["count": 2, "think": "1s"]]), ("alias", "chat"),
      ("tokens", ["input": 1, "output": 1]),
    ]
    let more: [(String, Tree)] = [
      ("count", 5), ("speed", 2), ("rate", ["0h": 1, "1h": 2]),
      ("conversations", ["again": "50%", "think": "1s"]),
    ]
    for one in more {
      #expect(throws: SettingError.self, "\(one.0)") { try plan(.object(base + [one])) }
    }
    #expect(throws: SettingError.self) { try users([("away", "1s")]) }
  }
}
