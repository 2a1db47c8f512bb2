import Chance
import Settings
import Testing
import Vocabulary

@testable import Traffic

@Suite("A client library")
struct ClientRetriesTests {
  private let base: [(String, Tree)] = [
    ("arrivals", ["poisson": "4/s"]), ("alias", "chat"),
    ("tokens", ["input": 100, "output": 50]),
  ]

  private func client(_ tree: Tree?) throws -> ClientBehaviour {
    try plan(.object(base + (tree.map { [("client", $0)] } ?? []))).client
  }

  private func end(
    _ status: UInt16, after: RetryAfter = .unsaid, hasBegun: Bool = false,
    _ end: RequestRecord.End = .failed
  ) -> AnswerEnd {
    AnswerEnd(end, .status(status), retryAfter: after, hasBegun: hasBegun, at: .start)
  }

  @Test("is absent by default: no timeout, no retry, nothing to listen to")
  func none() throws {
    for tree in [nil, "none"] as [Tree?] {
      let behaviour = try client(tree)
      #expect(behaviour.retries.max == 0 && behaviour.timeout == nil && !behaviour.isActive)
    }
    let silent = try plan(.object(base))
    #expect(!silent.listens)
    #expect(
      try !silent.makeClient(
        chance: Chance(seed: 1, replication: 0), until: at(.seconds(9)),
        data: DataFolders(beside: "")
      ).listens)
  }

  @Test(
    "of OpenAI and Anthropic has their documented defaults",
    arguments: ["openai-sdk", "anthropic-sdk"])
  func presets(_ name: String) throws {
    let behaviour = try client(.text(name))
    #expect(behaviour.timeout == .seconds(600))
    #expect(behaviour.retries.max == 2)
    let waits = (0..<6).map { behaviour.retries.wait(beforeRetry: $0, .unsaid, uniform: 0) }
    #expect(waits == [500, 1_000, 2_000, 4_000, 8_000, 8_000].map { $0 * 1_000_000 })
    // A quarter of the wait is what jitter takes away at most.
    #expect(behaviour.retries.wait(beforeRetry: 1, .unsaid, uniform: 1) == 750_000_000)
    for status: UInt16 in [408, 409, 429, 500, 503, 529, 599] {
      #expect(behaviour.retries.on.contains(end(status)), "\(status)")
    }
    for status: UInt16 in [400, 401, 402, 403, 404, 413, 422] {
      #expect(!behaviour.retries.on.contains(end(status)), "\(status)")
    }
    #expect(behaviour.retries.on.contains(end(499, .abandoned)), "its own timeout")
    #expect(
      !behaviour.retries.on.contains(end(502, hasBegun: true)), "a broken stream is not tried again"
    )
    #expect(!behaviour.retries.on.contains(.succeeded(at: .start)))
  }

  @Test(
    "waits a Retry-After up to a minute instead of its backoff, and treats a longer one as told")
  func retryAfter() throws {
    let retries = try client("openai-sdk").retries
    #expect(retries.wait(beforeRetry: 0, RetryAfter(.seconds(60)), uniform: 0.5) == 60_000_000_000)
    #expect(retries.wait(beforeRetry: 0, RetryAfter(.seconds(61)), uniform: 0) == 500_000_000)
    #expect(retries.wait(beforeRetry: 0, RetryAfter(.zero), uniform: 0) == 500_000_000)
    func told(_ more: [(String, Tree)]) throws -> ClientRetries {
      try client(["openai-sdk": ["retries": .object(more)]]).retries
    }
    let newer = try told([("retryAfterLimit", "120s"), ("retryAfterBeyond", "end")])
    #expect(newer.wait(beforeRetry: 0, RetryAfter(.seconds(61)), uniform: 0) == 61_000_000_000)
    #expect(newer.wait(beforeRetry: 0, RetryAfter(.seconds(121)), uniform: 0) == nil)
    let capped = try told([("retryAfterBeyond", "cap")])
    #expect(capped.wait(beforeRetry: 0, RetryAfter(.seconds(121)), uniform: 0) == 60_000_000_000)
    let deaf = try told([("honourRetryAfter", false)])
    #expect(deaf.wait(beforeRetry: 0, RetryAfter(.seconds(9)), uniform: 0) == 500_000_000)
  }

  @Test("of Vercel waits 2 s and 4 s, without jitter and without a timeout")
  func vercel() throws {
    let behaviour = try client("vercel-ai-sdk")
    #expect(behaviour.timeout == nil && behaviour.retries.max == 2)
    let waits = (0..<2).map { behaviour.retries.wait(beforeRetry: $0, .unsaid, uniform: 0.7) }
    #expect(waits == [2_000_000_000, 4_000_000_000])
  }

  @Test("of one's own has every knob, and says what is wrong with it")
  func custom() throws {
    let behaviour = try client([
      "custom": [
        "timeout": "3s",
        "retries": [
          "max": 5, "on": ["503", "timeout", "broken", "500-501"],
          "backoff": ["from": "100ms", "factor": 1, "jitter": "100%"],
        ],
      ]
    ])
    #expect(behaviour.timeout == .seconds(3))
    #expect(behaviour.retries.wait(beforeRetry: 4, .unsaid, uniform: 0.25) == 75_000_000)
    #expect(behaviour.retries.on.contains(end(501)) && !behaviour.retries.on.contains(end(429)))
    #expect(behaviour.retries.on.contains(end(200, hasBegun: true)))
    let cases: [(Tree, String)] = [
      ("open-ai", "openai-sdk"),
      (["custom": ["retries": ["on": ["429"]]]], "max"),
      (["custom": ["retries": ["max": 1, "on": ["timeouts"]]]], "timeout"),
      (["custom": ["retries": ["max": 64]]], "63"),
      (
        ["custom": ["retries": ["max": 1, "backoff": ["from": "9s", "to": "1s"]]]],
        "no shorter than the first"
      ),
    ]
    for (tree, words) in cases {
      do {
        _ = try client(tree)
        Issue.record("no error for \(words)")
      } catch let error as SettingError {
        #expect("\(error)".contains(words), "\(error)")
      }
    }
    #expect(ClientPresets.registry.audit().isEmpty)
  }
}

func at(_ duration: Duration) -> Instant { Instant.start.advanced(by: duration) }
