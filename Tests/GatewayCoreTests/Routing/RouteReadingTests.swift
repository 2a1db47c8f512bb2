import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A policy's routes")
struct RouteReadingTests {
  private func read(_ routes: Setting) throws {
    _ = try GatewayPlan(["routes": routes])
  }

  private func message(_ routes: Setting) -> String {
    do {
      try read(routes)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("may not lead an alias back to itself and nowhere else")
  func cycles() {
    #expect(message(["chat": "chat"]).contains("leads back to itself"))
    #expect(message(["chat": "extract", "extract": "chat"]).contains("leads back to itself"))
    #expect(
      message([
        "chat": ["fallback": ["extract", "other"]], "extract": ["fallback": ["chat"]],
        "other": ["sticky": "user", "over": ["extract", "chat"]],
      ])
      .contains("leads back to itself"))
  }

  @Test("may have thousands of nodes, each with all that it may carry, and not more")
  func thousands() throws {
    let retry: Setting = ["max": 1, "budget": ["share": "1%"]]
    let leaf: Setting = [
      "deployment": "a", "retry": [retry, retry, retry, retry],
      "hedge": ["after": "1s", "budget": ["share": "1%"]],
      "breaker": ["trip": ["consecutiveFailures": 1], "open": "1s", "per": "leaf"],
    ]
    func balance(_ nodes: [Setting]) -> Setting {
      ["balance": "weighted-random", "over": Setting(.array(nodes))]
    }
    let group = balance(Array(repeating: leaf, count: 64))
    try read(["chat": balance(Array(repeating: group, count: 40))])
    let plain = balance(Array(repeating: balance(Array(repeating: "a", count: 64)), count: 64))
    #expect(message(["chat": plain, "extract": plain]).contains("more than 6,000 route nodes"))
  }

  @Test("may meet at an alias from two sides")
  func diamond() throws {
    try read(["chat": ["fallback": ["extract", "other"]], "extract": "other", "other": "a"])
  }

  @Test("may not go to an alias without a route")
  func dangling() {
    #expect(message(["chat": "extract"]).contains("has no route"))
  }

  @Test("are at most eight nodes deep, aliases included")
  func depth() throws {
    func nested(_ levels: Int) -> Setting {
      levels == 1 ? "a" : ["fallback": [nested(levels - 1)]]
    }
    try read(["chat": nested(8)])
    #expect(message(["chat": nested(9)]).contains("at most 8 nodes deep"))
    try read(["chat": "extract", "extract": nested(7)])
    #expect(message(["chat": "extract", "extract": nested(8)]).contains("at most 8 nodes deep"))
    #expect(try story(nested(8)) == "a. ok")
  }

  @Test("name a near spelling for an unknown deployment, alias or strategy")
  func unknown() {
    #expect(message(["chat": "extrct"]).contains("extract"))
    #expect(message(["chat": ["balance": "peak-ewam", "over": ["a"]]]).contains("peak-ewma"))
    #expect(message(["caht": "a"]).contains("chat"))
  }

  @Test("refuse what is no node, two nodes in one, and nodes without children")
  func malformed() {
    for wrong: Setting in [
      ["weight": 2], ["fallback": ["a"], "deployment": "b"], ["balance": "cheapest"],
      ["fallback": []], ["condition": [["if": ["streams": true]]], "else": "a"],
      ["condition": [["if": ["streams": true], "then": "a"]]],
      ["fallback": ["a"], "on": ["600"]], ["fallback": ["a"], "on": ["5xy"]],
      ["sticky": "planet", "over": ["a"]],
      ["deployment": "a", "wieght": 3], ["deployment": "a", "weight": -1],
    ] {
      #expect(throws: SettingError.self) { try read(["chat": wrong]) }
    }
  }

  @Test("have at most 64 children at a node")
  func width() throws {
    let many = Setting(.array(Array(repeating: "a" as Setting, count: 64)))
    try read(["chat": ["balance": "cheapest", "over": many]])
    let more = Setting(.array(Array(repeating: "a" as Setting, count: 65)))
    #expect(throws: SettingError.self) {
      try read(["chat": ["balance": "cheapest", "over": more]])
    }
  }

  @Test("reach the deployments that a walk can come to")
  func reachable() throws {
    let plan = try GatewayPlan([
      "routes": ["chat": ["fallback": ["d", "extract"]], "extract": ["split": ["b", "d"]]]
    ])
    #expect(plan.tree.deployments(reachableFrom: 0).map(\.index) == [1, 3])
    #expect(plan.tree.deployments(reachableFrom: 2).isEmpty)
  }
}

