import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// A central store that is asked before each attempt, because a limit is a deployment's or a model's.
@Suite("A central limit of a deployment")
struct AttemptStoreTests {
  private static let each: Setting = [
    "requests": "5/s", "each": "deployment", "state": "central",
  ]

  private func bench(
    _ route: Setting, limit: Setting = AttemptStoreTests.each,
    _ more: [(String, Setting)] = []
  ) throws -> Bench {
    try Bench(.members([("routes", ["chat": route]), ("limits", [limit])] + more))
  }

  @Test(
    "is asked when a leaf is chosen, about that deployment, and told when the attempt has ended")
  func asks() throws {
    let bench = try bench(["fallback": ["a", "b"]])
    bench.arrive()
    #expect(bench.live.isEmpty && bench.asked.map(\.kind) == [.store])
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(0), attempt: 0))
    try bench.answerStore(admits: true)
    #expect(bench.live.map(\.deployment) == ["a"] && bench.told.isEmpty)
    bench.end(.status(503))
    // The attempt at a is settled; the one at b is asked about.
    #expect(bench.told.map(\.1.end) == [.used])
    #expect(bench.told[0].1.question == StoreQuestion(deployment: DeploymentID(0), attempt: 0))
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(1), attempt: 1))
    try bench.answerStore(admits: true)
    #expect(bench.live.map(\.deployment) == ["b"])
    bench.end(.succeeded)
    #expect(bench.told.last?.1.inputTokens == 1_000 && bench.told.last?.1.outputTokens == 100)
    #expect(bench.requests.map(\.end) == [.succeeded] && bench.held == 0)
    #expect(bench.requests[0].sideCalls == 2)
  }

  @Test("leaves out what the store refuses, and takes the next candidate")
  func nextCandidate() throws {
    for route: Setting in [
      ["fallback": ["a", "b"]], ["balance": "smooth-weighted-round-robin", "over": ["a", "b"]],
      [
        "condition": [["if": ["inputAbove": 10], "then": ["fallback": ["a", "b"]]]], "else": "c",
      ],
    ] {
      let bench = try bench(route)
      bench.arrive()
      let first = try #require(bench.storeQuestion?.deployment)
      try bench.answerStore(admits: false)
      let second = try #require(bench.storeQuestion?.deployment)
      #expect(first != second && bench.live.isEmpty)
      try bench.answerStore(admits: true)
      #expect(bench.live.count == 1)
      bench.end(.succeeded)
      #expect(bench.requests.map(\.end) == [.succeeded])
      #expect(bench.requests[0].attempts == 1 && bench.requests[0].fallbacks == 0)
      #expect(bench.told.map(\.1.end) == [.used])
    }
  }

  @Test("refuses a request whose every deployment the store refuses, under the limit it names")
  func refused() throws {
    let bench = try bench(
      ["fallback": ["a", "b"]],
      limit: [
        "requests": "5/s", "each": "deployment", "status": 503,
        "state": "central",
      ])
    bench.arrive()
    try bench.answerStore(admits: false)
    try bench.answerStore(admits: false)
    let record = try #require(bench.requests.last)
    #expect(record.end == .rejected && record.rejection == .limit && record.limit == 0)
    #expect(record.outcome == .status(503) && record.attempts == 0)
    #expect(bench.told.isEmpty && bench.held == 0)
    // A budget says so, with its own status.
    let budget = try Bench([
      "routes": ["chat": "a"],
      "budgets": [["money": "$1/day", "each": "deployment", "state": "central"]],
    ])
    budget.arrive()
    try budget.answerStore(admits: false)
    #expect(budget.requests.last?.rejection == .budget)
    #expect(budget.requests.last?.outcome == .status(402))
  }

  @Test(
    "tells a request that all refuse when the first would admit it, the replica's own limits too")
  func retryAfter() throws {
    let cases: [(waits: [Duration?], hint: RetryAfter)] = [
      ([.seconds(5), .seconds(3)], RetryAfter(.seconds(3))),
      ([.seconds(3), nil], RetryAfter(.seconds(3))), ([nil, nil], .unsaid),
    ]
    for (waits, hint) in cases {
      let bench = try bench(["fallback": ["a", "b"]])
      bench.arrive()
      for wait in waits { try bench.answerStore(admits: false, after: wait) }
      #expect(bench.finished.map(\.retryAfter) == [hint])
    }
    let mixed = try Bench([
      "routes": ["chat": ["fallback": ["a", "b"]]],
      "limits": [
        ["requests": "5/s", "when": ["model": "a"], "state": "central"],
        ["requests": "1/2s", "by": "fixed-window", "when": ["model": "b"]],
      ],
    ])
    for _ in 0..<2 {
      mixed.arrive()
      try mixed.answerStore(admits: false, after: .seconds(4))
    }
    #expect(mixed.live.map(\.deployment) == ["b"])
    #expect(mixed.finished.map(\.retryAfter) == [RetryAfter(.seconds(2))])
  }

  @Test("passes on a failure when the store refuses what was to come next")
  func refusedLater() throws {
    // A fallback that is refused: the failure stands. One with another behind it: that is asked.
    let bench = try bench(["fallback": ["a", "b", "c"]])
    bench.arrive()
    try bench.answerStore(admits: true)
    bench.end(.status(503))
    try bench.answerStore(admits: false)
    #expect(bench.storeQuestion?.deployment == DeploymentID(2))
    try bench.answerStore(admits: false)
    #expect(bench.requests.map(\.outcome) == [.status(503)] && bench.requests[0].end == .failed)
    #expect(bench.requests[0].attempts == 1 && bench.held == 0)
  }

  @Test("passes a retry that the store refuses on to the fallback, and gives its permit back")
  func retry() throws {
    let bench = try bench(
      ["fallback": ["a", "b"]],
      [("attempts", ["retry": ["max": 2], "budget": ["share": "100%"]])])
    bench.arrive()
    try bench.answerStore(admits: true)
    bench.end(.status(503))
    if bench.asked.count == 1 { bench.fire() }
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(0), attempt: 1))
    try bench.answerStore(admits: false)
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(1), attempt: 1))
    try bench.answerStore(admits: true)
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.succeeded])
    #expect(bench.requests[0].fallbacks == 1 && bench.requests[0].retries == 0)
  }

  @Test("takes silence as it is told: open, closed with its status, or alone")
  func silent() throws {
    let open = try bench("a")
    open.arrive()
    try open.silenceStore()
    #expect(open.live.count == 1 && open.notes(.storeFailed).map(\.value) == [0])
    open.end(.succeeded)
    // It may have been charged all the same.
    #expect(open.told.map(\.1.end) == [.used])

    let closed = try bench(
      ["fallback": ["a", "b"]],
      limit: [
        "requests": "5/s", "when": ["model": "a"],
        "state": ["central": ["onFailure": "closed", "status": 429]],
      ])
    closed.arrive()
    try closed.silenceStore()
    // The limit is only a's.
    #expect(closed.live.map(\.deployment) == ["b"] && closed.told.map(\.1.end) == [.refused])

    let none = try bench(
      "a",
      limit: [
        "requests": "5/s", "each": "deployment",
        "state": ["central": ["onFailure": "closed", "status": 503]],
      ])
    none.arrive()
    try none.silenceStore()
    #expect(none.requests.map(\.outcome) == [.status(503)] && none.requests[0].end == .rejected)

    let alone = try bench(
      "a",
      limit: [
        "requests": "5/s", "burst": 5, "each": "deployment",
        "state": ["central": ["onFailure": "local"]],
      ])
    for _ in 0..<6 {
      alone.arrive()
      try alone.silenceStore()
    }
    #expect(alone.live.count == 5 && alone.requests.last?.limit == 1)
    #expect(alone.notes(.limiterCharged).allSatisfy { $0.subject == 1 })
  }

  @Test("is told that there is no attempt if the client has left, or its time is over")
  func withdrawn() throws {
    let bench = try bench("a")
    let id = bench.arrive()
    bench.report(.abandoned(id))
    #expect(bench.finished.map(\.end) == [.abandoned] && bench.told.isEmpty)
    try bench.answerStore(admits: true)
    #expect(bench.told.map(\.1.end) == [.refused] && bench.live.isEmpty && bench.held == 0)

    let late = try self.bench("a", [("attempts", ["request": "1s"])])
    late.arrive()
    late.pass(.seconds(2))
    try late.answerStore(admits: true)
    #expect(late.told.map(\.1.end) == [.refused] && late.held == 0)
    #expect(late.requests.map(\.outcome) == [.totalTimeout])
  }

  @Test("gives back what it was granted if the leaf is out by then, and goes on to the next")
  func outMeanwhile() throws {
    let bench = try bench(
      ["fallback": ["a", "b"]],
      [
        (
          "breaker", ["trip": ["consecutiveFailures": 1], "open": "1h"]
        )
      ])
    bench.arrive()
    try bench.answerStore(admits: true)
    bench.arrive()
    let second = try #require(bench.asked.last)
    bench.end(.status(503))
    bench.report(.sideCallEnded(second, succeeded: true, value: 0))
    #expect(bench.told.map(\.1.end).contains(.refused))
    #expect(bench.storeQuestion?.deployment == DeploymentID(1))
  }

  @Test("asks nobody about an attempt that no central limit concerns")
  func unconcerned() throws {
    let bench = try bench(
      ["fallback": ["b", "a"]],
      limit: ["requests": "5/s", "when": ["model": "a"], "state": "central"])
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["b"] && bench.asked.isEmpty)
    bench.end(.status(503))
    #expect(bench.asked.count == 1)
  }

  @Test("goes on in another policy that was taken over while the store was asked")
  func reloaded() throws {
    let bench = try bench("a")
    bench.arrive()
    let other = try GatewayPlan(["routes": ["chat": "b"]])
    bench.gateway.reload(other, at: bench.now, into: &bench.output)
    bench.settle()
    try bench.answerStore(admits: true)
    #expect(bench.live.map(\.deployment) == ["b"] && bench.told.map(\.1.end) == [.refused])
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.succeeded] && bench.held == 0)
  }

  @Test("keeps nothing of what the store had refused when another policy is taken over")
  func reloadedAfterRefusal() throws {
    let bench = try bench(["fallback": ["a", "b", "c"]])
    bench.arrive()
    try bench.answerStore(admits: true)
    bench.end(.status(503))
    try bench.answerStore(admits: false)
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(2), attempt: 1))
    let other = try GatewayPlan([
      "routes": ["chat": "b"],
      "limits": [["requests": "9/s", "each": "model", "state": "central"]],
    ])
    bench.gateway.reload(other, at: bench.now, into: &bench.output)
    bench.settle()
    try bench.answerStore(admits: true)
    // The question was about c; b, which the old store had refused, is asked about anew.
    #expect(bench.told.last?.1.end == .refused)
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(1), attempt: 1))
    try bench.answerStore(admits: true)
    bench.end(.succeeded)
    #expect(bench.requests.map(\.end) == [.succeeded] && bench.held == 0)
  }

  @Test("is told that there is no attempt if its policy is gone when the client leaves")
  func withdrawnAfterReload() throws {
    let bench = try bench("a")
    let id = bench.arrive()
    bench.gateway.reload(
      try GatewayPlan(["routes": ["chat": "b"]]), at: bench.now, into: &bench.output)
    bench.settle()
    bench.report(.abandoned(id))
    try bench.answerStore(admits: true)
    #expect(bench.told.map(\.1.end) == [.refused] && bench.held == 0)
  }
}
