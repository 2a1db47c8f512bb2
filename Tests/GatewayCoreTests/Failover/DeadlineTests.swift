import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A deadline")
struct DeadlineTests {
  @Test("is none unless the policy says so")
  func silence() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    bench.arrive()
    #expect(bench.live[0].deadlines == Deadlines())
  }

  @Test("travels with the attempt: total as an instant, first token and idle as pauses")
  func travels() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "attempts": ["total": "60s", "firstToken": "5s", "idle": "2s"],
    ])
    bench.pass(.seconds(7))
    bench.arrive()
    #expect(
      bench.live[0].deadlines
        == Deadlines(
          total: at(.seconds(67)), firstTokenMicroseconds: 5_000_000, idleMicroseconds: 2_000_000))
  }

  @Test("is the nearest level's: leaf over node over policy, each key by itself")
  func nearest() throws {
    let bench = try Bench([
      "routes": [
        "chat": [
          "fallback": [
            ["deployment": "a", "timeouts": ["total": "3s"]],
            ["fallback": ["b"], "timeouts": ["idle": "1s"]], "c",
          ], "timeouts": ["total": "20s"],
        ]
      ],
      "attempts": ["total": "60s", "firstToken": "5s"],
    ])
    bench.arrive()
    var seen: [Deadlines] = []
    for _ in 0..<3 {
      seen.append(bench.live[0].deadlines)
      bench.end(.status(503))
    }
    let first: UInt32 = 5_000_000
    #expect(
      seen == [
        Deadlines(total: at(.seconds(3)), firstTokenMicroseconds: first),
        Deadlines(
          total: at(.seconds(20)), firstTokenMicroseconds: first, idleMicroseconds: 1_000_000),
        Deadlines(total: at(.seconds(20)), firstTokenMicroseconds: first),
      ])
  }

  @Test("of the request cuts the attempts' own short")
  func request() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]], "attempts": ["total": "6s", "request": "10s"],
    ])
    bench.pass(.seconds(1))
    bench.arrive()
    #expect(bench.live[0].deadlines.total == at(.seconds(7)))
    bench.pass(.seconds(6))
    bench.end(.totalTimeout)
    #expect(bench.live[0].deadlines.total == at(.seconds(11)))
    bench.pass(.seconds(4))
    bench.end(.totalTimeout)
    #expect(bench.requests.first?.outcome == .totalTimeout)
  }

  @Test("that the client has stated cuts the policy's short")
  func client() throws {
    let bench = try Bench(["routes": ["chat": "a"], "attempts": ["request": "10s"]])
    bench.arrive { $0.deadline = at(.seconds(4)) }
    #expect(bench.live[0].deadlines.total == at(.seconds(4)))
  }

  @Test("of the request that has passed ends fallbacks and retries")
  func passed() throws {
    for attempts: Setting in [["request": "1s"], ["request": "1s", "retry": ["max": 3]]] {
      let bench = try Bench([
        "routes": ["chat": ["fallback": ["a", "b"]]], "attempts": attempts,
      ])
      bench.arrive()
      bench.pass(.seconds(1))
      bench.end(.totalTimeout)
      #expect(bench.requests.count == 1 && bench.attempts.count == 1)
    }
  }

  @Test("of the request lets no pause begin that would outlast it, but the next child be tried")
  func pause() throws {
    let attempts: Setting = [
      "request": "1s", "retry": ["max": 3, "backoff": ["constant": ["delay": "900ms"]]],
    ]
    #expect(try story(["fallback": ["a", "b"]], ["a": "5"], attempts: attempts) == "a5 b. ok")
    #expect(try story("a", ["a": "5"], attempts: attempts) == "a5 503")
  }

  @Test("of the request holds even if the timer of a pause comes late")
  func lateTimer() throws {
    let bench = try Bench([
      "routes": ["chat": "a"],
      "attempts": [
        "request": "2s", "retry": ["max": 1, "backoff": ["constant": ["delay": "1s"]]],
      ],
    ])
    bench.arrive()
    bench.end(.status(503))
    bench.pass(.seconds(2))
    bench.fire()
    #expect(bench.live.isEmpty && bench.held == 0)
    #expect(bench.requests.first?.outcome == .status(503))
  }
}