@Suite("A set of outcomes")
struct OutcomeSetTests {
  private func set(_ words: Setting) throws -> OutcomeSet {
    var reader = try SettingsReader(["on": words])
    return try OutcomeSet(reading: &reader, "on", default: OutcomeSet(), "", "")
  }

  static let all: [Outcome] = [
    .status(400), .status(429), .status(499), .status(500), .status(599), .connection,
    .firstTokenTimeout, .idleTimeout, .totalTimeout, .brokenStream,
    .malformed,
  ]

  @Test(
    "holds what its words say",
    arguments: [
      ("any", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), ("4xx", [0, 1, 2]), ("5xx", [3, 4]),
      ("429", [1]),
      ("timeout", [6, 7, 8]), ("firstToken", [6]), ("idle", [7]), ("total", [8]),
      ("connection", [5]), ("broken", [9]),
      ("malformed", [10]),
    ])
  func words(word: String, members: [Int]) throws {
    let set = try set([Setting(.string(word))])
    #expect(OutcomeSetTests.all.indices.filter { set.contains(OutcomeSetTests.all[$0]) } == members)
    #expect(!set.contains(.succeeded) && !set.contains(.cancelled))
  }

  @Test(
    "knows what an error is about",
    arguments: [
      ("contextWindow", [0]), ("contentPolicy", [1]), ("auth", [2, 3]), ("rateLimit", [4]),
      ("overloaded", [5, 6]), ("400", [0, 1, 7]), ("4xx", [0, 1, 2, 3, 4, 7]), ("502-504", [5, 8]),
      ("!4xx", [5, 6, 8]), ("any", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
    ])
  func about(word: String, members: [Int]) throws {
    let all: [Outcome] = [
      .contextWindow, .contentPolicy, .status(401), .status(403), .status(429), .status(503),
      .status(529), .status(400), .status(502),
    ]
    let set = try set([Setting(.string(word))])
    #expect(all.indices.filter { set.contains(all[$0]) } == members)
  }

  @Test("takes away what a word with ! names, whatever the order")
  func takesAway() throws {
    let set = try set(["!contextWindow", "any", "!503"])
    #expect(!set.contains(.contextWindow) && !set.contains(.status(503)))
    #expect(set.contains(.status(400)) && set.contains(.contentPolicy) && set.contains(.connection))
    for wrong in ["504-502", "399-404", "500-", "!", "5x", "500-501-502"] {
      #expect(throws: SettingError.self) { try self.set([Setting(.string(wrong))]) }
    }
  }

  @Test(
    "LiteLLM: a prompt that is too long goes to the context-window fallbacks, and nothing else does",
    .tags(.fact))
  func contextFallbacks() throws {
    let route: Setting = [
      "fallback": [
        ["fallback": ["a", "b"], "on": ["contextWindow"]],
        ["fallback": ["a", "c"], "on": ["contentPolicy"]], "d",
      ],
      "on": ["any", "!contextWindow", "!contentPolicy"],
    ]
    #expect(
      try story(["fallback": ["a", "b"], "on": ["contextWindow"]], ["a": "w"]) == "aw b. ok")
    #expect(try story(["fallback": ["a", "b"], "on": ["contextWindow"]], ["a": "p"]) == "ap 400")
    #expect(try story(route, ["a": "w", "b": "w"]) == "aw bw 400")
    #expect(try story(route, ["a": "5p"]) == "a5 ap c. ok")
    #expect(try story(route, ["a": "55"]) == "a5 a5 d. ok")
  }

  @Test("an answer that cannot be read is retried and falls back like a server's failure")
  func malformed() throws {
    #expect(OutcomeSet.transient.contains(.malformed) && OutcomeSet.any.contains(.malformed))
    #expect(try story(["fallback": ["a", "b"], "on": ["malformed"]], ["a": "m"]) == "am b. ok")
    #expect(try story(["fallback": ["a", "b"], "on": ["5xx"]], ["a": "m"]) == "am 502")
  }

  @Test("is the union of its words, and takes one word for a list of one")
  func union() throws {
    let both = try set(["429", "connection"])
    #expect(
      both.contains(.status(429)) && both.contains(.connection) && !both.contains(.status(500)))
    #expect(try set("429").contains(.status(429)))
    #expect(try set(429).contains(.status(429)))
  }
}
