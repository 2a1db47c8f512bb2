import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// What real gateways' limits do, each with its source: gateways.md and litellm.md.
@Suite("Limits of real gateways")
struct LimitFactsTests {
  private func bench(_ limits: Setting) throws -> Bench {
    try Bench(["routes": ["chat": "a", "extract": "b"], "limits": limits])
  }

  @Test(
    "AWS API Gateway: an account has 10,000 requests a second and a burst of 5,000",
    .tags(.fact))
  func awsBucket() throws {
    let bench = try bench([["requests": "10k/s", "burst": 5_000]])
    #expect(bench.admitted(of: 6_000) == 5_000)
    bench.pass(.milliseconds(100))
    #expect(bench.admitted(of: 2_000) == 1_000)
  }

  @Test(
    "AWS API Gateway: a quota's offset is subtracted from the limit in the initial period only",
    .tags(.fact))
  func awsOffset() throws {
    let bench = try bench([
      ["each": "key", "requests": "10/month", "by": ["fixed-window": ["opening": 4]]]
    ])
    #expect(bench.admitted(of: 20) == 6)
    bench.now = at(.seconds(31 * 86_400))
    #expect(bench.admitted(of: 20) == 10)
  }

  @Test("Helicone: GCRA of 500 per second is a cell each 2 ms and a burst of 500", .tags(.fact))
  func helicone() throws {
    let bench = try bench([["each": "key", "requests": "500/s", "by": "gcra"]])
    #expect(bench.admitted(of: 600) == 500)
    bench.pass(.nanoseconds(1_999_999))
    #expect(bench.admitted(of: 1) == 0)
    bench.pass(.nanoseconds(1))
    #expect(bench.admitted(of: 2) == 1)
    #expect(bench.notes(.limiterJudged).last?.other == at(.milliseconds(4)).nanoseconds)
  }

  @Test("Portkey: the bucket holds the limit itself and refills limit / window", .tags(.fact))
  func portkeyCapacity() throws {
    let bench = try bench([
      ["requests": "60/min", "by": ["integer-bucket": ["empties": false]]]
    ])
    #expect(bench.admitted(of: 100) == 60)
    bench.pass(.seconds(2))
    #expect(bench.admitted(of: 10) == 2)
  }

  @Test("Portkey: the refill is floored, and the fraction is lost", .tags(.fact))
  func portkeyFraction() throws {
    let bench = try bench([
      ["requests": "60/min", "by": ["integer-bucket": ["empties": false]]]
    ])
    _ = bench.admitted(of: 60)
    // Asked every 999 ms it never gains the permit that a second is worth.
    for _ in 0..<50 {
      bench.pass(.milliseconds(999))
      #expect(bench.admitted(of: 1) == 0)
    }
    bench.pass(.seconds(1))
    #expect(bench.admitted(of: 1) == 1)
  }

  @Test("Portkey: a denied call writes the bucket as 0", .tags(.fact))
  func portkeyDenied() throws {
    let bench = try bench([["inputTokens": "6k/min", "charge": "check", "by": "integer-bucket"]])
    bench.arrive { $0.inputTokens = 5_000 }
    bench.arrive { $0.inputTokens = 1_001 }
    #expect(bench.live.count == 1)
    // 1,000 were left; the refusal has taken them.
    bench.arrive { $0.inputTokens = 1 }
    #expect(bench.live.count == 1)
    bench.pass(.milliseconds(10))
    bench.arrive { $0.inputTokens = 1 }
    #expect(bench.live.count == 2)
  }

  @Test(
    "Portkey: tokens are checked with max_tokens, not taken; actual usage is taken after",
    .tags(.fact))
  func portkeyTokens() throws {
    let bench = try bench([
      ["totalTokens": "6k/min", "charge": "checkThenCharge", "by": "integer-bucket"]
    ])
    // 1,000 + 500 fit; nothing is taken, so any number of them fits at once.
    #expect(bench.admitted(of: 10) == 10)
    for _ in 0..<4 { bench.use(1_000, 100) }
    #expect(bench.admitted(of: 1) == 1)
    bench.use(1_000, 100)
    // 5,500 of 6,000 are used: the check of 1,500 fails although only 1,100 would come.
    #expect(bench.admitted(of: 1) == 0)
  }

