import Foundation
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// One policy with everything on, and a request that goes through all of it.
@Suite("The life of a request that meets every stage")
struct LifeOfEverythingTests {
  static let text = """
    {
      lab: 1, horizon: "60s", warmUp: "0s", seed: 3, replications: 1,
      teams: { kyc: {} }, users: { people: { count: 9 } }, features: { search: {} }, keys: { k1: {} },
      traffic: {
        chat: {
          arrivals: { poisson: { rate: "2/s" } }, alias: "chat", streams: true,
          tokens: { input: { median: 400, p95: 900 }, output: 60 },
          team: "kyc", user: "people", feature: "search", virtualKey: "k1", tags: { data: "secret" },
          semantics: { clusters: 1000000 }, difficulty: 0.8,
        },
        doomed: {
          arrivals: { poisson: { rate: "1/s" } }, alias: "doomed", team: "kyc", tokens: { input: 100, output: 10 },
        },
      },
      services: { embedding: { latency: "20ms", price: "$0.02/M" }, complexity: { latency: "30ms", price: "$0.02/M" } },
      deployments: {
        base: { model: "m", residency: "eu", price: { input: "$1/M", output: "$4/M" }, latency: { timeToFirstToken: "300ms", timePerOutputToken: "10ms" } },
        broken: { extends: "base", faults: { "503": "100%" } },
        throttled: { extends: "base", faults: { "429": { share: "100%", retryAfter: "20s" } } },
        flaky: { extends: "base", faults: { "500": "60%" } },
        slow: { extends: "base", latency: { timeToFirstToken: "5s", timePerOutputToken: "10ms" } },
        abroad: { extends: "base", residency: "us" },
        dear: { extends: "base", price: { input: "$9/M", output: "$36/M" } },
        near: { extends: "base" },
        far: { extends: "base", latency: { timeToFirstToken: "600ms", timePerOutputToken: "10ms" } },
        limited: { extends: "base" },
      },
      policies: {
        all: {
          limits: [
            { each: "team", requests: "5/s", burst: 20 }, { each: "everyone", totalTokens: "1k/s", burst: 2000, shadow: true },
            { each: "deployment", unit: "requests", of: { limited: "1/min" }, burst: 1 },
          ],
          budgets: [{ each: "team", money: "$10/day", at: { "1%": "warn" } }],
          cache: { exact: { ttl: "1m", capacity: 100 }, semantic: { threshold: 0.99, ttl: "1m", capacity: 100 } },
          filter: [{ if: { tags: { data: "secret" } }, residency: ["eu"] }],
          routes: {
            chat: {
              threshold: { at: 0.5 },
              strong: {
                fallback: [
                  { balance: "weighted-random", over: ["abroad"] }, "broken", "throttled", "limited", "flaky",
                  { balance: { "peak-ewma": { samples: 0 } }, over: ["slow", "near", "far", "dear"], filter: [{ price: { input: "$5/M" } }],
                    hedge: { after: "1s" } },
                ], on: ["5xx", "429"],
              },
              weak: "near",
            },
            doomed: { fallback: ["broken", "throttled"] },
          },
          attempts: { total: "60s", max: 6, retry: { max: 1, on: ["500"], backoff: { constant: { delay: "200ms" } } } },
          breaker: { trip: { consecutiveFailures: 3 }, open: "1m" },
          ejection: "throttled",
          allDown: "use",
        },
      },
    }
    """

