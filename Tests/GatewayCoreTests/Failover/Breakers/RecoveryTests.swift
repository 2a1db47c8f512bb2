import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A breaker that comes back")
struct RecoveryTests {
  private struct Case {
    var breaker: CircuitBreaker

    init(_ setting: Setting) throws {
      var reader = try SettingsReader(setting)
      breaker = CircuitBreaker(
        try BreakerRule(reading: &reader), draws: Chance(seed: 1, replication: 0).key(.recovery))
    }

    /// A call that asks, is sent if it may pass, and ends at once.
    mutating func call(
      _ outcome: Outcome, _ seconds: Double, _ number: UInt64 = 1, hint: RetryAfter = .unsaid
    ) -> CircuitBreaker.Verdict {
      let now = at(.seconds(seconds))
      let verdict = breaker.verdict(for: CallKey(bits: number), at: now)
      if verdict == .refuse { return verdict }
      _ = breaker.started(verdict, at: now)
      _ = breaker.ended(outcome, hint, isProbe: verdict == .probe, started: now, at: now)
      return verdict
    }

    /// The second at which it would let something pass again; -1 if it is closed.
    var opensAgain: Double {
      breaker.noted.value == 1 ? Double(breaker.noted.until) / 1e9 : -1
    }
  }

  private let down = Outcome.status(503)