  @Test("Portkey: a check that is denied empties the token bucket too", .tags(.fact))
  func portkeyCheckEmpties() throws {
    let bench = try bench([
      ["totalTokens": "6k/min", "charge": "checkThenCharge", "by": "integer-bucket"]
    ])
    bench.arrive { $0.outputCap = 100_000 }
    #expect(bench.live.isEmpty)
    #expect(bench.admitted(of: 1) == 0)
    bench.pass(.seconds(15))
    #expect(bench.admitted(of: 1) == 1)
  }

  @Test("Portkey: the bucket never goes negative, so an overshoot is forgiven", .tags(.fact))
  func portkeyForgives() throws {
    let bench = try bench([
      ["totalTokens": "6k/min", "charge": "checkThenCharge", "by": "integer-bucket"]
    ])
    #expect(bench.admitted(of: 1) == 1)
    bench.use(1_000, 50_000)
    // 45,000 too much; 15 seconds later 1,500 are there again.
    bench.pass(.seconds(15))
    #expect(bench.admitted(of: 1) == 1)
  }

  @Test(
    "Kong: the sliding rate is current + previous × (1 − elapsed / window)", .tags(.fact))
  func kongSliding() throws {
    let bench = try bench([["requests": "100/min", "by": "sliding-window"]])
    bench.now = at(.seconds(30))
    #expect(bench.admitted(of: 80) == 80)
    bench.now = at(.seconds(75))
    // 80 × 0.75 = 60 still count.
    #expect(bench.admitted(of: 100) == 40)
    // Half-way 40 count, and the 40 of this window.
    bench.now = at(.seconds(90))
    #expect(bench.admitted(of: 100) == 20)
  }

  @Test(
    "Kong: the cost is only reflected during the next request, so concurrent ones pass",
    .tags(.fact))
  func kongAfter() throws {
    let bench = try bench([
      ["totalTokens": "1k/min", "charge": "after", "by": "sliding-window"]
    ])
    bench.now = at(.seconds(1))
    #expect(bench.admitted(of: 5) == 5)
    bench.use(900, 300)
    #expect(bench.admitted(of: 1) == 0)
    #expect(bench.notes(.limiterCharged).filter { $0.value > 0 }.map(\.value) == [1_200])
  }

