import Chance
import Testing
import Vocabulary

@testable import Traffic

@Suite("System prompts")
struct SystemPromptTests {
  private func stream(_ more: [(String, Tree)], prompts: Tree) throws -> StreamPlan {
    try plan(
      .object(
        [
          ("arrivals", ["poisson": "20/s"]), ("alias", "chat"), ("systemPrompts", prompts),
          ("tokens", ["input": 2000, "output": 100]),
        ] + more))
  }

  private func pieces(
    _ plan: StreamPlan, seconds: Int = 60
  ) throws -> [(arrival: Arrival, pieces: [PrefixPiece])] {
    let arena = PrefixArena()
    var client = try plan.makeClient(
      chance: Chance(seed: 1, replication: 0), until: at(.seconds(seconds)),
      data: DataFolders(beside: ""), prefixes: arena)
    var arrival = Arrival.blank
    var all: [(Arrival, [PrefixPiece])] = []
    while try client.next(into: &arrival) {
      all.append((arrival, Array(arena.pieces(arrival.prefix))))
    }
    return all
  }

  @Test("are shared as their law says, and the rest of a prompt is its own")
  func shared() throws {
    let all = try pieces(
      stream([], prompts: ["count": 4, "exponent": 0, "tokens": 1500]))
    var uses: [UInt64: Int] = [:]
    var rests: Set<UInt64> = []
    for (_, pieces) in all {
      #expect(pieces.map(\.tokens) == [1500, 500])
      uses[pieces[0].key, default: 0] += 1
      rests.insert(pieces[1].key)
    }
    #expect(uses.count == 4 && rests.count == all.count && rests.isDisjoint(with: uses.keys))
    let expected = Double(all.count) / 4
    for count in uses.values {
      #expect((Double(count) - expected).magnitude < 4 * expected.squareRoot())
    }
  }

  @Test("stay with a conversation, whose own piece grows with its turns")
  func conversations() throws {
    let all = try pieces(
      stream(
        [("conversations", ["again": "70%", "think": "5s", "added": 50])],
        prompts: ["count": 50, "tokens": 800]))
    var seen: [UInt64: [PrefixPiece]] = [:]
    var turns = 0
    for (arrival, pieces) in all {
      if let before = seen[arrival.request.conversation] {
        turns += 1
        #expect(before.map(\.key) == pieces.map(\.key))
        #expect(pieces[1].tokens > before[1].tokens && pieces[0].tokens == 800)
      }
      seen[arrival.request.conversation] = pieces
    }
    #expect(turns > 300)
  }

  @Test("are found whole behind equal bodies, are cut to short prompts, and change nothing else")
  func bodies() throws {
    let keys: Tree = ["zipf": ["count": 5, "exponent": 1]]
    let all = try pieces(stream([("keys", keys)], prompts: ["count": 3, "tokens": 9000]))
    var first: [UInt128: [PrefixPiece]] = [:]
    for (arrival, pieces) in all {
      #expect(pieces[0].tokens == 2000 && pieces[1].tokens == 0)
      let before = first[arrival.request.fingerprint] ?? pieces
      #expect(before == pieces)
      first[arrival.request.fingerprint] = pieces
    }
    let plain = try arrivals(
      plan([
        "arrivals": ["poisson": "20/s"], "alias": "chat", "keys": keys,
        "tokens": ["input": 2000, "output": 100],
      ]), until: .seconds(60))
    #expect(plain.count == all.count)
    for (one, other) in zip(plain, all) {
      #expect(one.at == other.arrival.at && one.request.call == other.arrival.request.call)
      #expect(one.truth.outputTokens == other.arrival.truth.outputTokens)
    }
  }

  @Test("can be one set for several streams, and are refused where they make no sense")
  func pools() throws {
    let prompts: Tree = ["count": 2, "tokens": 100, "pool": "app"]
    let one = try pieces(stream([], prompts: prompts))
    var names = try someNames()
    let second = try plan(
      [
        "arrivals": ["poisson": "20/s"], "alias": "chat", "systemPrompts": prompts,
        "tokens": ["input": 2000, "output": 100],
      ], name: "other", names: &names)
    let other = try pieces(second)
    #expect(Set(one.map { $0.pieces[0].key }) == Set(other.map { $0.pieces[0].key }))
    func error(_ tree: Tree) -> String {
      do { _ = try plan(tree) } catch { return "\(error)" }
      return "none"
    }
    #expect(
      error(["trace": "x.csv", "alias": "chat", "systemPrompts": prompts])
        .contains("nothing beside a `trace`"))
    #expect(
      error([
        "arrivals": ["poisson": "1/s"], "alias": "chat", "systemPrompts": ["count": 2],
        "tokens": ["input": 1, "output": 1],
      ]).contains("a length such as 1500"))
  }
}
