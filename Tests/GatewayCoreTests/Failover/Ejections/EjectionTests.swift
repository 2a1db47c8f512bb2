import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A fallback where some are used last")
struct UsedLastTests {
  @Test(
    "uses one that is down if its node says so, as without an ejection", arguments: [false, true])
  func usesDown(demotes: Bool) throws {
    let bench = try Bench(
      .members(
        [
          ("routes", ["chat": ["fallback": ["a", "b"], "allDown": "use"]]), ("allDown", "fail"),
          ("breaker", ["trip": ["consecutiveFailures": 1], "open": "1h"]),
        ] + (demotes ? [("ejection", "recentOutage")] : [])))
    bench.arrive()
    for _ in 0..<2 { bench.end(.status(503)) }
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
    #expect(bench.notes(.bypassed).count == 1)
  }

  @Test(
    "tries what is down after the others have failed, as without an ejection",
    arguments: [false, true])
  func triesDownLast(demotes: Bool) throws {
    let bench = try Bench(
      .members(
        [
          ("routes", ["chat": ["fallback": ["a", "b"]]]), ("allDown", "last"),
          ("breaker", ["trip": ["consecutiveFailures": 1], "open": "1h"]),
        ] + (demotes ? [("ejection", "recentOutage")] : [])))
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    // The breaker of a is open.
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b"])
    bench.end(.status(503))
    #expect(bench.live.map(\.deployment) == ["a"])
  }
}

@Suite("Every ejection")
struct EjectionConformanceTests {
  private func make(_ name: String) throws -> any Ejection {
    try Ejections.registry[name] != nil
      ? Ejections.registry.make(from: Setting(.string(name)))
      : Cooldowns.registry.make(from: Setting(.string(name)))
  }

  private static let names = Ejections.registry.names + Cooldowns.registry.names

  /// Random attempts over an hour; the story.
  private func run(_ name: String, seed: UInt64, failing: Int) throws -> Watching {
    var random = SplitMix64(seed: seed)
    var one = Watching(try make(name), deployments: 8, single: [7], seed: seed)
    var now = 0.0
    for _ in 0..<600 {
      now += Double.random(in: 0...12, using: &random)
      let who = Int.random(in: 0..<8, using: &random)
      let outcome: Outcome =
        Int.random(in: 0..<100, using: &random) < failing
        ? [.status(503), .status(429), .totalTimeout, .connection, .cancelled].randomElement(
          using: &random) ?? .cancelled : .succeeded
      one.end(
        who, outcome, now,
        hint: Bool.random(using: &random) ? Double.random(in: 0...40, using: &random) : nil,
        times: Int.random(in: 1...40, using: &random))
    }
    one.pass(to: now + 4_000)
    return one
  }

