import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// Where real gateways disagree: the table of `gateways.md` §8, line by line.
///
/// Each variant is one setting here and has a test that shows the rule; `fact` is how the name of
/// that test begins (`FactsTests` looks for it).
@Suite("What real gateways disagree on")
struct DisagreementTests {
  /// One variant: who has it, the part of a policy that says it, and its test.
  struct Variant: Sendable {
    let who: String
    let policy: Setting
    let fact: String

    init(_ who: String, _ policy: Setting, fact: String) {
      self.who = who
      self.policy = policy
      self.fact = fact
    }
  }

  static let table: [(question: String, variants: [Variant])] = [
    (
      "when are LLM tokens charged",
      [
        Variant(
          "after", ["limits": [["totalTokens": "1k/min", "charge": "after"]]],
          fact: "Kong: the cost is only reflected during the next request"),
        Variant(
          "check max_tokens then charge after",
          ["limits": [["totalTokens": "1k/min", "charge": "checkThenCharge"]]],
          fact: "Portkey: tokens are checked with max_tokens, not taken"),
        Variant(
          "reserve estimate then reconcile",
          ["limits": [["totalTokens": "1k/min", "charge": "reserve"]]],
          fact: "TensorZero: an estimate of prompt and max_tokens is taken before"),
        Variant(
          "never", ["limits": [["requests": "60/min"]]],
          fact: "AWS API Gateway: counts requests, never tokens"),
      ]
    ),
    (
      "limiter",
      [
        Variant(
          "token bucket", ["limits": [["requests": "10k/s", "burst": 5_000]]],
          fact: "AWS API Gateway: an account has 10,000 requests a second"),
        Variant(
          "token bucket of whole permits",
          ["limits": [["requests": "60/min", "by": "integer-bucket"]]],
          fact: "Portkey: the refill is floored"),
        Variant(
          "GCRA", ["limits": [["requests": "500/s", "by": "gcra"]]],
          fact: "Helicone: GCRA of 500 per second"),
        Variant(
          "sliding 2-window estimate",
          ["limits": [["requests": "100/min", "by": "sliding-window"]]],
          fact: "Kong: the sliding rate is current + previous"),
        Variant(
          "fixed, calendar", ["budgets": [["money": "$1/month", "at": ["100%": "reject"]]]],
          fact: "Portkey: a weekly budget resets on Sunday"),
        Variant(
          "fixed aligned to first use",
          ["limits": [["requests": "2/min", "by": ["fixed-window": ["align": "firstUse"]]]]],
          fact: "TensorZero: windows do not overlap and are aligned to the first use"),
      ]
    ),
    (
      "all targets down",
      [
        Variant(
          "use all anyway", ["allDown": "use"],
          fact: "Portkey: the breaker is passed by and the deployments are used anyway"),
        Variant(
          "500", ["allDown": ["fail": ["status": 500]]],
          fact: "Kong: all targets unhealthy is a 500"),
        Variant("error no services", ["allDown": "fail"], fact: "Helicone: no service left"),
        Variant(
          "tried last", ["ejection": "recentOutage"],
          fact: "OpenRouter: one with an outage in the last 30 s is tried last"),
      ]
    ),
    (
      "breaker clock",
      [
        Variant(
          "from first failure",
          [
            "breaker": [
              "trip": [
                "failuresInTime": ["count": 3, "window": "60s", "kind": "fromFirstFailure"]
              ],
              "open": ["for": "60s", "clock": "firstFailure"], "recovery": "none",
            ]
          ], fact: "Portkey: the cooldown counts from the first failure"),
        Variant(
          "from last failure",
          [
            "breaker": [
              "trip": ["totalFailures": 3], "open": ["for": "10s", "clock": "lastFailure"],
              "recovery": "everyRequest",
            ]
          ], fact: "Kong: a failure that arrives while it is out starts fail_timeout again"),
        Variant(
          "windowed ratio, 5 s poll", ["ejection": ["errorRatio": ["every": "5s"]]],
          fact: "Helicone: the window resets at the lap"),
        Variant(
          "30 s memory", ["ejection": ["recentOutage": ["memory": "30s"]]],
          fact: "OpenRouter: an outage is forgotten after 30 s"),
      ]
    ),
    (
      "half-open",
      [
        Variant(
          "none",
          ["breaker": ["trip": ["consecutiveFailures": 5], "open": "30s", "recovery": "none"]],
          fact: "Portkey: no half-open state"),
        Variant(
          "every request after timeout",
          [
            "breaker": [
              "trip": ["totalFailures": 3], "open": "10s", "recovery": "everyRequest",
            ]
          ], fact: "Kong: after fail_timeout the next request probes"),
        Variant(
          "re-insert cold", ["ejection": "errorRatio"],
          fact: "Helicone: what comes back starts with a fresh estimate"),
        Variant(
          "floor weight",
          [
            "routes": [
              "chat": ["balance": ["adaptive-weights": ["floor": 0.05]], "over": ["a", "b"]]
            ]
          ], fact: "Bifrost: a floor keeps a trickle going"),
      ]
    ),
    (
      "429",
      [
        Variant(
          "retry same", ["attempts": ["retry": ["max": 2, "on": ["429"]]]],
          fact: "Portkey: retries wait 1, 2, 4, 8, 16 s without jitter, after 429"),
        Variant(
          "eject Retry-After+30 s", ["ejection": ["throttled": ["margin": "30s"]]],
          fact: "Helicone: a 429 ejects for Retry-After plus 30 s"),
        Variant(
          "only if listed",
          ["routes": ["chat": ["fallback": ["a", "b"], "on": ["connection", "timeout"]]]],
          fact: "Kong: by default only errors and timeouts fail over; 429 must be listed"),
        Variant(
          "next provider", ["routes": ["chat": ["fallback": ["a", "b"]]]],
          fact: "OpenRouter: the next model is tried after any error"),
        Variant(
          "rotate key",
          [
            "routes": [
              "chat": [
                "balance": "weighted-random", "over": ["a", "b"],
                "retry": ["max": 2, "on": ["429"], "reselect": true, "exclude": true],
              ]
            ]
          ], fact: "Bifrost: 429 rotates the key with backoff"),
      ]
    ),
    (
      "latency signal",
      [
        Variant(
          "TTFB peak EWMA x pending", balance(["peak-ewma": ["signal": "firstToken"]]),
          fact: "tower: a sample above the estimate replaces it at once; the cost is × (pending"),
        Variant(
          "time per output token",
          balance(["peak-ewma": ["signal": "perOutputToken", "samples": 0]]),
          fact: "Kong lowest-latency: a peak EWMA of the time per output token"),
        Variant(
          "p50..p99 over 5 min",
          balance(["lowest-latency": ["percentile": "90%", "window": "5m"]]),
          fact: "OpenRouter sort: latency compares a percentile of the last five minutes"),
      ]
    ),
    (
      "limit key on fallback",
      [
        Variant(
          "requested model", ["limits": [["each": "alias", "requests": "60/min"]]],
          fact: "Kong: limits apply to the requested model"),
        Variant(
          "served model", ["limits": [["each": "model", "requests": "60/min"]]],
          fact: "LiteLLM enforce_model_rate_limits: rpm of a deployment"),
      ]
    ),
    (
      "cold start",
      [
        Variant(
          "250 ms estimate", balance(["peak-ewma": ["initial": "250ms"]]),
          fact: "Helicone: decay 30 s and 250 ms before the first answer"),
        Variant(
          "mean of peers", balance(["ewma": ["coldStart": "peers"]]),
          fact: "Kong: a new target starts at the mean of the others"),
        Variant("full weight", balance("adaptive-weights"), fact: "Bifrost: starts at full weight"),
      ]
    ),
  ]

