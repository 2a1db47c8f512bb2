import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A late report")
struct LateReportTests {

  @Test("of an attempt that has ended is dropped and counted")
  func ended() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    bench.arrive()
    let attempt = bench.live[0].id
    bench.end(.succeeded)
    bench.report(.attemptEnded(attempt, .none, .unsaid, .succeeded))
    bench.report(.firstToken(attempt))
    #expect(bench.late == 2)
    #expect(bench.notes(.lateReport).count == 2)
    #expect(bench.requests.count == 1 && bench.attempts.count == 1)
  }

  @Test("of a request that has ended is dropped and counted")
  func abandoned() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    let id = bench.arrive()
    bench.end(.succeeded)
    bench.report(.abandoned(id))
    bench.report(.timerFired(TimerID(.backoff, of: id, number: 0)))
    #expect(bench.late == 2)
    #expect(bench.held == 0)
  }

  @Test("of an earlier wait does not end a later one")
  func earlierWait() throws {
    let bench = try Bench([
      "routes": ["chat": "a"],
      "attempts": ["retry": ["max": 2, "backoff": ["constant": ["delay": "1s"]]]],
    ])
    bench.arrive()
    bench.end(.status(503))
    let first = bench.timers[0].id
    bench.fire()
    bench.end(.status(503))
    bench.report(.timerFired(first))
    #expect(bench.late == 1)
    #expect(bench.live.isEmpty)
    bench.fire()
    #expect(bench.live.count == 1)
  }

  @Test("of what never was, a side call among them, is dropped and counted")
  func unknown() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    let request = RequestID(slot: 99, generation: 3)
    bench.report(.attemptEnded(AttemptID(slot: 77, generation: 0), .none, .unsaid, .succeeded))
    bench.report(
      .sideCallEnded(SideCallID(.embedding, of: request, number: 1), succeeded: true, value: 0))
    bench.report(.abandoned(.none))
    bench.report(.timerFired(TimerID(.backoff, of: .none, number: 0)))
    #expect(bench.late == 4)
  }

  @Test("harms nothing: a hundred thousand random ones leave every request ending exactly once")
  func fuzz() throws {
    let bench = try Bench([
      "routes": [
        "chat": [
          "fallback": [["balance": "peak-ewma", "over": ["a", "b"]], "c"],
          "retry": ["max": 1, "reselect": true],
        ]
      ],
      "attempts": ["retry": ["max": 1, "backoff": ["constant": ["delay": "50ms"]]]],
      "breaker": ["trip": ["consecutiveFailures": 3], "open": "1s"],
      "limits": [["totalTokens": "1M/s", "charge": "reserve"]],
      "cache": ["exact": ["ttl": "1s", "capacity": 100]],
    ])
    var random = SplitMix64(seed: 5)
    var reports = 0
    for _ in 0..<100_000 {
      bench.pass(.milliseconds(Int64.random(in: 0...20, using: &random)))
      let slot = UInt32.random(in: 0..<12, using: &random)
      let generation = UInt32.random(in: 0..<300, using: &random)
      let request = RequestID(slot: slot, generation: generation)
      let attempt = AttemptID(slot: slot, generation: generation)
      reports += 1
      switch Int.random(in: 0..<12, using: &random) {
      case 0: if bench.live.count < 8 { bench.arrive { $0.fingerprint = UInt128(slot) } }
      case 1: bench.end(.succeeded)
      case 2: bench.end(.status(503))
      case 3: bench.fire()
      case 4: bench.report(.firstToken(attempt))
      case 5: bench.report(.timerFired(TimerID(.backoff, of: request, number: UInt8(slot))))
      case 6: bench.report(.abandoned(request))
      case 7: bench.report(.abandoned(bench.gateway.id(ofLive: bench.live.first) ?? request))
      case 8:
        bench.report(
          .received(Delta(.inFlight, of: DeploymentID(Int(slot)), change: 1), from: ReplicaID(1)))
      default:
        let known = bench.live.firstIndex { $0.id == attempt }
        bench.report(.attemptEnded(attempt, .none, .unsaid, .connection))
        if let known { bench.live.remove(at: known) }
      }
    }
    while !bench.live.isEmpty || !bench.timers.isEmpty {
      if bench.live.isEmpty { bench.fire() } else { bench.end(.cancelled) }
    }
    #expect(bench.held == 0)
    #expect(bench.late > 10_000)
    let numbers = bench.requests.map(\.number)
    #expect(Set(numbers).count == numbers.count)
    #expect(bench.finished.count == numbers.count)
    #expect(bench.attempts.count == bench.requests.reduce(0) { $0 + Int($1.attempts) })
  }
}

extension Gateway {
  /// The id of the request that a live attempt is made for.
  func id(ofLive attempt: Bench.Live?) -> RequestID? { attempt.map { id(ofSlot: $0.slot) } }
}
