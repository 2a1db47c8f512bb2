import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A retry")
struct RetryTests {
  @Test("at every deployment tries the same one again, so often and no more")
  func leaf() throws {
    let attempts: Setting = ["retry": ["max": 2]]
    #expect(try story("a", ["a": "5"], attempts: attempts) == "a5 a. ok")
    #expect(try story("a", ["a": "5555"], attempts: attempts) == "a5 a5 a5 503")
    #expect(
      try story(["fallback": ["a", "b"]], ["a": "555", "b": "5"], attempts: attempts)
        == "a5 a5 a5 b5 b. ok")
  }

  @Test("that a budget refuses has waited for nothing, as far as the limit of all waits goes")
  func waitsThatWereNot() throws {
    let wait: Setting = ["constant": ["delay": "40s"]]
    let route: Setting = [
      "fallback": [
        ["deployment": "a", "retry": ["max": 1, "backoff": wait, "budget": ["share": "0%"]]],
        ["deployment": "b", "retry": ["max": 1, "backoff": wait, "waitLimit": "60s"]],
      ]
    ]
    #expect(try story(route, ["a": "5", "b": "5"]) == "a5 b5 ~40000 b. ok")
  }

  @Test("happens only after the outcomes that it names")
  func on() throws {
    let attempts: Setting = ["retry": ["max": 3, "on": ["429"]]]
    #expect(try story("a", ["a": "45"], attempts: attempts) == "a4 a5 503")
    #expect(try story("a", ["a": "3"], attempts: ["retry": ["max": 3]]) == "a3 400")
  }

  @Test("of a deployment's own node stands in for the one of the policy")
  func ownRule() throws {
    let route: Setting = ["fallback": [["deployment": "a", "retry": ["max": 1]], "b"]]
    #expect(
      try story(route, ["a": "555", "b": "555"], attempts: ["retry": ["max": 2]])
        == "a5 a5 b5 b5 b5 503")
  }

  @Test("of a node comes before the next child of the node above it")
  func beforeFallback() throws {
    let route: Setting = [
      "fallback": [
        [
          "balance": "smooth-weighted-round-robin", "over": ["a", "b"],
          "retry": ["max": 1, "reselect": true],
        ], "c",
      ]
    ]
    #expect(try story(route, ["a": "5", "b": "5"]) == "a5 b5 c. ok")
  }

  @Test("of a node that does not select anew stays at the same deployment")
  func sameDeployment() throws {
    let route: Setting = [
      "balance": "smooth-weighted-round-robin", "over": ["a", "b"], "retry": ["max": 2],
    ]
    #expect(try story(route, ["a": "55"]) == "a5 a5 a. ok")
  }

  @Test("that selects anew leaves out what was tried, unless told otherwise")
  func exclude() throws {
    // Scripted draws of 0 would always choose the first candidate.
    let rule: [(String, Setting)] = [("max", 3), ("reselect", true)]
    func route(_ exclude: Bool) -> Setting {
      [
        "balance": "weighted-random", "over": ["a", "b", "c"],
        "retry": .members(rule + [("exclude", Setting(.bool(exclude)))]),
      ]
    }
    let scripts = ["a": "555", "b": "555", "c": "555"]
    let zeros = [Double](repeating: 0.001, count: 20)
    #expect(try stories(route(true), scripts, script: zeros) == ["a5 b5 c5 503"])
    #expect(try stories(route(false), scripts, script: zeros) == ["a5 a5 a5 a. ok"])
  }

  @Test("of a fallback that selects anew starts at its first child that was not tried")
  func fallbackAnew() throws {
    let route: Setting = [
      "fallback": ["a", "b"], "on": ["429"], "retry": ["max": 1, "reselect": true],
    ]
    #expect(try story(route, ["a": "5", "b": "5"]) == "a5 b5 503")
  }

  @Test("of a node gives the deployments below their own retries anew")
  func nested() throws {
    let route: Setting = ["fallback": ["a"], "on": ["400"], "retry": ["max": 1]]
    #expect(
      try story(route, ["a": "555555"], attempts: ["retry": ["max": 1]]) == "a5 a5 a5 a5 503")
  }

  @Test("of a deployment does not keep a later fallback from a deployment already tried")
  func leafReselect() throws {
    let attempts: Setting = ["retry": ["max": 1, "reselect": true]]
    #expect(
      try story(["fallback": ["a", "b", "a"]], ["a": "55", "b": "55"], attempts: attempts)
        == "a5 a5 b5 b5 a. ok")
  }

  @Test("counts in the record as a retry, a move to the next child as a fallback")
  func counts() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]], "attempts": ["retry": ["max": 1]],
    ])
    bench.arrive()
    for _ in 0..<3 { bench.end(.status(503)) }
    bench.end(.succeeded)
    let record = try #require(bench.requests.first)
    #expect((record.attempts, record.retries, record.fallbacks) == (4, 2, 1))
    #expect(bench.attempts.map(\.reason) == [.first, .retry, .fallback, .retry])
    #expect(bench.attempts.map(\.index) == [0, 1, 2, 3])
    #expect(bench.attempts.map(\.ordinal) == [0, 1, 0, 1])
    #expect(bench.attempts.map(\.served) == [false, false, false, true])
  }

  @Test("never makes more attempts than the policy's maximum", arguments: 1...5)
  func maximum(most: Int) throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b", "c"]]],
      "attempts": ["retry": ["max": 9], "max": Setting(integerLiteral: most)],
    ])
    bench.arrive()
    while !bench.live.isEmpty { bench.end(.status(503)) }
    #expect(bench.attempts.count == most)
  }

  @Test("makes at most sixteen attempts, whatever the tree says")
  func sixteen() throws {
    let bench = try Bench([
      "routes": [
        "chat": [
          "fallback": ["a", "b", "c", "d"],
          "retry": ["max": 15, "reselect": true, "exclude": false],
        ]
      ],
      "attempts": ["retry": ["max": 15]],
    ])
    bench.arrive()
    while !bench.live.isEmpty { bench.end(.status(503)) }
    #expect(bench.attempts.count == 16)
  }

  @Test("does not happen once the answer has begun")
  func begun() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]], "attempts": ["retry": ["max": 1]],
    ])
    bench.arrive { $0.streams = true }
    bench.showFirstToken()
    #expect(bench.begun.count == 1)
    bench.end(.brokenStream, usage: Usage(inputTokens: 10, outputTokens: 1))
    let record = try #require(bench.requests.first)
    #expect(record.end == .failed && record.outcome == .brokenStream && record.attempts == 1)
  }

  @Test("happens although a first token was seen of an answer that is not streamed")
  func notStreamed() throws {
    let bench = try Bench(["routes": ["chat": ["fallback": ["a", "b"]]]])
    bench.arrive()
    bench.showFirstToken()
    #expect(bench.begun.isEmpty)
    bench.end(.brokenStream)
    bench.end(.succeeded)
    #expect(bench.requests.first?.end == .succeeded)
  }

  @Test("that fails too leaves the client with the last error, or with the first if so told")
  func whichError() throws {
    for (word, status) in [("last", "503"), ("first", "429")] {
      #expect(
        try story(
          ["fallback": ["a", "b"]], ["a": "4", "b": "5"],
          attempts: ["error": Setting(.string(word))])
          == "a4 b5 \(status)")
    }
  }

  @Test("with several rules counts each by itself, or all together")
  func several() throws {
    func rules(_ count: String) -> Setting {
      [
        "retry": [
          ["max": 2, "on": ["429"], "count": Setting(.string(count))], ["max": 1, "on": ["5xx"]],
        ]
      ]
    }
    #expect(try story("a", ["a": "45455"], attempts: rules("each")) == "a4 a5 a4 a5 503")
    #expect(try story("a", ["a": "4555"], attempts: rules("together")) == "a4 a5 503")
    #expect(try story("a", ["a": "5444"], attempts: rules("together")) == "a5 a4 a4 429")
    #expect(try story("a", ["a": "3"], attempts: rules("each")) == "a3 400")
  }

  @Test("that leaves out what was tried finds nothing below a condition whose leaf was tried")
  func condition() throws {
    let route: Setting = [
      "condition": [["if": ["inputAbove": 10], "then": "a"]], "else": "b",
      "retry": ["max": 3, "reselect": true],
    ]
    #expect(try story(route, ["a": "55"]) == "a5 503")
  }

  @Test("has at most four rules at one node")
  func fourRules() {
    let five = Setting(.array([Setting](repeating: ["max": 1], count: 5)))
    #expect(throws: SettingError.self) {
      try GatewayPlan(["routes": ["chat": "a"], "attempts": ["retry": five]])
    }
  }

  @Test("leaves moves to a next child to their own cap")
  func fallbackCap() throws {
    let attempts: Setting = ["fallbacks": ["max": 1]]
    #expect(
      try story(["fallback": ["a", "b", "c"]], ["a": "5", "b": "5"], attempts: attempts)
        == "a5 b5 503")
  }

  @Test("is withdrawn with the request when the client leaves during the pause before it")
  func abandoned() throws {
    let bench = try Bench([
      "routes": ["chat": "a"],
      "attempts": ["retry": ["max": 1, "backoff": ["constant": ["delay": "1s"]]]],
    ])
    let id = bench.arrive()
    bench.end(.status(503))
    #expect(bench.timers.count == 1)
    bench.report(.abandoned(id))
    #expect(bench.timers.isEmpty && bench.held == 0)
    #expect(bench.requests.first?.end == .abandoned)
  }
}

