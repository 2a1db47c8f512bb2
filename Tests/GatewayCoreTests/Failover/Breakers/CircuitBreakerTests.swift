import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A circuit breaker")
struct CircuitBreakerTests {
  /// A breaker and a clock of whole seconds.
  private struct Case {
    var breaker: CircuitBreaker
    var now = 0

    init(_ setting: Setting) throws {
      var reader = try SettingsReader(setting)
      breaker = CircuitBreaker(
        try BreakerRule(reading: &reader), draws: Chance(seed: 1, replication: 0).key(.recovery))
    }

    /// One second a character: `x` a failure, `.` a success, `c` a cancelled attempt, `4` a 429;
    /// `p` a probe starts, `P` a probe succeeds, `X` a probe fails, `C` a probe is cancelled (each
    /// as if it had started now), `_` nothing.
    ///
    /// Returns the state after each: `c`, `o`, `h`.
    mutating func run(_ timeline: String) -> String {
      String(
        timeline.map { character in
          let instant = at(.seconds(now))
          now += 1
          func end(_ outcome: Outcome, _ isProbe: Bool) {
            _ = breaker.ended(outcome, isProbe: isProbe, started: instant, at: instant)
          }
          switch character {
          case "x": end(.status(503), false)
          case "4": end(.status(429), false)
          case ".": end(.succeeded, false)
          case "c": end(.cancelled, false)
          case "p": _ = breaker.started(.probe, at: instant)
          case "P": end(.succeeded, true)
          case "X": end(.connection, true)
          case "C": end(.cancelled, true)
          default: break
          }
          return breaker.noted.value == 0 ? "c" : breaker.noted.value == 1 ? "o" : "h"
        })
    }

    var verdict: CircuitBreaker.Verdict { verdict(at: at(.seconds(now))) }

    func verdict(at instant: Instant, call: UInt64 = 1) -> CircuitBreaker.Verdict {
      breaker.verdict(for: CallKey(bits: call), at: instant)
    }
  }

  private let three: Setting = ["trip": ["consecutiveFailures": 3], "open": "5s"]

  @Test(
    "opens on the third failure in a row",
    arguments: zip(
      ["xxx", "xx.xx", "xx.xxx", "xxcx", "x4xx4x", "xx4x"],
      ["cco", "ccccc", "ccccco", "ccco", "cccccc", "cccc"]))
  func consecutive(timeline: String, states: String) throws {
    var one = try Case(three)
    #expect(one.run(timeline) == states)
  }

  @Test("refuses until its time is over, and then lets a probe pass")
  func opens() throws {
    var one = try Case(three)
    _ = one.run("xxx")
    #expect(one.breaker.noted.until == at(.seconds(7)).nanoseconds)
    #expect(one.verdict(at: at(.seconds(7)).advanced(byNanoseconds: -1)) == .refuse)
    #expect(one.verdict(at: at(.seconds(7))) == .probe)
  }

  @Test("closes on a probe's success and opens again on its failure")
  func probes() throws {
    var closes = try Case(three)
    #expect(closes.run("xxx____pP") == "ccooooohc")
    #expect(closes.verdict == .pass)
    var reopens = try Case(three)
    #expect(reopens.run("xxx____pX") == "ccoooooho")
    #expect(reopens.verdict == .refuse)
    #expect(reopens.breaker.noted.until == at(.seconds(13)).nanoseconds)
  }

  @Test("starts to count anew when a probe has closed it")
  func afresh() throws {
    var one = try Case(three)
    #expect(one.run("xxx____pPxx.xxx") == "ccooooohcccccco")
  }

  @Test("lets no more probes pass than it may have in flight")
  func probesInFlight() throws {
    var one = try Case(["trip": ["consecutiveFailures": 1], "open": "1s", "probes": 2])
    _ = one.run("x_p")
    #expect(one.verdict == .probe)
    _ = one.run("p")
    #expect(one.verdict == .refuse)
    #expect(one.run("C") == "h")
    #expect(one.verdict == .probe)
  }

  @Test("takes no notice of attempts that were started before it opened")
  func oldAttempts() throws {
    var one = try Case(three)
    #expect(one.run("xxxxx..xp") == "ccooooooh")
    #expect(one.run("x.x.") == "hhhh")
  }

  @Test("takes no notice of a probe that was started when it was half open before")
  func oldProbes() throws {
    var one = try Case(["trip": ["consecutiveFailures": 1], "open": "1s", "probes": 2])
    _ = one.run("x_")
    let old = at(.seconds(one.now))
    #expect(one.run("ppX__p") == "hhoooh")
    let now = at(.seconds(one.now))
    for outcome in [Outcome.succeeded, .status(503), .cancelled] {
      let changed = one.breaker.ended(outcome, isProbe: true, started: old, at: now)
      #expect(!changed)
      #expect(one.verdict == .probe)
    }
    #expect(one.run("P") == "c")
  }