  private static func balance(_ strategy: Setting) -> Setting {
    ["routes": ["chat": ["balance": strategy, "over": ["a", "b"]]]]
  }

  @Test("are one setting for each variant, and no two are the same setting")
  func expressible() throws {
    for line in DisagreementTests.table {
      for variant in line.variants {
        var members = (variant.policy.members ?? []).map { ($0.key, $0.value) }
        if !members.contains(where: { $0.0 == "routes" }) {
          members.append(("routes", ["chat": ["fallback": ["a", "b"]]]))
        }
        #expect(throws: Never.self, "\(line.question): \(variant.who)") {
          try GatewayPlan(.members(members))
        }
      }
      let texts = line.variants.map { "\($0.policy)" }
      #expect(Set(texts).count == texts.count, "\(line.question): two variants are one setting")
    }
  }
}

/// The variants of the table that no mechanism's own tests show.
@Suite("Real gateways elsewhere")
struct FurtherFactsTests {
  @Test("AWS API Gateway: counts requests, never tokens", .tags(.fact))
  func requestsOnly() throws {
    let bench = try Bench([
      "routes": ["chat": "a"],
      "limits": [["each": "key", "requests": "3/day", "by": "fixed-window"]],
    ])
    for _ in 0..<3 {
      bench.arrive()
      bench.end(.succeeded, usage: Usage(inputTokens: 1_000_000, outputTokens: 1_000_000))
    }
    bench.arrive { $0.inputTokens = 1 }
    #expect(bench.attempts.count == 3)
    #expect(bench.requests.last?.outcome == .status(429))
  }

  @Test(
    "Kong lowest-latency: a peak EWMA of the time per output token, all targets scanned",
    .tags(.fact))
  func timePerOutputToken() throws {
    var one = try Choosing(
      ["peak-ewma": ["signal": "perOutputToken", "samples": 0, "initial": "0s"]],
      weights: [1, 1, 1])
    // The first is slow to begin and quick to write, the second the other way round.
    for (child, first, elapsed, tokens) in [
      (0, 3_000, 4_000, 101), (1, 200, 4_200, 101), (2, 200, 2_200, 51),
    ] {
      one.strategy.ended(
        child,
        AttemptObservation(
          outcome: .succeeded, elapsed: Int64(elapsed) * 1_000_000,
          untilFirstToken: Int64(first) * 1_000_000,
          usage: Usage(inputTokens: 1, outputTokens: UInt32(tokens)), streams: true), at: .start)
    }
    #expect((0..<3).map { one.score($0) } == [10_000_000, 40_000_000, 40_000_000])
    #expect(one.choose() == 0)
    #expect(one.choose([1, 2]) == 1)
  }

  @Test("OpenRouter sort: latency compares a percentile of the last five minutes", .tags(.fact))
  func percentile() throws {
    for (percentile, best) in [("50%", 0), ("90%", 1)] {
      var one = try Choosing(
        [
          "lowest-latency": [
            "percentile": Setting(.string(percentile)), "window": "5m", "samples": 100,
          ]
        ], weights: [1, 1])
      for number in 0..<10 {
        one.ended(0, took: .milliseconds(number < 8 ? 100 : 2_000))
        one.ended(1, took: .milliseconds(300))
      }
      #expect(one.choose() == best, "\(percentile)")
      // Five minutes later nothing is known of either; one new answer is all that counts.
      one.ended(1 - best, took: .milliseconds(50), at: at(.seconds(301)))
      #expect(one.score(best, at: at(.seconds(301))) == nil)
      #expect(one.score(1 - best, at: at(.seconds(301))) == 50_000_000)
    }
  }
}