@Suite("A Retry-After")
struct RetryAfterStageTests {
  private let hint = RetryAfter(.milliseconds(700))

  @Test("is waited for if it is longer than the backoff")
  func honoured() throws {
    #expect(
      try story("a", ["a": "4"], attempts: ["retry": ["max": 1]], retryAfter: hint)
        == "a4 ~700 a. ok")
    let short: Setting = ["retry": ["max": 1, "backoff": ["constant": ["delay": "200ms"]]]]
    #expect(try story("a", ["a": "4"], attempts: short, retryAfter: hint) == "a4 ~700 a. ok")
    let long: Setting = ["retry": ["max": 1, "backoff": ["constant": ["delay": "900ms"]]]]
    #expect(try story("a", ["a": "4"], attempts: long, retryAfter: hint) == "a4 ~900 a. ok")
  }

  @Test("beyond the limit ends the retries there, and the next child is tried")
  func limited() throws {
    let attempts: Setting = ["retry": ["max": 1, "retryAfterLimit": "699ms"]]
    #expect(try story("a", ["a": "4"], attempts: attempts, retryAfter: hint) == "a4 429")
    #expect(
      try story(["fallback": ["a", "b"]], ["a": "4"], attempts: attempts, retryAfter: hint)
        == "a4 b. ok")
  }

  @Test("beyond the limit can be cut to it, or count as not said")
  func beyond() throws {
    func attempts(_ word: String) -> Setting {
      [
        "retry": [
          "max": 1, "retryAfterLimit": "500ms", "retryAfterBeyond": Setting(.string(word)),
          "backoff": ["constant": ["delay": "100ms"]],
        ]
      ]
    }
    #expect(
      try story("a", ["a": "4"], attempts: attempts("cap"), retryAfter: hint)
        == "a4 ~500 a. ok")
    #expect(
      try story("a", ["a": "4"], attempts: attempts("ignore"), retryAfter: hint)
        == "a4 ~100 a. ok")
  }

  @Test("can be ignored")
  func ignored() throws {
    let attempts: Setting = ["retry": ["max": 1, "retryAfter": "ignore"]]
    #expect(try story("a", ["a": "4"], attempts: attempts, retryAfter: hint) == "a4 a. ok")
  }
}
