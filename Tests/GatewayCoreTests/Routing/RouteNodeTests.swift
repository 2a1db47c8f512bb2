import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A route")
struct RouteNodeTests {
  @Test("that is a deployment makes one attempt there")
  func deployment() throws {
    #expect(try story("b") == "b. ok")
    #expect(try story(["deployment": "b"], ["b": "5"]) == "b5 503")
  }

  @Test("that is an alias goes on at the other alias' route")
  func alias() throws {
    let others: [(String, Setting)] = [
      ("extract", ["fallback": ["b", "c"]]), ("other", ["alias": "extract"]),
    ]
    #expect(try story("other", ["b": "5"], others: others) == "b5 c. ok")
    #expect(
      try story(["fallback": ["a", "extract"]], ["a": "5", "b": "5"], others: others)
        == "a5 b5 c. ok")
  }

  @Test("that is a balance makes its attempt where the strategy says")
  func balance() throws {
    let route: Setting = ["balance": "smooth-weighted-round-robin", "over": ["a", "b"]]
    #expect(try stories(route, ["b": "5"], requests: 3) == ["a. ok", "b5 503", "a. ok"])
  }

  @Test("that is a fallback moves on from child to child")
  func fallback() throws {
    let route: Setting = ["fallback": ["a", "b", "c"]]
    #expect(try story(route) == "a. ok")
    #expect(try story(route, ["a": "5", "b": "c"]) == "a5 bc c. ok")
    #expect(try story(route, ["a": "5", "b": "5", "c": "4"]) == "a5 b5 c4 429")
  }

  @Test("that is a fallback moves on only from the outcomes that it names")
  func fallbackOn() throws {
    let route: Setting = ["fallback": ["a", "b"], "on": ["429", "timeout"]]
    #expect(try story(route, ["a": "4"]) == "a4 b. ok")
    #expect(try story(route, ["a": "t"]) == "at b. ok")
    #expect(try story(route, ["a": "5"]) == "a5 503")
  }

  @Test("that is nested offers a failure from the leaf upwards")
  func nested() throws {
    let route: Setting = [
      "fallback": [["fallback": ["a", "b"], "on": ["429"]], ["fallback": ["c", "d"]]]
    ]
    #expect(try story(route, ["a": "4", "b": "4", "c": "5"]) == "a4 b4 c5 d. ok")
    #expect(try story(route, ["a": "5"]) == "a5 c. ok")
  }

  @Test("that is a condition takes the first branch whose predicate holds, else the last")
  func condition() throws {
    let route: Setting = [
      "condition": [
        ["if": ["tags": ["data": "confidential"]], "then": "a"],
        ["if": ["inputAbove": 2_000], "then": "b"],
        ["if": ["streams": true, "team": "blue"], "then": "c"],
      ],
      "else": "d",
    ]
    #expect(try story(route) == "d. ok")
    #expect(try story(route) { $0.tags = TagSet(rawValue: 2) } == "a. ok")
    #expect(
      try story(route) {
        $0.tags = TagSet(rawValue: 6)
        $0.inputTokens = 5_000
      } == "a. ok")
    #expect(try story(route) { $0.inputTokens = 2_001 } == "b. ok")
    #expect(try story(route) { $0.inputTokens = 2_000 } == "d. ok")
    #expect(try story(route) { $0.streams = true } == "d. ok")
    #expect(
      try story(route) {
        $0.streams = true
        $0.identity.team = TeamID(1)
      } == "c. ok")
  }

  @Test("that is a condition on several values of a tag is met by any of them")
  func anyTag() throws {
    let route: Setting = [
      "condition": [["if": ["tags": ["data": ["public", "confidential"]]], "then": "a"]],
      "else": "b",
    ]
    #expect(try story(route) { $0.tags = TagSet(rawValue: 1) } == "a. ok")
    #expect(try story(route) { $0.tags = TagSet(rawValue: 2) } == "a. ok")
    #expect(try story(route) { $0.tags = TagSet(rawValue: 4) } == "b. ok")
  }

  @Test("leaves out deployments that lack a capability or room for the prompt")
  func filters() throws {
    var names = PolicyNames.letters
    names.deployments[0].contextWindow = 999
    names.deployments[1].capabilities = TagSet(rawValue: 0b01)
    let route: Setting = ["fallback": ["a", "b", "c"]]
    #expect(try story(route, names: names) == "b. ok")
    #expect(try story(route, names: names) { $0.inputTokens = 999 } == "a. ok")
    #expect(try story(route, names: names) { $0.capabilities = TagSet(rawValue: 0b10) } == "c. ok")
    #expect(
      try story(["fallback": ["a", "b"]], names: names) {
        $0.capabilities = TagSet(rawValue: 0b10)
      } == "503")
  }
}