  private func life(_ number: UInt64, _ text: String = Self.text) throws -> [LifeOfRequest.Line] {
    var options = LifeOptions(request: number)
    options.policies = ["all"]
    let path = FileManager.default.temporaryDirectory
      .appending(path: "life-\(UUID().uuidString).json5").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let life = try #require(
      try Experiment.explain(try ScenarioLoader.load(path: path), options).first)
    #expect(life.failures.isEmpty)
    return life.lines
  }

  /// The lines are told in this order, others between them; what is not found is named.
  private func expect(
    _ wanted: [(event: String, detail: String)], in lines: [LifeOfRequest.Line]
  ) {
    var rest = lines[...]
    for (event, detail) in wanted {
      guard let place = rest.firstIndex(where: { $0.event == event && $0.detail.contains(detail) })
      else {
        let told = lines.map { "\($0.event): \($0.detail)" }.joined(separator: "\n")
        Issue.record("not told, or not in its place: \(event): \(detail)\n\(told)")
        return
      }
      rest = rest[(place + 1)...]
    }
  }

  @Test(
    "tells each stage in the order of a reader: who, limits, caches, score, filters, attempts, end")
  func everything() throws {
    let chat = "routes.chat.strong"
    expect(
      [
        (
          "arrived", "alias chat, team kyc, user people/9, feature search, key k1, tags data=secret"
        ),
        ("limit", "limits[1] (totalTokens each everyone), would refuse (shadow), would pass at"),
        ("limit", "limits[0] (requests each team), admits, 17 requests left"),
        ("limit", "limits[0] (requests each team), takes 1 request"),
        ("limit", "budgets[0] (money each team), admits, it never refuses"),
        ("limit", "budgets[0] (money each team), is charged at the end"),
        ("cache", "miss"), ("asks", "for the embedding"), ("is told", "the embedding"),
        ("semantic cache", "miss"), ("asks", "for the complexity"),
        ("is told", "the complexity, score 0.800"),
        ("chose", "the strong side, score 0.800 ≥ 0.500, at routes.chat"),
        (
          "removed",
          "abroad, its region is not allowed, by filter[0], at \(chat).fallback[0].over[0]"
        ),
        ("removed", "broken, its breaker is open, at \(chat).fallback[1]"),
        ("removed", "throttled, it is out of rotation, at \(chat).fallback[2]"),
        ("removed", "limited, its limit is reached, by limits[2] (requests each deployment)"),
        ("attempt 1", "flaky, at \(chat).fallback[4]"),
        ("attempt failed", "attempt 1, status 500"),
        ("goes on", "retry, after 0.200 s, at \(chat).fallback[4]"),
        ("attempt 2", "flaky, retry"), ("attempt failed", "attempt 2, status 500"),
        ("breaker", "flaky, opens until"), ("goes on", "next child, at \(chat)"),
        ("removed", "dear, it costs too much, by \(chat).fallback[5].filter[0]"),
        ("scored", "slow, score 0."), ("scored", "near, score 0."), ("scored", "far, score 0."),
        ("chose", "slow, of 3, at \(chat).fallback[5]"), ("attempt 3", "slow, fallback"),
        ("hedge", "nothing has begun for 1.000 s"), ("removed", "slow, tried already"),
        ("chose", "near, of 2, at \(chat).fallback[5]"), ("attempt 4", "near, hedge"),
        ("first token", "attempt 4"), ("withdrawn", "attempt 3, after 1.300 s, billed $"),
        ("answered", "attempt 4"), ("semantic cache", "keeps the answer"),
        ("cache", "keeps the answer"), ("limit", "budgets[0] (money each team), takes $0.00"),
        ("succeeded", "60 tokens, from near, billed $0.00"),
      ], in: try life(7))
  }

  @Test("tells nothing twice at one instant, and no number that a reader cannot mean")
  func once() throws {
    for number in [7, 33] as [UInt64] {
      let lines = try life(number)
      let judged = lines.filter { $0.event == "limit" }.map { "\($0.at) \($0.detail)" }
      #expect(Set(judged).count == judged.count, "\(judged)")
      #expect(lines.allSatisfy { !$0.detail.contains("permits") && !$0.detail.contains("922337") })
      #expect(lines.allSatisfy { !$0.detail.contains("policies.all") })
    }
  }

  @Test("says why it stopped, and what was used although it was down")
  func stopped() throws {
    expect(
      [
        ("arrived", "alias doomed"), ("breaker", "broken, bypassed: everything else is down too"),
        ("attempt 1", "broken, at routes.doomed.fallback[0]"), ("attempt failed", "status 503"),
        ("goes on", "next child, at routes.doomed"), ("attempt 2", "throttled, fallback"),
        ("attempt failed", "status 429"), ("stops", "nothing is left to try"),
        ("failed", "status 429"),
      ], in: try life(33))
  }

  @Test("says which limit refused, and when the request would pass")
  func refused() throws {
    let text = Self.text.replacing(
      "requests: \"5/s\", burst: 20", with: "requests: \"6/min\", burst: 1")
    expect(
      [
        ("arrived", "alias"),
        ("limit", "limits[0] (requests each team), refuses, would pass at 10."),
        ("rejected", "limits[0] (requests each team) (429)"),
      ], in: try life(1, text))
  }

  @Test("says what a hash, a condition and a bandit went by")
  func choices() throws {
    let text = Self.text.replacing(
      "weak: \"near\"",
      with: """
        weak: { condition: [{ if: { team: "kyc" }, then: { split: [
            { weight: 1, balance: { "epsilon-greedy": { epsilon: "0%" } }, over: ["near", "far"] },
          ], by: "user" } }], else: "far" }
        """
    ).replacing("difficulty: 0.8", with: "difficulty: 0.2")
    expect(
      [
        ("chose", "the weak side, score 0.200 < 0.500, at routes.chat"),
        ("chose", "condition[0].then, the first whose condition holds, at routes.chat.weak"),
        ("chose", "split[0], by the hash of its key, of 1, at routes.chat.weak.condition[0].then"),
        ("scored", "near, mean reward 1.000"), ("chose", "near, of 2"), ("attempt 1", "near"),
      ], in: try life(40, text))
  }

  @Test("tells what is asked of caches that replicas share, and when the answer is there")
  func sharedCaches() throws {
    let shared = Self.text
      .replacing(
        #"exact: { ttl: "1m", capacity: 100 }"#,
        with: #"exact: { ttl: "1m", capacity: 100, state: "central" }"#
      )
      .replacing(
        #"threshold: 0.99, ttl: "1m","#, with: #"threshold: 0.99, ttl: "1m", state: "central","#
      )
      .replacing(
        "services: {", with: #"services: { cache: { latency: "2ms" }, vectors: { latency: "8ms" },"#
      )
    let lines = try life(7, shared)
    expect(
      [
        ("asks", "the shared cache"), ("is told", "the shared cache"), ("cache", "miss"),
        ("asks", "for the embedding"), ("asks", "the shared store of vectors"),
        ("semantic cache", "miss"), ("asks", "for the complexity"), ("answered", "attempt 4"),
        ("succeeded", "60 tokens, from near"), ("cache", "keeps the answer"),
        ("semantic cache", "keeps the answer"),
      ], in: lines)
  }
}
