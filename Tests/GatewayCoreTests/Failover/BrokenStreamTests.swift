import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A broken stream")
struct BrokenStreamTests {
  private func bench(
    _ rule: Setting, route: Setting = ["fallback": ["a", "b", "c"]],
    more: [(String, Setting)] = []
  ) throws -> Bench {
    try Bench([
      "routes": .members([("chat", route)]),
      "attempts": .members([("onBrokenStream", rule)] + more),
    ])
  }

  @Test("fails by default: the client gets what there was and an error")
  func fails() throws {
    let bench = try bench("fail")
    bench.arrive { $0.streams = true }
    bench.showFirstToken()
    bench.end(.brokenStream)
    #expect(bench.requests.first?.outcome == .brokenStream && bench.attempts.count == 1)
    #expect(bench.notes(.streamRestarted).isEmpty)
  }

  @Test("goes on elsewhere if so told, and has begun only once")
  func restarts() throws {
    let bench = try bench("restart")
    bench.arrive { $0.streams = true }
    bench.pass(.seconds(1))
    bench.showFirstToken()
    bench.pass(.seconds(1))
    bench.end(.brokenStream, usage: Usage(inputTokens: 1_000, outputTokens: 40))
    #expect(bench.live.map(\.deployment) == ["b"])
    #expect(bench.gateway.carried(by: bench.live[0].id) == 0)
    bench.pass(.seconds(1))
    bench.showFirstToken()
    bench.end(.succeeded)
    let record = try #require(bench.requests.first)
    #expect(bench.begun.count == 1 && record.began == at(.seconds(1)))
    #expect(record.end == .succeeded && record.deployment == DeploymentID(1))
    #expect((record.attempts, record.fallbacks, record.outputTokens) == (2, 1, 100))
    // What was sent is paid twice: a's 1,000 + 40 tokens bought nothing.
    #expect(record.wasted == bench.attempts[0].estimate && record.wasted > .zero)
    let note = try #require(bench.notes(.streamRestarted).first)
    #expect(note.deployment == DeploymentID(0))
  }

  @Test(
    "LiteLLM: a stream that goes on where it broke carries what was sent as input, and counts it as output",
    .tags(.fact))
  func continues() throws {
    let bench = try bench(["restart": ["max": 2, "continue": true]])
    bench.arrive { $0.streams = true }
    bench.showFirstToken()
    bench.end(.brokenStream, usage: Usage(inputTokens: 1_000, outputTokens: 40))
    #expect(bench.gateway.carried(by: bench.live[0].id) == 40)
    // One that shows nothing adds nothing.
    bench.end(.status(503))
    #expect(bench.gateway.carried(by: bench.live[0].id) == 40)
    bench.showFirstToken()
    bench.end(.succeeded, usage: Usage(inputTokens: 1_040, outputTokens: 60))
    let record = try #require(bench.requests.first)
    #expect(record.end == .succeeded && record.outputTokens == 100)
    #expect(record.inputTokens == 1_000)
  }

  @Test("is restarted so often and no more, and only after the outcomes that it names")
  func caps() throws {
    let twice = try bench(["restart": ["max": 1]])
    twice.arrive { $0.streams = true }
    twice.showFirstToken()
    twice.end(.brokenStream)
    twice.showFirstToken()
    twice.end(.brokenStream)
    #expect(twice.requests.first?.end == .failed && twice.attempts.count == 2)
    let named = try bench(["restart": ["on": ["broken"]]])
    named.arrive { $0.streams = true }
    named.showFirstToken()
    named.end(.idleTimeout)
    #expect(named.requests.first?.end == .failed && named.attempts.count == 1)
  }

  @Test("goes through the retries of its node first, and no further than the route leads")
  func retries() throws {
    let bench = try bench("restart", more: [("retry", ["max": 1])])
    bench.arrive { $0.streams = true }
    bench.showFirstToken()
    bench.end(.brokenStream)
    #expect(bench.live.map(\.deployment) == ["a"])
    let alone = try self.bench("restart", route: "a")
    alone.arrive { $0.streams = true }
    alone.showFirstToken()
    alone.end(.brokenStream)
    #expect(alone.requests.first?.end == .failed && alone.notes(.streamRestarted).isEmpty)
    #expect(BrokenStreamRule.registry.audit().isEmpty)
  }
}

@Suite("An attempt that could not end in time")
struct FinishTests {
  @Test("is not started: another deployment is, or the request fails")
  func stated() throws {
    let bench = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "attempts": ["request": "1s", "finish": ["atLeast": "400ms"]],
    ])
    bench.arrive()
    bench.pass(.milliseconds(600))
    bench.end(.status(503))
    #expect(bench.live.map(\.deployment) == ["b"])
    bench.end(.succeeded)
    bench.arrive()
    bench.pass(.milliseconds(601))
    bench.end(.status(503))
    #expect(bench.live.isEmpty && bench.requests.last?.outcome == .status(503))
  }

  @Test("is known by what its deployment has shown")
  func observed() throws {
    let names = PolicyNames.letters
    let bench = try Bench(
      [
        "routes": ["chat": ["fallback": ["a", "b"]]],
        "attempts": [
          "finish": ["observed": ["quantile": "5%", "minimum": 3, "window": "1h"]]
        ],
      ], names: names, explaining: 4)
    for _ in 0..<4 {
      bench.arrive { $0.deadline = bench.now.advanced(by: .seconds(60)) }
      bench.pass(.seconds(2))
      bench.end(.succeeded)
    }
    bench.arrive { $0.deadline = bench.now.advanced(by: .seconds(1)) }
    #expect(bench.live.map(\.deployment) == ["b"])
    #expect(
      bench.notes(.candidateRemoved).map(\.value) == [Note.Removal.deadline.rawValue])
    bench.end(.succeeded)
    bench.arrive { $0.deadline = bench.now.advanced(by: .seconds(3)) }
    #expect(bench.live.map(\.deployment) == ["a"])
    bench.end(.succeeded)
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a"])
  }
}