@Suite("A split")
struct SplitTests {
  @Test("sends each child its share of the calls")
  func shares() throws {
    let route: Setting = [
      "split": [["deployment": "a", "weight": 90], ["deployment": "b", "weight": 10]]
    ]
    let lines = try stories(route, requests: 5_000)
    let share = Double(lines.filter { $0 == "b. ok" }.count) / 5_000
    // Four standard deviations of a share of 10 % in 5,000.
    #expect(abs(share - 0.1) < 4 * (0.1 * 0.9 / 5_000).squareRoot())
  }

  @Test("sends the same user to the same child, always")
  func stable() throws {
    let route: Setting = ["split": ["a", "b", "c"], "by": "user"]
    let homes = try (0..<40).map { user in
      try stories(route, requests: 3) { $0.identity.user = UserID(user) }
    }
    #expect(homes.allSatisfy { Set($0).count == 1 })
    #expect(Set(homes.map { $0[0] }).count == 3)
  }

  @Test("moves only the keys of a child that is taken away")
  func minimalMoves() throws {
    for user in 0..<60 {
      let three = try story(["split": ["a", "b", "c"], "by": "user"]) {
        $0.identity.user = UserID(user)
      }
      let two = try story(["split": ["a", "c"], "by": "user"]) { $0.identity.user = UserID(user) }
      if three != "b. ok" { #expect(two == three) }
    }
  }

  @Test("gives a child without weight nothing")
  func weightless() throws {
    let route: Setting = [
      "split": [["deployment": "a", "weight": 0], ["deployment": "b", "weight": 1]]
    ]
    #expect(Set(try stories(route, requests: 100)) == ["b. ok"])
  }

  @Test("keeps to its child when that is down, and uses it anyway if that is the policy")
  func down() throws {
    let breaker: Setting = ["trip": ["consecutiveFailures": 1], "open": "1h"]
    let route: Setting = [
      "split": [["deployment": "a", "weight": 1], ["deployment": "b", "weight": 0]]
    ]
    #expect(
      try stories(route, ["a": "5"], requests: 2, breaker: breaker) == ["a5 503", "a. ok"])
    #expect(
      try stories(route, ["a": "5"], requests: 2, breaker: breaker, allDown: "fail")
        == ["a5 503", "503"])
  }

  @Test("below a balance is a candidate only if the call's own child is fit")
  func belowBalance() throws {
    let breaker: Setting = ["trip": ["consecutiveFailures": 1], "open": "1h"]
    let split: Setting = [
      "split": [["deployment": "a", "weight": 1], ["deployment": "b", "weight": 0]],
      "weight": 1_000_000,
    ]
    let route: Setting = ["balance": "weighted-random", "over": [split, "c"]]
    #expect(
      try stories(route, ["a": "5"], requests: 3, breaker: breaker) == ["a5 503", "c. ok", "c. ok"])
  }
}

@Suite("A sticky node")
struct StickyTests {
  private let route: Setting = ["sticky": "conversation", "over": ["a", "b", "c"]]
  private let breaker: Setting = ["trip": ["consecutiveFailures": 1], "open": "10s"]

  @Test("sends a conversation to the same child, and different ones to all of them")
  func same() throws {
    var homes = Set<String>()
    for conversation in UInt64(1)...30 {
      let lines = try stories(route, requests: 4) { $0.conversation = conversation }
      #expect(Set(lines).count == 1)
      homes.insert(lines[0])
    }
    #expect(homes.count == 3)
  }

  @Test("goes by the call where there is no conversation")
  func noConversation() throws {
    #expect(Set(try stories(route, requests: 60)).count == 3)
  }

  @Test("passes over a child that is down, keeps to the next one, and comes back")
  func failover() throws {
    let policy: Setting = ["routes": ["chat": route], "breaker": breaker]
    let bench = try Bench(policy)
    func home(_ outcome: Outcome = .succeeded) -> String {
      bench.arrive { $0.conversation = 77 }
      let deployment = bench.live[0].deployment
      bench.end(outcome)
      return deployment
    }
    let first = home(.status(503))
    let second = home()
    #expect(second != first)
    #expect((0..<5).allSatisfy { _ in home() == second })
    bench.pass(.seconds(10))
    #expect((0..<5).allSatisfy { _ in home() == first })
  }

  @Test("leaves the other conversations where they are when one child is down")
  func others() throws {
    for conversation in UInt64(1)...30 {
      let all = try stories(route) { $0.conversation = conversation }
      let two = try stories(["sticky": "conversation", "over": ["a", "c"]]) {
        $0.conversation = conversation
      }
      if all != ["b. ok"] { #expect(all == two) }
    }
  }
}