  @Test("after so many successes in a row", arguments: [1, 3])
  func successes(needed: Int) throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 1], "open": "1s",
      "recovery": ["probes": ["inFlight": 2, "successes": Setting(integerLiteral: needed)]],
    ])
    _ = one.call(down, 0)
    for step in 0..<needed { #expect(one.call(.succeeded, 2 + Double(step)) == .probe) }
    #expect(one.call(.succeeded, 9) == .pass)
  }

  @Test(
    "resilience4j: ten calls pass half open, and their rate decides", .tags(.fact),
    arguments: [4, 5])
  func trial(failures: Int) throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 1], "open": "60s", "recovery": ["trial": ["calls": 10]],
    ])
    _ = one.call(down, 0)
    var verdicts: [CircuitBreaker.Verdict] = []
    for call in 0..<10 {
      verdicts.append(one.call(call < failures ? down : .succeeded, 60 + Double(call)))
    }
    #expect(verdicts.allSatisfy { $0 == .probe })
    #expect(one.opensAgain == (failures == 5 ? 129 : -1))
    if failures == 5 { #expect(one.call(.succeeded, 130) == .probe) }
  }

  @Test("lets no more calls of a trial pass while they are in flight")
  func trialInFlight() throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 1], "open": "1s", "recovery": ["trial": ["calls": 2]],
    ])
    _ = one.call(down, 0)
    let now = at(.seconds(1))
    for _ in 0..<2 {
      #expect(one.breaker.verdict(for: CallKey(bits: 1), at: now) == .probe)
      _ = one.breaker.started(.probe, at: now)
    }
    #expect(one.breaker.verdict(for: CallKey(bits: 1), at: now) == .refuse)
    // One that is withdrawn makes room.
    _ = one.breaker.ended(.cancelled, isProbe: true, started: now, at: now)
    #expect(one.breaker.verdict(for: CallKey(bits: 1), at: now) == .probe)
  }

  @Test("by a ramp: the share that passes grows evenly, and who passed once passes from then on")
  func ramp() throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 1], "open": "10s",
      "recovery": ["ramp": ["over": "100s", "from": "20%"]],
    ])
    _ = one.call(down, 0)
    var before = Set<UInt64>()
    for (seconds, share) in [(10.0, 0.2), (35, 0.4), (60, 0.6), (85, 0.8), (109.9, 0.9992)] {
      let passing = Set(
        (UInt64(0)..<4_000).filter {
          one.breaker.verdict(for: CallKey(bits: $0 &* 0x9E37_79B9), at: at(.seconds(seconds)))
            != .refuse
        })
      #expect(abs(Double(passing.count) / 4_000 - share) < 0.03)
      #expect(passing.isSuperset(of: before))
      before = passing
    }
    #expect(one.call(.succeeded, 110) == .pass)
    #expect(one.breaker.isClosed)
  }

  @Test("opens again when a call of the ramp fails")
  func rampFails() throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 1], "open": "10s", "recovery": ["ramp": ["over": "100s"]],
    ])
    _ = one.call(down, 0)
    var number: UInt64 = 0
    while one.call(.succeeded, 50, number) == .refuse { number += 1 }
    #expect(one.call(down, 60, number) == .probe)
    #expect(one.opensAgain == 70)
  }

  @Test("Kong: after fail_timeout the next request probes, and every other too", .tags(.fact))
  func everyRequest() throws {
    var one = try Case([
      "trip": ["totalFailures": 2], "open": ["for": "10s", "clock": "lastFailure"],
      "recovery": "everyRequest",
    ])
    _ = one.call(down, 0)
    _ = one.call(down, 1)
    #expect(one.call(.succeeded, 10.9) == .refuse)
    let now = at(.seconds(11))
    for _ in 0..<3 {
      #expect(one.breaker.verdict(for: CallKey(bits: 1), at: now) == .probe)
      _ = one.breaker.started(.probe, at: now)
    }
    #expect(one.call(down, 12) == .probe)
    #expect(one.opensAgain == 22)
    #expect(one.call(.succeeded, 22) == .probe)
    #expect(one.call(.succeeded, 23) == .pass)
  }

  @Test("Kong: a failure that arrives while it is out starts fail_timeout again", .tags(.fact))
  func lastFailure() throws {
    var one = try Case([
      "trip": ["totalFailures": 1], "open": ["for": "10s", "clock": "lastFailure"],
      "recovery": "everyRequest",
    ])
    _ = one.call(down, 0)
    let changed = one.breaker.ended(down, isProbe: false, started: .start, at: at(.seconds(7)))
    #expect(changed)
    #expect(one.opensAgain == 17)
  }

  @Test("Portkey: the cooldown counts from the first failure, not from the opening", .tags(.fact))
  func firstFailure() throws {
    var one = try Case(portkey("60s"))
    _ = one.call(down, 5)
    _ = one.call(down, 40)
    _ = one.call(down, 50)
    #expect(one.opensAgain == 65)
    #expect(one.call(.succeeded, 64.9) == .refuse)
  }

  @Test("Portkey: no half-open state, and zero counts when it is over", .tags(.fact))
  func noHalfOpen() throws {
    var one = try Case(portkey("60s"))
    for second in 0..<3 { _ = one.call(down, Double(second)) }
    #expect(one.call(down, 60.1) == .pass)
    #expect(one.call(down, 61) == .pass)
    #expect(one.breaker.isClosed)
    #expect(one.call(down, 62) == .pass)
    #expect(one.opensAgain == 120.1)
  }

  @Test("Portkey: a cooldown below 30 s counts as 30 s", .tags(.fact))
  func floor() throws {
    var one = try Case(portkey("5s"))
    for second in 0..<3 { _ = one.call(down, Double(second)) }
    #expect(one.opensAgain == 30)
  }

  private func portkey(_ cooldown: String) -> Setting {
    [
      "trip": [
        "failuresInTime": [
          "count": 3, "window": Setting(.string(cooldown)), "kind": "fromFirstFailure",
        ]
      ],
      "open": ["for": Setting(.string(cooldown)), "atLeast": "30s", "clock": "firstFailure"],
      "recovery": "none", "per": "leaf",
    ]
  }

  @Test(
    "stays open longer each time, up to a maximum, until it has been well for long",
    arguments: zip(
      ["none", "linear", "exponential"], [[10, 10, 10, 10], [10, 20, 30, 35], [10, 20, 35, 35]]))
  func growth(kind: String, times: [Double]) throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 1], "recovery": "everyRequest",
      "open": [
        "for": "10s", "growth": Setting(.string(kind)), "max": "35s", "forgetAfter": "100s",
      ],
    ])
    var now = 0.0
    for time in times {
      _ = one.call(down, now)
      #expect(one.opensAgain == now + time)
      now += time
    }
    _ = one.call(.succeeded, now)
    #expect(one.breaker.isClosed)
    _ = one.call(down, now + 99)
    #expect(one.opensAgain == now + 99 + (kind == "none" ? 10 : 35))
    now = one.opensAgain
    _ = one.call(.succeeded, now)
    _ = one.call(down, now + 101)
    #expect(one.opensAgain == now + 111)
  }

  @Test("Azure APIM: acceptRetryAfter replaces the trip duration", .tags(.fact))
  func acceptRetryAfter() throws {
    var one = try Case([
      "trip": ["failuresInTime": ["count": 2, "window": "60s"]], "open": "10s", "on": ["429"],
      "retryAfter": "whenOpening", "recovery": "none",
    ])
    _ = one.call(.status(429), 0, hint: RetryAfter(.seconds(86_400)))
    #expect(one.breaker.isClosed)
    _ = one.call(.status(429), 1, hint: RetryAfter(.seconds(86_400)))
    #expect(one.opensAgain == 86_401)
    var other = try Case([
      "trip": ["consecutiveFailures": 1], "open": "10s", "on": ["429"],
      "retryAfter": "whenOpening",
    ])
    _ = other.call(.status(429), 0)
    #expect(other.opensAgain == 10)
  }

  @Test("opens at once on a 429 that says how long, if that is the rule")
  func atOnce() throws {
    var one = try Case([
      "trip": ["consecutiveFailures": 5], "open": "10s", "retryAfter": "atOnce",
    ])
    _ = one.call(.status(429), 0)
    #expect(one.breaker.isClosed)
    _ = one.call(.status(429), 1, hint: RetryAfter(.seconds(7)))
    #expect(one.opensAgain == 8)
  }

  @Test("keeps one breaker for a deployment over all routes, or one for each leaf")
  func perLeaf() throws {
    for (per, told) in [("deployment", ["a5 b. ok", "b. ok"]), ("leaf", ["a5 b. ok", "a. ok"])] {
      let bench = try Bench([
        "routes": ["chat": ["fallback": ["a", "b"]], "extract": ["fallback": ["a", "b"]]],
        "breaker": [
          "trip": ["consecutiveFailures": 1], "open": "1h", "per": Setting(.string(per)),
        ],
      ])
      bench.arrive()
      bench.end(.status(503))
      bench.end(.succeeded)
      bench.arrive { $0.alias = AliasID(1) }
      #expect(bench.live.map(\.deployment) == [told[1].first.map(String.init)])
    }
  }

  @Test("Portkey: if all are open the breakers are bypassed and all are used", .tags(.fact))
  func allOpen() throws {
    #expect(
      try stories(
        ["fallback": ["a", "b"]], ["a": "555", "b": "555"], requests: 4,
        breaker: ["trip": ["consecutiveFailures": 2], "open": "60s", "recovery": "none"])
        == ["a5 b5 503", "a5 b5 503", "a5 b5 503", "a. ok"])
  }

  @Test("notes that it has closed, also when nothing but time has closed it")
  func noted() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "breaker": ["trip": ["consecutiveFailures": 1], "open": "10s", "recovery": "none"],
    ])
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.pass(.seconds(11))
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
    #expect(bench.notes(.breakerChanged).map(\.value) == [1, 0])
    #expect(bench.notes(.probed).isEmpty)
  }

  @Test("is read with either probes or a recovery")
  func reading() throws {
    #expect(throws: SettingError.self) {
      try Case([
        "trip": ["consecutiveFailures": 1], "open": "1s", "probes": 1, "recovery": "none",
      ])
    }
    #expect(throws: SettingError.self) {
      try Case(["trip": ["failuresInTime": ["window": "1s"]], "open": "1s"])
    }
    #expect(throws: SettingError.self) {
      try Case(["trip": ["consecutiveFailures": 1], "open": ["growth": "linear"]])
    }
  }
}
