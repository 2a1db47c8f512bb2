import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Aliases that lead to each other")
struct AliasCycleTests {
  private func story(
    _ chat: Setting, _ others: [(String, Setting)], _ scripts: [String: String]
  ) throws -> String {
    try stories(chat, scripts, others: others)[0]
  }

  @Test("are visited once a request, all together")
  func once() throws {
    let extract: [(String, Setting)] = [("extract", ["fallback": ["b", "chat"]])]
    let chat: Setting = ["fallback": ["a", "extract"]]
    #expect(try story(chat, extract, ["a": "5"]) == "a5 b. ok")
    // From b the route would go back to chat, which has been visited.
    #expect(try story(chat, extract, ["a": "555", "b": "555"]) == "a5 b5 503")
    // After the whole cycle the rest of the route is tried.
    #expect(
      try story(["fallback": ["a", "extract", "c"]], extract, ["a": "555", "b": "5"])
        == "a5 b5 c. ok")
    // A second way to the same alias is closed too.
    #expect(
      try story(["fallback": ["extract", "extract", "c"]], extract, ["b": "55"]) == "b5 c. ok")
  }

  @Test("are passed over by strategies where they have been visited")
  func candidates() throws {
    let extract: [(String, Setting)] = [
      ("extract", ["balance": "weighted-random", "over": ["b", "chat"]])
    ]
    for seed in UInt64(0)..<20 {
      let lines = try stories(
        ["fallback": ["extract", "c"]], others: extract, seed: seed)
      #expect(lines == ["b. ok"])
    }
  }

  @Test("may include an alias that leads to itself beside other children")
  func itself() throws {
    #expect(try story(["fallback": ["chat", "a"]], [], [:]) == "a. ok")
    #expect(try story(["fallback": ["a", "chat"]], [], ["a": "55"]) == "a5 503")
  }

  @Test("change nothing for aliases on no cycle: these are entered as often as the route says")
  func others() throws {
    #expect(
      try story(["fallback": ["extract", "extract"]], [("extract", "b")], ["b": "5"])
        == "b5 b. ok")
  }

  @Test("are bounded by the depth of a route")
  func depth() throws {
    func nested(_ levels: Int, _ leaf: Setting) -> Setting {
      levels == 1 ? leaf : ["fallback": [nested(levels - 1, leaf)]]
    }
    let chat = nested(4, "extract")
    #expect(try story(chat, [("extract", ["fallback": ["b", "chat"]])], [:]) == "b. ok")
    #expect(throws: SettingError.self) {
      try story(chat, [("extract", nested(5, ["fallback": ["b", "chat"]]))], [:])
    }
  }
}

@Suite("What is down, used last")
struct DownLastTests {
  private let breaker: Setting = ["trip": ["consecutiveFailures": 1], "open": "1h"]

  @Test("comes after the others have failed, in order, each once")
  func order() throws {
    let route: Setting = ["fallback": ["a", "b", "c"]]
    #expect(
      try stories(
        route, ["a": "5", "b": ".5", "c": "5"], requests: 3, breaker: breaker, allDown: "last")
        == ["a5 b. ok", "b5 c5 a. ok", "a. ok"])
    // With "use" what is down is used only if all are.
    #expect(
      try stories(
        route, ["a": "5", "b": ".5", "c": "5"], requests: 2, breaker: breaker, allDown: "use")
        == ["a5 b. ok", "b5 c5 503"])
  }

  @Test("may be said of a node, or of all")
  func nodes() throws {
    let route: Setting = ["fallback": ["a", "b"], "allDown": "last"]
    #expect(
      try stories(route, ["a": "5", "b": ".5"], requests: 2, breaker: breaker, allDown: "fail")
        == ["a5 b. ok", "b5 a. ok"])
  }

  @Test("is noted as a bypass, so that the law of open breakers holds")
  func noted() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]], "breaker": breaker, "allDown": "last",
    ])
    bench.arrive()
    bench.end(.status(500))
    bench.end(.succeeded)
    bench.arrive()
    bench.end(.status(500))
    #expect(bench.live.map(\.deployment) == ["a"])
    #expect(bench.notes(.bypassed).count == 1)
    bench.end(.status(500))
    #expect(bench.requests.last?.attempts == 2 && bench.live.isEmpty)
  }
}
