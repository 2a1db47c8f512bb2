import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// Retries and fallbacks as real gateways make them, each expressed as a policy.
@Suite("Retries of real gateways")
struct RetryFactsTests {
  // MARK: Portkey

  private static let portkey: [(String, Setting)] = [
    ("max", 5), ("on", ["429", "500", "502", "503", "504"]), ("retryAfter", "instead"),
    ("waitLimit", "60s"),
    ("backoff", ["exponential": ["from": "1s", "to": "16s", "jitter": "none"]]),
  ]

  @Test(
    "Portkey: retries wait 1, 2, 4, 8, 16 s without jitter, after 429 and 500 to 504 only",
    .tags(.fact))
  func portkeyBackoff() throws {
    let attempts: Setting = ["retry": .members(RetryFactsTests.portkey)]
    #expect(
      try story("a", ["a": "555555"], attempts: attempts)
        == "a5 ~1000 a5 ~2000 a5 ~4000 a5 ~8000 a5 ~16000 a5 503")
    for other in ["3", "t"] {
      #expect(
        try story("a", ["a": other], attempts: attempts).hasPrefix("a\(other) 4") || other == "t")
      #expect(try !story("a", ["a": other], attempts: attempts).contains("~"))
    }
  }

  @Test(
    "Portkey: a Retry-After is waited instead of the backoff, 60 s in all at most",
    .tags(.fact))
  func portkeyHint() throws {
    let attempts: Setting = ["retry": .members(RetryFactsTests.portkey)]
    func waits(_ hint: Duration) throws -> String {
      try story("a", ["a": "4444"], attempts: attempts, retryAfter: RetryAfter(hint))
    }
    #expect(try waits(.milliseconds(300)) == "a4 ~300 a4 ~300 a4 ~300 a4 ~300 a. ok")
    // 25 + 25 s are waited; a third 25 s is more than the rest of the minute.
    #expect(try waits(.seconds(25)) == "a4 ~25000 a4 ~25000 a4 429")
    #expect(try waits(.seconds(60)) == "a4 429")
    #expect(try waits(.milliseconds(59_999)) == "a4 ~59999 a4 429")
  }

  @Test(
    "Portkey: a fallback moves on after any failure; with a list of codes after these only",
    .tags(.fact))
  func portkeyFallback() throws {
    for failure in ["3", "1", "4", "5", "t", "c"] {
      #expect(
        try story(["fallback": ["a", "b"]], ["a": failure]) == "a\(failure) b. ok")
    }
    let listed: Setting = ["fallback": ["a", "b"], "on": ["429", "503"]]
    #expect(try story(listed, ["a": "4"]) == "a4 b. ok")
    #expect(try story(listed, ["a": "3"]) == "a3 400")
  }

  // MARK: Helicone

  @Test(
    "Helicone: retries 5xx and lost connections at the same provider, 429 and timeouts never",
    .tags(.fact))
  func helicone() throws {
    let attempts: Setting = [
      "retry": [
        "max": 2, "on": ["5xx", "connection"], "backoff": ["constant": ["delay": "1s"]],
      ]
    ]
    #expect(
      try story("a", ["a": "5c"], attempts: attempts) == "a5 ~1000 ac ~1000 a. ok")
    #expect(try story("a", ["a": "4"], attempts: attempts) == "a4 429")
    #expect(try story("a", ["a": "t"], attempts: attempts) == "at 504")
  }

  // MARK: Bifrost

  @Test("Bifrost: waits min(500 ms · 2ⁿ, 5 s) · U(0.8, 1.2)", .tags(.fact))
  func bifrostBackoff() throws {
    let backoff = try Backoff.registry.make(from: [
      "exponential": ["from": "500ms", "to": "5s", "jitter": "multiplicative"]
    ])
    for (u, factor) in [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)] {
      for (retry, wait) in [500, 1_000, 2_000, 4_000, 5_000, 5_000].enumerated() {
        let milliseconds = Double(backoff.wait(beforeRetry: retry, uniform: u)) / 1e6
        #expect(abs(milliseconds - Double(wait) * factor) < 0.001)
      }
    }
  }

  /// Three keys of one deployment: 429 rotates with backoff, 401 to 403 mark the key dead, 5xx
  /// stays with the key.
  private static let keys: Setting = [
    "balance": "smooth-weighted-round-robin", "over": ["a", "b", "c"],
    "retry": [
      [
        "max": 4, "on": ["429"], "count": "together", "reselect": true, "whenAllTried": "again",
        "backoff": ["constant": ["delay": "500ms"]],
      ],
      ["max": 4, "on": ["401", "402", "403"], "reselect": true, "skip": true],
      ["max": 4, "on": ["5xx", "connection"], "backoff": ["constant": ["delay": "500ms"]]],
    ],
  ]

  @Test("Bifrost: 429 rotates the key with backoff, 5xx stays with the key", .tags(.fact))
  func bifrostRotation() throws {
    #expect(try story(RetryFactsTests.keys, ["a": "4"]) == "a4 ~500 b. ok")
    #expect(try story(RetryFactsTests.keys, ["a": "5"]) == "a5 ~500 a. ok")
    let all = try story(RetryFactsTests.keys, ["a": "4", "b": "4", "c": "4"])
    #expect(all == "a4 ~500 b4 ~500 c4 ~500 c. ok")
  }

  @Test(
    "Bifrost: 401 marks the key dead for the rest of the request, and rotates at once",
    .tags(.fact))
  func bifrostDeadKey() throws {
    #expect(try story(RetryFactsTests.keys, ["a": "1"]) == "a1 b. ok")
    // All were tried, so all would be asked again; the dead one is not.
    let rest = try story(RetryFactsTests.keys, ["a": "1", "b": "44", "c": "4"])
    #expect(rest == "a1 b4 ~500 c4 ~500 c. ok")
    // The next request asks it again.
    let later = try stories(RetryFactsTests.keys, ["a": "11"], requests: 6)
    #expect(later.filter { $0.hasPrefix("a1 ") }.count == 2)
  }

  @Test("Bifrost: then each fallback has the full retries of its own", .tags(.fact))
  func bifrostFallback() throws {
    let route: Setting = ["fallback": [RetryFactsTests.keys, "d"]]
    let attempts: Setting = ["retry": ["max": 1]]
    #expect(
      try story(
        route, ["a": "11", "b": "1", "c": "1", "d": "5"], attempts: attempts)
        == "a1 b1 c1 d5 d. ok")
  }

  // MARK: LiteLLM

  private static func litellm(_ count: Int, floor: String = "0s") -> [(String, Setting)] {
    [
      ("max", Setting(integerLiteral: count)), ("on", ["408", "409", "429", "5xx", "timeout"]),
      ("reselect", true), ("exclude", false), ("wait", "ifNoneHealthy"), ("waitAfterLast", true),
      ("retryAfter", "instead"), ("retryAfterBeyond", "ignore"), ("retryAfterJitter", true),
      (
        "backoff",
        [
          "exponential": [
            "from": "500ms", "to": "8s", "least": Setting(.string(floor)), "jitter": "additive",
          ]
        ]
      ),
    ]
  }

  private func group(
    _ over: [Setting], _ retry: Setting, _ scripts: [String: String], uniform: Double = 0,
    hint: RetryAfter = .unsaid
  ) throws -> String {
    let draws = [Double](repeating: uniform, count: 64)
    let route: Setting = [
      "balance": "weighted-random", "over": Setting(.array(over)), "retry": retry,
    ]
    return try stories(route, scripts, script: draws, retryAfter: hint)[0]
  }

  @Test("LiteLLM: waits 0.5, 1, 2, 4, 8, 8 s, also after the last failed retry", .tags(.fact))
  func litellmBackoff() throws {
    #expect(
      try group(["a"], .members(RetryFactsTests.litellm(6)), ["a": "5555555"])
        == "a5 ~500 a5 ~1000 a5 ~2000 a5 ~4000 a5 ~8000 a5 ~8000 a5 ~8000 503")
    // With a fallback the wait after the last retry comes before it.
    let route: Setting = [
      "fallback": [
        [
          "balance": "weighted-random", "over": ["a"],
          "retry": .members(RetryFactsTests.litellm(1)),
        ],
        "b",
      ]
    ]
    #expect(
      try stories(route, ["a": "55"], script: [Double](repeating: 0, count: 64))
        == ["a5 ~500 a5 ~1000 b. ok"])
    #expect(
      try group(["a"], .members(RetryFactsTests.litellm(0)), ["a": "5"]) == "a5 503")
  }

  @Test("LiteLLM: the jitter adds 0.75 · U seconds; retry_after is the floor", .tags(.fact))
  func litellmJitter() throws {
    #expect(
      try group(["a"], .members(RetryFactsTests.litellm(1)), ["a": "5"], uniform: 0.8)
        == "a5 ~1100 a. ok")
    #expect(
      try group(["a"], .members(RetryFactsTests.litellm(3, floor: "4s")), ["a": "555"])
        == "a5 ~4000 a5 ~4000 a5 ~4000 a. ok")
  }

  @Test(
    "LiteLLM: a Retry-After up to 60 s is waited with jitter, a longer one is not heard",
    .tags(.fact))
  func litellmHint() throws {
    func wait(_ hint: Duration, _ uniform: Double = 0) throws -> String {
      try group(
        ["a"], .members(RetryFactsTests.litellm(1)), ["a": "4"], uniform: uniform,
        hint: RetryAfter(hint))
    }
    #expect(try wait(.seconds(60)) == "a4 ~60000 a. ok")
    #expect(try wait(.seconds(3), 0.8) == "a4 ~3600 a. ok")
    #expect(try wait(.seconds(61)) == "a4 ~500 a. ok")
    #expect(try wait(.zero) == "a4 ~500 a. ok")
  }

  @Test("LiteLLM: does not wait while the group has another healthy deployment", .tags(.fact))
  func litellmNoWait() throws {
    // Draws of 0 always choose the first: a failed deployment is not left out after a 5xx.
    #expect(
      try group(["a", "b"], .members(RetryFactsTests.litellm(3)), ["a": "555"])
        == "a5 a5 a5 a. ok")
    #expect(
      try group(["a", "b"], .members(RetryFactsTests.litellm(1)), ["a": "55"]) == "a5 a5 503")
  }

  @Test(
    "LiteLLM: a retry after 401 leaves out the refusing deployment, unless that leaves none",
    .tags(.fact))
  func litellmSkip() throws {
    let rules: Setting = Setting(
      .array([
        .members(
          [
            ("max", 3), ("on", ["401", "403"]), ("count", "together"), ("reselect", true),
            ("exclude", false), ("skip", true), ("whenAllTried", "again"),
          ]), .members(RetryFactsTests.litellm(3)),
      ]))
    #expect(try group(["a", "b"], rules, ["a": "1"]) == "a1 b. ok")
    #expect(try group(["a", "b"], rules, ["a": "1", "b": "5"]) == "a1 b5 b. ok")
    #expect(try group(["a", "b"], rules, ["a": "1", "b": "1"]) == "a1 b1 a. ok")
  }

  @Test("LiteLLM: the class of the first failure fixes the number of retries", .tags(.fact))
  func litellmPolicy() throws {
    let policy: Setting = [
      ["max": 3, "on": ["429"], "count": "first"], ["max": 0, "on": ["timeout"]],
      ["max": 1, "on": ["400"]],
    ]
    func tries(_ script: String) throws -> String {
      try story(
        ["balance": "weighted-random", "over": ["a"], "retry": policy], ["a": script])
    }
    #expect(try tries("4444") == "a4 a4 a4 a4 429")
    #expect(try tries("t") == "at 504")
    #expect(try tries("33") == "a3 a3 400")
    // One retry is due after a 400, three after a 429, whatever comes then.
    #expect(try tries("344") == "a3 a4 429")
    #expect(try tries("4t34") == "a4 at a3 a4 429")
  }

  @Test(
    "LiteLLM: max_fallbacks bounds the depth of nesting, not the length of a list",
    .tags(.fact))
  func litellmDepth() throws {
    let all = ["a": "5", "b": "5", "c": "5", "d": "5"]
    let attempts: Setting = ["fallbacks": ["depth": 2]]
    let flat: Setting = ["fallback": ["a", "b", "c", "d"]]
    #expect(try story(flat, all, attempts: attempts) == "a5 b5 c5 d5 503")
    let nested: Setting = [
      "fallback": ["a", ["fallback": ["b", ["fallback": ["c", "d"]]]]]
    ]
    #expect(try story(nested, all, attempts: attempts) == "a5 b5 c5 503")
    #expect(try story(nested, all) == "a5 b5 c5 d5 503")
  }

  @Test("LiteLLM: a fallback's own fallbacks are walked before the next one", .tags(.fact))
  func litellmNested() throws {
    let route: Setting = ["fallback": ["a", "extract", "d"]]
    let extract: Setting = ["fallback": ["b", "c"]]
    #expect(
      try story(
        route, ["a": "5", "b": "5", "c": "5"], others: [("extract", extract)]) == "a5 b5 c5 d. ok")
  }

  @Test(
    "LiteLLM: when all fail the client gets the error of the group it asked for",
    .tags(.fact))
  func litellmError() throws {
    let attempts: Setting = ["error": "original", "retry": ["max": 1, "on": ["5xx"]]]
    #expect(
      try story(["fallback": ["a", "b"]], ["a": "54", "b": "3"], attempts: attempts)
        == "a5 a4 b3 429")
    #expect(try story("a", ["a": "54"], attempts: attempts) == "a5 a4 429")
  }

  // MARK: Others

  @Test(
    "TensorZero: a first token that does not come in time moves on to the next variant",
    .tags(.fact))
  func tensorZero() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"], "on": ["firstToken"]]],
      "attempts": ["firstToken": "400ms"],
    ])
    bench.arrive { $0.streams = true }
    #expect(bench.live[0].deadlines.firstTokenMicroseconds == 400_000)
    bench.pass(.milliseconds(400))
    bench.end(.firstTokenTimeout)
    #expect(bench.live.map(\.deployment) == ["b"])
    bench.end(.totalTimeout)
    #expect(bench.requests.first?.outcome == .totalTimeout)
  }

  @Test(
    "OpenRouter: the next model is tried after any error", .tags(.fact),
    arguments: ["3", "1", "4", "5", "c", "t"])
  func openRouter(failure: String) throws {
    #expect(
      try story(["fallback": ["a", "b", "c"]], ["a": failure, "b": failure])
        == "a\(failure) b\(failure) c. ok")
  }

  @Test("Kong: by default only errors and timeouts fail over; 429 must be listed", .tags(.fact))
  func kong() throws {
    func route(_ criteria: Setting) -> Setting {
      ["fallback": ["a", "b"], "on": criteria]
    }
    let standard: Setting = ["connection", "timeout"]
    for failure in ["4", "3", "1", "5"] {
      #expect(try !story(route(standard), ["a": failure]).contains("b"))
    }
    #expect(try story(route(standard), ["a": "c"]) == "ac b. ok")
    #expect(try story(route(standard), ["a": "t"]) == "at b. ok")
    #expect(try story(route(["connection", "timeout", "429"]), ["a": "4"]) == "a4 b. ok")
  }

  @Test(
    "Kong: an address that has failed is left out of the request's other tries",
    .tags(.fact))
  func kongExcludes() throws {
    let route: Setting = [
      "balance": "smooth-weighted-round-robin", "over": ["a", "b", "c"],
      "retry": ["max": 5, "reselect": true],
    ]
    #expect(try story(route, ["a": "55", "b": "55", "c": "55"]) == "a5 b5 c5 503")
  }

  @Test(
    "Cloudflare: at most five retries, 100 ms to 5 s, constant, linear or exponential",
    .tags(.fact))
  func cloudflare() throws {
    func waits(_ backoff: Setting) throws -> String {
      try story("a", ["a": "555555"], attempts: ["retry": ["max": 5, "backoff": backoff]])
    }
    #expect(
      try waits(["constant": ["delay": "100ms"]])
        == "a5 ~100 a5 ~100 a5 ~100 a5 ~100 a5 ~100 a5 503")
    #expect(
      try waits(["linear": ["from": "1500ms", "to": "5s"]])
        == "a5 ~1500 a5 ~3000 a5 ~4500 a5 ~5000 a5 ~5000 a5 503")
    #expect(
      try waits(["exponential": ["from": "1s", "to": "5s", "jitter": "none"]])
        == "a5 ~1000 a5 ~2000 a5 ~4000 a5 ~5000 a5 ~5000 a5 503")
  }
}