  @Test(
    "opens when the failures among its last outcomes reach their share",
    arguments: zip(
      ["x.x.", ".x.xx", "....xx", "xxx", "xx...x", "..xx"],
      ["ccco", "cccoo", "ccccco", "ccc", "cccooo", "ccco"]))
  func ratio(timeline: String, states: String) throws {
    var one = try Case(["trip": ["failureRatio": ["share": "50%", "window": 4]], "open": "1h"])
    #expect(one.run(timeline) == states)
  }

  @Test("with a window of 64 outcomes looks at all 64")
  func widest() throws {
    var one = try Case(["trip": ["failureRatio": ["share": "100%", "window": 64]], "open": "1h"])
    #expect(one.run("." + String(repeating: "x", count: 63)).last == "c")
    #expect(one.run("x") == "o")
  }

  @Test("counts only the outcomes that it is told to count")
  func on() throws {
    var one = try Case(["trip": ["consecutiveFailures": 2], "open": "5s", "on": ["429"]])
    #expect(one.run("xx44") == "ccco")
  }

  @Test("is read from one thing that trips, and a time that it stays open")
  func reading() {
    for wrong: Setting in [
      ["open": "5s"], ["trip": ["consecutiveFailures": 5]], ["trip": [:] as Setting, "open": "5s"],
      ["trip": ["consecutiveFailures": 0], "open": "5s"],
      ["trip": ["consecutiveFailures": 1, "failureRatio": ["share": "50%"]], "open": "5s"],
    ] {
      #expect(throws: SettingError.self) { try Case(wrong) }
    }
  }
}

@Suite("A gateway with circuit breakers")
struct BreakerStageTests {
  private let breaker: Setting = ["trip": ["consecutiveFailures": 2], "open": "1h"]

  @Test("leaves a deployment out as soon as its breaker is open")
  func leavesOut() throws {
    #expect(
      try stories(["fallback": ["a", "b"]], ["a": "55"], requests: 4, breaker: breaker)
        == ["a5 b. ok", "a5 b. ok", "b. ok", "b. ok"])
  }

  @Test("has one breaker for a deployment, whatever the way to it")
  func shared() throws {
    let others: [(String, Setting)] = [("extract", "a")]
    #expect(
      try stories(
        ["fallback": ["a", "extract", "b"]], ["a": "55"], requests: 2, breaker: breaker,
        others: others)
        == ["a5 a5 b. ok", "b. ok"])
  }

  @Test("has a breaker of its own where a node states another rule")
  func ownRule() throws {
    let route: Setting = [
      "fallback": [
        ["deployment": "a", "breaker": ["trip": ["consecutiveFailures": 1], "open": "1h"]], "b",
      ]
    ]
    #expect(
      try stories(route, ["a": "5"], requests: 2, breaker: breaker) == ["a5 b. ok", "b. ok"])
  }

  @Test("uses a deployment that is down when all are, and notes that it passed by the breaker")
  func allDownUse() throws {
    let bench = try Bench(["routes": ["chat": ["fallback": ["a", "b"]]], "breaker": breaker])
    for _ in 0..<3 {
      bench.arrive()
      while !bench.live.isEmpty { bench.end(.status(503)) }
    }
    #expect(bench.attempts.map(\.deployment.index) == [0, 1, 0, 1, 0, 1])
    #expect(bench.notes(.bypassed).count == 2)
    #expect(bench.notes(.breakerChanged).map(\.value) == [1, 1])
  }

  @Test("fails at once with 503 when all are down, if that is the policy")
  func allDownFail() throws {
    #expect(
      try stories(
        ["fallback": ["a", "b"]], ["a": "55", "b": "55"], requests: 3, breaker: breaker,
        allDown: "fail") == ["a5 b5 503", "a5 b5 503", "503"])
  }

  @Test("sends a single probe when the time is over, and everything when it has succeeded")
  func probe() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "breaker": ["trip": ["consecutiveFailures": 1], "open": "10s"],
    ])
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.pass(.seconds(10))
    bench.arrive()
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a", "b"])
    #expect(bench.notes(.probed).count == 1)
    bench.end(.succeeded, of: "a")
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b", "a"])
    #expect(bench.notes(.breakerChanged).map(\.value) == [1, 2, 0])
  }

  @Test("lets the next probe pass when the client of the first has left")
  func abandonedProbe() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "breaker": ["trip": ["consecutiveFailures": 1], "open": "10s"],
    ])
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.pass(.seconds(10))
    let id = bench.arrive()
    bench.report(.abandoned(id))
    #expect(bench.cancelled.count == 1)
    bench.end(.cancelled)
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
    #expect(bench.notes(.probed).count == 2)
  }

  @Test("does not retry a deployment whose breaker has opened meanwhile")
  func retryMeetsOpen() throws {
    let attempts: Setting = ["retry": ["max": 5, "backoff": ["constant": ["delay": "1s"]]]]
    #expect(
      try story(["fallback": ["a", "b"]], ["a": "55555"], attempts: attempts, breaker: breaker)
        == "a5 ~1000 a5 ~1000 b. ok")
  }
}
