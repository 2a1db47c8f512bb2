import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("What is in flight")
struct ConcurrencyGatewayTests {
  @Test("LiteLLM: max_parallel_requests rejects with 429 and does not queue", .tags(.fact))
  func rejects() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "concurrency": [["each": "key", "by": ["fixed": 2]]],
    ])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.count == 2)
    #expect(bench.requests.last?.end == .rejected)
    #expect(bench.requests.last?.rejection == .limit)
    #expect(bench.requests.last?.outcome.status == 429)
    #expect(bench.requests.last?.limit == ConcurrencyRule.subject)
    bench.arrive { $0.identity.key = KeyID(1) }
    #expect(bench.live.count == 3, "another key has its own limit")
    bench.end(.succeeded)
    bench.arrive()
    #expect(bench.live.count == 3)
  }

  @Test("is shed, not rejected by a limit, when the limit is everybody's")
  func shed() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "concurrency": [["by": ["fixed": 1], "status": 503]],
    ])
    bench.arrive()
    bench.arrive()
    #expect(bench.requests.last?.rejection == .shed)
    #expect(bench.requests.last?.outcome.status == 503)
  }

  @Test("at a deployment is routed around, and comes back with the end of an attempt")
  func deployment() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "concurrency": [["each": "deployment", "by": ["fixed": 1]]],
    ])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.live.map(\.deployment) == ["a", "b"])
    #expect(bench.requests.last?.outcome.status == 503, "every candidate is full")
    bench.end(.succeeded, of: "a")
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b", "a"])
    // A retry at a full deployment is none.
    bench.end(.status(503), of: "b")
    #expect(bench.live.map(\.deployment) == ["a"])
  }

  @Test("keeps its permit until the last attempt has settled, also when the client has left")
  func permit() throws {
    let bench = try Bench(["routes": ["chat": "a"], "concurrency": [["by": ["fixed": 1]]]])
    let id = bench.arrive()
    bench.report(.abandoned(id))
    bench.arrive()
    #expect(bench.requests.last?.end == .rejected)
    bench.end(.cancelled)
    bench.arrive()
    #expect(bench.live.count == 1)
  }

  @Test("is only noted in shadow")
  func shadow() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "concurrency": [["by": ["fixed": 1], "shadow": true]],
    ])
    bench.arrive()
    bench.arrive()
    #expect(bench.live.count == 2)
    #expect(bench.notes(.limiterJudged).map(\.value) == [0])
    bench.end(.succeeded)
    bench.end(.succeeded)
    let charged = bench.notes(.limiterCharged).map(\.value)
    #expect(charged == [1, -1])
  }

  @Test("is not a cache hit")
  func hit() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "concurrency": [["by": ["fixed": 1]]],
      "cache": ["exact": ["ttl": "1m"]],
    ])
    bench.arrive { $0.fingerprint = 7 }
    bench.end(.succeeded)
    for _ in 0..<3 { bench.arrive { $0.fingerprint = 7 } }
    #expect(bench.requests.filter { $0.source == .cache }.count == 3)
    bench.arrive()
    #expect(bench.live.count == 1)
  }

  @Test("adapts, notes it, and never admits more than the limit of the moment")
  func adapts() throws {
    var seen = 0
    try forEverySeed(0..<20) { seed, random in
      let algorithm: Setting = [
        ["aimd": ["initial": 4, "timeout": "400ms"]], ["vegas": ["initial": 4]],
        ["gradient2": ["initial": 5, "least": 2]],
      ][Int(seed % 3)]
      let scope: Setting = seed % 2 == 0 ? "everyone" : "deployment"
      let bench = try Bench([
        "routes": ["chat": ["fallback": ["a", "b"]]],
        "concurrency": [["each": scope, "by": algorithm]],
      ])
      for _ in 0..<400 {
        bench.pass(.milliseconds(Int.random(in: 0...40, using: &random)))
        if Int.random(in: 0..<100, using: &random) < 60 {
          bench.arrive()
        } else {
          bench.end(
            [.succeeded, .succeeded, .status(503), .status(400)].randomElement(using: &random)
              ?? .succeeded)
        }
      }
      while !bench.live.isEmpty { bench.end(.succeeded) }
      var inFlight: [Int64: Int64] = [:]
      let first: Int64 = Int(seed % 3) == 2 ? 5 : 4
      var limits: [Int64: Int64] = [:]
      for note in bench.notes {
        if note.kind == .limitAdapted { limits[note.other] = note.value }
        guard note.kind == .limiterCharged else { continue }
        inFlight[note.other, default: 0] += note.value
        if note.value > 0 {
          #expect(inFlight[note.other, default: 0] <= limits[note.other, default: first])
        }
      }
      #expect(inFlight.values.allSatisfy { $0 == 0 }, "seed \(seed)")
      seen += bench.notes(.limitAdapted).count
    }
    #expect(seen > 200)
  }
}