  @Test(
    "Kong: limits apply to the requested model, whatever a fallback uses", .tags(.fact))
  func kongRequested() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]], "extract": "b"],
      "limits": [["each": "alias", "totalTokens": "1k/min", "charge": "after"]],
    ])
    bench.arrive()
    bench.end(.status(503))
    bench.use(1_000, 200)
    bench.arrive { $0.alias = AliasID(1) }
    #expect(bench.live.count == 1)
    bench.arrive()
    #expect(bench.live.count == 1)
  }

  @Test("Kong: denied requests are counted, unless the penalty is disabled", .tags(.fact))
  func kongPenalty() throws {
    for (counts, expected) in [(true, 0), (false, 1)] {
      let bench = try bench([
        [
          "requests": "3/s", "by": "sliding-window",
          "countRefused": Setting(.bool(counts)),
        ]
      ])
      _ = bench.admitted(of: 3)
      for _ in 0..<5 {
        bench.pass(.milliseconds(150))
        _ = bench.admitted(of: 1)
      }
      // Half of the last window counts: 8 with the denied ones, 3 without.
      bench.now = at(.milliseconds(1_500))
      #expect(bench.admitted(of: 4) == expected)
    }
  }

  @Test(
    "TensorZero: an estimate of prompt and max_tokens is taken before and reconciled after",
    .tags(.fact))
  func tensorZeroReserves() throws {
    let bench = try bench([
      [
        "totalTokens": "3k/min", "charge": "reserve",
        "by": ["fixed-window": ["align": "firstUse"]],
      ]
    ])
    #expect(bench.admitted(of: 3) == 2)
    bench.use(1_000, 100)
    // 1,500 + 1,100 are held now: 400 are left.
    bench.arrive {
      $0.inputTokens = 100; $0.outputCap = 300
    }
    #expect(bench.live.count == 2)
    #expect(bench.notes(.reconciled).map { [$0.value, $0.other] } == [[1_500, 1_100]])
  }

  @Test("TensorZero: windows do not overlap and are aligned to the first use", .tags(.fact))
  func tensorZeroWindow() throws {
    let bench = try bench([
      ["requests": "2/min", "by": ["fixed-window": ["align": "firstUse"]]]
    ])
    bench.now = at(.seconds(50))
    #expect(bench.admitted(of: 3) == 2)
    #expect(bench.notes(.limiterJudged).last?.other == at(.seconds(110)).nanoseconds)
    bench.now = at(.seconds(100))
    #expect(bench.admitted(of: 1) == 0)
    bench.now = at(.seconds(200))
    #expect(bench.admitted(of: 3) == 2)
    #expect(bench.notes(.limiterJudged).last?.other == at(.seconds(260)).nanoseconds)
  }

  @Test(
    "Envoy AI Gateway: tokens are charged at stream end: a limit of 1,000, 1,200 used, then 429",
    .tags(.fact))
  func envoy() throws {
    let bench = try bench([
      ["totalTokens": "1k/min", "charge": "after", "by": "fixed-window"]
    ])
    bench.arrive { $0.streams = true }
    bench.showFirstToken()
    bench.use(200, 1_000)
    #expect(bench.requests.last?.end == .succeeded)
    #expect(bench.admitted(of: 1) == 0)
    #expect(bench.requests.last?.outcome == .status(429))
    bench.now = at(.seconds(60))
    #expect(bench.admitted(of: 1) == 1)
  }

  @Test("Envoy AI Gateway: a quota in shadow mode is evaluated, not enforced", .tags(.fact))
  func envoyShadow() throws {
    let bench = try bench([
      ["totalTokens": "1k/min", "charge": "after", "by": "fixed-window", "shadow": true]
    ])
    bench.arrive()
    bench.use(200, 1_000)
    #expect(bench.admitted(of: 1) == 1)
    #expect(bench.notes(.limiterJudged).map(\.value) == [0])
  }

  @Test(
    "Azure APIM llm-token-limit: tokens per minute answer 429, a spent token quota 403",
    .tags(.fact))
  func apim() throws {
    let bench = try bench([
      ["each": "key", "totalTokens": "2k/min", "charge": "after", "by": "fixed-window"],
      [
        "each": "key", "totalTokens": "3k/day", "charge": "after", "by": "fixed-window",
        "status": 403,
      ],
    ])
    bench.arrive()
    bench.use(2_000, 100)
    bench.arrive()
    #expect(bench.requests.last?.outcome == .status(429))
    bench.now = at(.seconds(60))
    bench.arrive()
    bench.use(1_000, 100)
    bench.arrive()
    #expect(bench.requests.last?.outcome == .status(403))
  }

  @Test(
    "LiteLLM proxy: the window tumbles from the first request, and rejected ones burn quota",
    .tags(.fact))
  func liteLLMWindow() throws {
    let bench = try bench([
      [
        "each": "key", "requests": "10/min", "countRefused": true,
        "by": ["fixed-window": ["align": "firstUse"]],
      ],
      [
        "each": "team", "requests": "3/min", "countRefused": true,
        "by": ["fixed-window": ["align": "firstUse"]],
      ],
    ])
    bench.now = at(.seconds(20))
    // The team's three, then seven that only the team's limit refuses: all ten count for the key.
    #expect(bench.admitted(of: 10) == 3)
    bench.arrive { $0.identity.team = TeamID(1) }
    #expect(bench.live.count == 3)
    #expect(bench.requests.last?.limit == 0)
    bench.now = at(.seconds(80))
    #expect(bench.admitted(of: 1) == 1)
  }

  @Test(
    "LiteLLM max_parallel_requests: a full gauge rejects at once, it does not queue",
    .tags(.fact))
  func liteLLMParallel() throws {
    let bench = try bench([["each": "key", "inFlight": 2]])
    #expect(bench.admitted(of: 3) == 2)
    #expect(bench.requests.last?.outcome == .status(429))
    #expect(bench.requests.last?.ended == bench.now)
    bench.arrive { $0.identity.key = KeyID(1) }
    #expect(bench.live.count == 3)
    bench.use(1, 1)
    #expect(bench.admitted(of: 2) == 1)
    bench.end(.status(500))
    #expect(bench.admitted(of: 2) == 1)
  }

  @Test(
    "LiteLLM enforce_model_rate_limits: rpm of a deployment is judged before the call",
    .tags(.fact))
  func liteLLMModelLimits() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "limits": [
        [
          "each": "deployment", "unit": "requests", "by": "fixed-window",
          "of": ["a": "2/min"],
        ]
      ],
    ])
    for _ in 0..<4 { bench.arrive() }
    #expect(bench.live.map(\.deployment) == ["a", "a", "b", "b"])
    bench.now = at(.seconds(60))
    bench.arrive()
    #expect(bench.live.last?.deployment == "a")
  }
}
