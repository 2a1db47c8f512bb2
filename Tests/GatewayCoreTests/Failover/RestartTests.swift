import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A replica that starts anew or takes over another policy")
struct RestartTests {
  private let policy: [(String, Setting)] = [
    ("routes", ["chat": ["fallback": ["a", "b"]]]),
    ("breaker", ["trip": ["consecutiveFailures": 1], "open": "1h"]),
    ("attempts", ["retry": ["max": 2, "backoff": ["constant": ["delay": "1s"]], "on": ["429"]]]),
  ]

  private func restart(_ bench: Bench, _ ending: Gateway.Ending) {
    bench.gateway.restart(ending, at: bench.now, into: &bench.output)
    bench.settle()
  }

  @Test("has forgotten its breakers")
  func forgets() throws {
    let bench = try Bench(.members(policy))
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b"])
    restart(bench, .drain)
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b", "a"])
    #expect(bench.notes(.restarted).map(\.value) == [0])
  }

  @Test("that drains lets what is in flight finish, and does not learn from it")
  func drains() throws {
    let bench = try Bench(.members(policy))
    bench.arrive()
    restart(bench, .drain)
    bench.end(.status(503))
    #expect(bench.notes(.breakerChanged).isEmpty)
    #expect(bench.live.map(\.deployment) == ["b"])
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.succeeded])
  }

  @Test("that crashes ends each request once, and withdraws what is out")
  func crashes() throws {
    let bench = try Bench(.members(policy))
    bench.arrive()  // an attempt in flight
    bench.arrive()
    bench.end(.status(429))  // the first waits for its retry now
    #expect(bench.live.count == 1 && bench.timers.count == 1)
    restart(bench, .crash)
    #expect(bench.timers.isEmpty && bench.cancelled.count == 1)
    #expect(bench.finished.map(\.end) == [.failed, .failed])
    // The one without an attempt in flight has settled; the other does when its attempt has ended.
    #expect(bench.requests.count == 1 && bench.held == 1)
    bench.end(.cancelled)
    #expect(bench.requests.map(\.outcome) == [.connection, .connection] && bench.held == 0)
    #expect(bench.attempts.count == 2)
  }

  @Test("that crashes answers nobody from what it had kept")
  func crashAnswersNothing() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "cache": ["exact": ["ttl": "1s", "staleOnError": "1h"]],
    ])
    for _ in 0..<2 {
      bench.arrive { $0.fingerprint = 9 }
      if bench.requests.isEmpty { bench.end(.succeeded) }
      bench.pass(.seconds(1))
    }
    restart(bench, .crash)
    #expect(bench.finished.map(\.end) == [.succeeded, .failed])
  }

  @Test("has forgotten its ejections, and their timers with them")
  func ejections() throws {
    let bench = try Bench(["routes": ["chat": ["fallback": ["a", "b"]]], "ejection": "throttled"])
    bench.arrive()
    bench.end(.status(429))
    bench.end(.succeeded)
    #expect(bench.timers.count == 1)
    bench.pass(.seconds(1))
    restart(bench, .drain)
    #expect(bench.timers.isEmpty)
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
    // Sweeps are counted from the new start: 1 s + 2 s.
    bench.end(.status(429))
    #expect(bench.timers.map(\.at) == [at(.seconds(3))])
  }

  @Test("keeps over a reload the breakers that are the same, and those only")
  func keepsBreakers() throws {
    let bench = try Bench(.members(policy))
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    var same = policy
    same[0].1 = ["chat": ["fallback": ["c", "a", "b"]]]
    bench.gateway.reload(try GatewayPlan(.members(same)), at: bench.now, into: &bench.output)
    bench.settle()
    bench.arrive()
    bench.end(.status(503))
    #expect(bench.live.map(\.deployment) == ["b"])
    bench.end(.succeeded)
    var other = policy
    other[1].1 = ["trip": ["consecutiveFailures": 2], "open": "1h"]
    bench.gateway.reload(try GatewayPlan(.members(other)), at: bench.now, into: &bench.output)
    bench.settle()
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
    #expect(bench.notes(.reloaded).count == 2)
  }

  @Test("probes anew after a reload that met a breaker half open")
  func halfOpen() throws {
    var half = policy
    half[1].1 = ["trip": ["consecutiveFailures": 1], "open": "10s"]
    let bench = try Bench(.members(half))
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.pass(.seconds(11))
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
    bench.gateway.reload(try GatewayPlan(.members(half)), at: bench.now, into: &bench.output)
    bench.settle()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.arrive()
    #expect(bench.live.last?.deployment == "a")
  }

  @Test("keeps over a reload the ejections that are the same, with their sweeps")
  func keepsEjections() throws {
    let policy: Setting = [
      "routes": ["chat": ["fallback": ["a", "b"]]], "ejection": "throttled", "allDown": "fail",
    ]
    let bench = try Bench(policy)
    bench.arrive()
    bench.end(.status(429))
    bench.end(.succeeded)
    bench.gateway.reload(try GatewayPlan(policy), at: bench.now, into: &bench.output)
    bench.settle()
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b"] && bench.timers.count == 1)
    for _ in 0..<30 { bench.fire() }
    #expect(bench.notes(.restored).count == 1 && bench.late == 0)
  }

  @Test("a request in flight at a reload keeps its attempt, and goes on by the new routes")
  func goesOn() throws {
    let bench = try Bench(.members(policy))
    bench.arrive()
    bench.gateway.reload(
      try GatewayPlan(["routes": ["chat": "d"]]), at: bench.now, into: &bench.output)
    bench.settle()
    #expect(bench.live.map(\.deployment) == ["a"])
    bench.end(.status(503))
    #expect(bench.live.map(\.deployment) == ["d"])
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.succeeded])
  }

  @Test(
    "that crashes answers nobody from what it kept, nor a follower by its leader",
    arguments: ["fail", "promote"])
  func crashServesNothing(onLeaderFailure: String) throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "cache": ["exact": ["ttl": "1s", "staleOnError": "1h"]],
      "coalesce": ["onLeaderFailure": Setting(.string(onLeaderFailure))],
    ])
    bench.template.fingerprint = 7
    bench.arrive()
    bench.end(.succeeded)
    bench.pass(.seconds(2))
    // What has expired would do if the route failed.
    bench.arrive()
    bench.end(.status(503))
    #expect(bench.requests.map(\.source) == [.provider, .cache])
    for _ in 0..<3 { bench.arrive() }
    restart(bench, .crash)
    #expect(bench.finished.suffix(3).map(\.end) == [.failed, .failed, .failed])
    bench.end(.cancelled)
    #expect(bench.requests.suffix(3).allSatisfy { $0.outcome == .connection } && bench.held == 0)
  }

  @Test("who has waited in the queue at a reload begins in the new policy, and is walked once")
  func queuedAtReload() throws {
    let policy: Setting = [
      "routes": ["chat": "a"], "concurrency": [["by": ["fixed": 1]]], "queue": ["longest": "1h"],
    ]
    let bench = try Bench(policy)
    for _ in 0..<2 { bench.arrive() }
    bench.gateway.reload(try GatewayPlan(policy), at: bench.now, into: &bench.output)
    bench.settle()
    // The limit has forgotten the first, so the second is let in.
    #expect(bench.live.count == 2)
    bench.end(.status(503))
    bench.end(.status(503))
    // The first is walked anew, once; the second has been walked in this policy already.
    #expect(bench.live.count == 1)
    bench.end(.status(503))
    #expect(bench.requests.map(\.attempts).sorted() == [1, 2] && bench.held == 0)
  }

  @Test("who has asked for its score at a reload begins in the new policy, and is walked once")
  func askingAtReload() throws {
    let policy: Setting = [
      "routes": ["chat": ["threshold": ["at": 0.5], "strong": "a", "weak": "b"]]
    ]
    let bench = try Bench(policy)
    bench.arrive()
    bench.gateway.reload(try GatewayPlan(policy), at: bench.now, into: &bench.output)
    bench.settle()
    bench.report(.sideCallEnded(bench.asked[0], succeeded: false, value: 0))
    bench.end(.status(503))
    #expect(bench.requests.map(\.attempts) == [1] && bench.live.isEmpty)
  }
}