  @Test("tells the same story for the same seed", arguments: names)
  func deterministic(name: String) throws {
    for seed in UInt64(0)..<5 {
      #expect(
        try run(name, seed: seed, failing: 60).told == run(name, seed: seed, failing: 60).told)
    }
  }

  @Test("takes nobody out while all is well", arguments: names)
  func calm(name: String) throws {
    #expect(try run(name, seed: 1, failing: 0).told.isEmpty)
  }

  @Test(
    "brings everybody back when nothing happens any more, and needs no sweep then", arguments: names
  )
  func returns(name: String) throws {
    var ejected = 0
    for seed in UInt64(0)..<5 {
      let one = try run(name, seed: seed, failing: 80)
      ejected += one.story.count
      for who in 0..<8 { #expect(!one.isOut(who, 100_000) && !one.isLast(who, 100_000)) }
      #expect(!one.ejection.needsSweep, "seed \(seed)")
    }
    #expect(ejected > 0)
  }

  @Test("ends each absence before it begins another", arguments: names)
  func alternates(name: String) throws {
    for seed in UInt64(0)..<5 {
      let one = try run(name, seed: seed, failing: 70)
      var out = Set<Int>()
      for change in one.story where one.ejection.interval > 0 {
        let isNew =
          change.until == -1 ? out.remove(change.who) != nil : out.insert(change.who).inserted
        #expect(isNew, "seed \(seed) at \(change.at)")
      }
    }
  }

  @Test("sweeps only where that may find something: more sweeps change nothing", arguments: names)
  func sweeps(name: String) throws {
    // `Watching` sweeps at every multiple; the gateway only when `needsSweep` said so.
    for seed in UInt64(0)..<5 {
      var random = SplitMix64(seed: seed)
      var always = Watching(try make(name), deployments: 4)
      var lazy = try make(name)
      lazy.prepare(
        for: (0..<4).map { EjectionTarget(name: "host \($0)") },
        chance: .init(seed: 1, replication: 0))
      var table = EjectionTable(deployments: 4, demotes: [lazy.demotes])
      var next = Int64.max
      var now = 0.0
      for _ in 0..<300 {
        now += Double.random(in: 0...20, using: &random)
        let instant = at(.seconds(now))
        let who = Int.random(in: 0..<4, using: &random)
        let outcome: Outcome =
          Bool.random(using: &random)
          ? .status(Bool.random(using: &random) ? 503 : 429) : .succeeded
        let times = Int.random(in: 1...30, using: &random)
        while next <= instant.nanoseconds {
          lazy.sweep(at: Instant(nanoseconds: next), &table)
          next = lazy.needsSweep ? next + lazy.interval : .max
        }
        always.end(who, outcome, now, times: times)
        for _ in 0..<times { lazy.ended(who, outcome, .unsaid, at: instant, &table) }
        if lazy.interval > 0, next == .max, lazy.needsSweep {
          next = (instant.nanoseconds / lazy.interval + 1) * lazy.interval
        }
        for one in 0..<4 {
          #expect(table.isOut(one, at: instant) == always.isOut(one, now), "seed \(seed) at \(now)")
        }
      }
    }
  }

  @Test("is described without a file, with a summary and a source")
  func registry() {
    #expect(Ejections.registry.audit().isEmpty)
    #expect(Cooldowns.registry.audit().isEmpty)
    for entry in Ejections.registry.entries { #expect(entry.source != nil) }
  }
}

@Suite("A gateway with ejections")
struct EjectionStageTests {
  @Test("Helicone: a 429 ejects for Retry-After plus 30 s, looked at every 2 s", .tags(.fact))
  func throttled() throws {
    var one = Watching(try Ejections.registry.make(from: "throttled"), deployments: 2)
    one.end(0, .status(429), 3, hint: 7)
    one.end(1, .status(429), 4)
    one.pass(to: 100)
    #expect(one.told == ["3.0: 0 out", "4.0: 1 out", "40.0: 0 back", "64.0: 1 back"])
  }

  @Test("Helicone: a 429 of one that is out changes nothing", .tags(.fact))
  func duplicates() throws {
    var one = Watching(try Ejections.registry.make(from: "throttled"), deployments: 1)
    one.end(0, .status(429), 0, hint: 10)
    one.end(0, .status(429), 30, hint: 1_000)
    one.pass(to: 100)
    #expect(one.told == ["0.0: 0 out", "40.0: 0 back"])
  }

  @Test("Helicone: fewer than 20 requests in the window are always well", .tags(.fact))
  func grace() throws {
    var one = Watching(try Ejections.registry.make(from: "errorRatio"), deployments: 1)
    one.end(0, .status(500), 1, times: 19)
    one.pass(to: 6)
    #expect(one.told.isEmpty)
    one.end(0, .status(500), 7)
    one.pass(to: 10)
    #expect(one.told == ["10.0: 0 out"])
  }

  @Test("Helicone: exactly 10 % is well, more is not", .tags(.fact), arguments: [10, 11])
  func share(failures: Int) throws {
    var one = Watching(try Ejections.registry.make(from: "errorRatio"), deployments: 1)
    one.end(0, .succeeded, 1, times: 100 - failures)
    one.end(0, .status(502), 2, times: failures)
    one.pass(to: 9)
    #expect(one.told.isEmpty == (failures == 10))
  }

  @Test("Helicone: the window resets at the lap, and what was out is back", .tags(.fact))
  func lap() throws {
    var one = Watching(try Ejections.registry.make(from: "errorRatio"), deployments: 1)
    one.end(0, .status(500), 52, times: 40)
    one.pass(to: 200)
    #expect(one.told == ["55.0: 0 out", "60.0: 0 back"])
  }

  @Test(
    "Helicone: 4xx, timeouts and connection errors are no errors", .tags(.fact),
    arguments: [Outcome.status(404), .status(429), .totalTimeout, .connection])
  func noErrors(outcome: Outcome) throws {
    var one = Watching(try Ejections.registry.make(from: "errorRatio"), deployments: 1)
    one.end(0, outcome, 1, times: 100)
    one.pass(to: 20)
    #expect(one.told.isEmpty)
  }

  @Test("Helicone: what comes back starts with a fresh estimate of 250 ms", .tags(.fact))
  func cold() throws {
    let bench = try Bench([
      "routes": ["chat": ["balance": ["peak-ewma": ["samples": 0]], "over": ["a", "b"]]],
      "ejection": "throttled",
    ])
    // a is slow: 2 s; its 429 takes it out; b answers in 500 ms.
    bench.arrive()
    bench.pass(.seconds(2))
    bench.end(.status(429))
    #expect(bench.timers.map(\.at) == [at(.seconds(4))])
    for _ in 0..<30 {
      #expect(bench.notes(.restored).isEmpty)
      bench.fire()
    }
    #expect(bench.now == at(.seconds(62)) && bench.timers.isEmpty)
    #expect(bench.notes(.restored).map(\.deployment) == [DeploymentID(0)])
    let estimate = bench.gateway.strategies[0].score(of: 0, for: bench.template, at: bench.now)
    #expect(estimate == 250_000_000)
  }

  @Test("OpenRouter: one with an outage in the last 30 s is tried last", .tags(.fact))
  func recentOutage() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b", "c"]]],
      "ejection": ["recentOutage": ["failures": 1]],
    ])
    func order() -> [String] {
      var seen: [String] = []
      bench.arrive()
      while let next = bench.live.first?.deployment {
        seen.append(next)
        bench.end(.status(400))
      }
      return seen
    }
    bench.arrive()
    bench.end(.status(503))
    bench.end(.succeeded)
    bench.pass(.seconds(29))
    #expect(order() == ["b", "c", "a"])
    bench.pass(.seconds(1))
    #expect(order() == ["a", "b", "c"])
  }

  @Test("puts one with an outage last in a balance as well, but does not leave it out")
  func demoted() throws {
    let bench = try Bench([
      "routes": [
        "chat": [
          "balance": "smooth-weighted-round-robin", "over": ["a", "b"],
          "retry": ["max": 1, "reselect": true],
        ]
      ],
      "ejection": ["recentOutage": ["failures": 1]],
    ])
    bench.arrive()
    bench.end(.status(503), of: "a")
    bench.end(.succeeded)
    for _ in 0..<3 {
      bench.arrive()
      #expect(bench.live.map(\.deployment) == ["b"])
      bench.end(.succeeded)
    }
    bench.arrive()
    bench.end(.status(503), of: "b")
    #expect(bench.live.map(\.deployment) == ["a"])
    bench.end(.succeeded)
    #expect(bench.notes(.bypassed).isEmpty)
  }

  @Test("Helicone: with all out there is no service", .tags(.fact))
  func allOut() throws {
    let policy: [(String, Setting)] = [
      ("routes", ["chat": ["fallback": ["a", "b"]]]), ("ejection", "throttled"),
    ]
    for (treatment, live) in [("fail", 0), ("use", 1)] {
      let bench = try Bench(.members(policy + [("allDown", Setting(.string(treatment)))]))
      bench.arrive()
      bench.end(.status(429))
      bench.end(.status(429))
      bench.arrive()
      #expect(bench.live.count == live)
      #expect(bench.notes(.bypassed).count == live)
      if live == 0 { #expect(bench.requests.last?.outcome == .status(503)) }
    }
  }

  @Test("drops a sweep's timer that it has not set, and one that comes too early")
  func latePolls() throws {
    let bench = try Bench(["routes": ["chat": "a"], "ejection": "throttled"])
    bench.report(.timerFired(TimerID(.poll, of: .none, number: 0)))
    bench.report(.timerFired(TimerID(.poll, of: .none, number: 9)))
    #expect(bench.late == 2)
    bench.arrive()
    bench.end(.status(429))
    bench.report(.timerFired(TimerID(.poll, of: .none, number: 0)))
    #expect(bench.late == 3 && bench.notes(.restored).isEmpty)
  }

  @Test("is read from known names only")
  func reading() {
    for wrong: Setting in ["nobody", ["throttled": ["margin": "-1s"]], ["outliers": ["volume": 0]]]
    {
      #expect(throws: SettingError.self) {
        try Bench(["routes": ["chat": "a"], "ejection": wrong])
      }
    }
  }
}
