import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// Limits of deployments that a central store judges, in a policy that hedges.
@Suite("A hedge that a central store is asked about")
struct HedgeStoreTests {
  private func bench(
    _ hedge: [(String, Setting)] = [], route: Setting = ["fallback": ["a", "b", "c"]],
    state: Setting = "central", _ more: [(String, Setting)] = []
  ) throws -> Bench {
    let attempts: Setting = .members([
      ("hedge", .members([("after", "1s")] + hedge)), ("request", "1m"),
    ])
    return try Bench(
      .members(
        [
          ("routes", ["chat": route]), ("attempts", attempts),
          ("limits", [["requests": "5/s", "each": "deployment", "state": state]]),
        ] + more))
  }

  /// The first attempt is in flight at a, and the question about a hedge is out.
  private func asking(_ bench: Bench, streams: Bool = false) throws -> RequestID {
    let id = bench.arrive { $0.streams = streams }
    try bench.answerStore(admits: true)
    bench.fire()
    #expect(bench.live.map(\.deployment) == ["a"] && bench.asked.count == 2)
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(1), attempt: 1))
    return id
  }

  /// All that is withdrawn has ended, and the request has settled.
  private func settled(_ bench: Bench) {
    while !bench.live.isEmpty { bench.end(.cancelled) }
    #expect(bench.held == 0 && bench.timers.isEmpty)
  }

  @Test("starts when the store admits it, and each of the two attempts is told of")
  func starts() throws {
    let bench = try bench()
    _ = try asking(bench)
    bench.pass(.milliseconds(5))
    try bench.answerStore(admits: true)
    #expect(bench.live.map(\.deployment) == ["a", "b"] && bench.notes(.hedged).count == 1)
    bench.end(.succeeded, of: "b")
    settled(bench)
    #expect(bench.told.map(\.1.question.deployment.index) == [1, 0])
    #expect(bench.told.map(\.1.end) == [.used, .used])
    #expect(bench.requests.map(\.hedges) == [1] && bench.requests[0].deployment.index == 1)
  }

  @Test("goes to the next candidate that is admitted, and is none if there is none")
  func refused() throws {
    let bench = try bench(route: [
      "balance": "smooth-weighted-round-robin", "over": ["a", "b", "c"],
    ])
    _ = try asking(bench)
    try bench.answerStore(admits: false)
    #expect(bench.storeQuestion == StoreQuestion(deployment: DeploymentID(2), attempt: 1))
    try bench.answerStore(admits: true)
    #expect(bench.live.map(\.deployment) == ["a", "c"])
    bench.end(.succeeded, of: "c")
    settled(bench)

    let none = try self.bench(
      [("budget", ["share": "10%", "floor": "1/s", "window": "1s"])])
    _ = try asking(none)
    for _ in 0..<2 { try none.answerStore(admits: false) }
    #expect(none.live.count == 1 && none.notes(.hedged).isEmpty)
    // When the first attempt fails, what was refused for the hedge is asked about anew.
    none.end(.status(503))
    #expect(none.storeQuestion == StoreQuestion(deployment: DeploymentID(1), attempt: 1))
    try none.answerStore(admits: true)
    none.end(.succeeded)
    settled(none)
    #expect(none.requests.map(\.fallbacks) == [1] && none.told.map(\.1.end) == [.used, .used])
  }

  @Test("gives its permit back if the store refuses it")
  func permit() throws {
    let bench = try bench(
      [("budget", ["share": "0%", "floor": "1/min", "window": "60s"])],
      route: ["fallback": ["a", "b"]])
    for _ in 0..<20 {
      _ = try asking(bench)
      try bench.answerStore(admits: false)
      bench.end(.succeeded)
      settled(bench)
      bench.asked.removeAll()
    }
  }

  @Test("is none if the first attempt has begun or served meanwhile, or the client has left")
  func overtaken() throws {
    let streamed = try bench()
    _ = try asking(streamed, streams: true)
    streamed.showFirstToken()
    try streamed.answerStore(admits: true)
    #expect(streamed.live.count == 1 && streamed.told.map(\.1.end) == [.refused])
    streamed.end(.succeeded)
    settled(streamed)

    let served = try bench()
    _ = try asking(served)
    served.end(.succeeded)
    #expect(served.finished.map(\.end) == [.succeeded] && served.held == 1)
    try served.answerStore(admits: true)
    settled(served)
    #expect(served.told.map(\.1.end) == [.used, .refused])

    let left = try bench()
    let id = try asking(left)
    left.report(.abandoned(id))
    try left.answerStore(admits: true)
    settled(left)
    #expect(left.told.map(\.1.end) == [.refused, .used])
  }

  @Test("takes the place of a first attempt that has failed meanwhile")
  func takesOver() throws {
    let bench = try bench()
    _ = try asking(bench)
    bench.end(.status(503))
    #expect(bench.live.isEmpty && bench.asked.count == 2 && bench.finished.isEmpty)
    try bench.answerStore(admits: true)
    #expect(bench.live.map(\.deployment) == ["b"])
    // It may be hedged in its turn, and fails over like any other.
    bench.end(.status(503))
    try bench.answerStore(admits: true)
    bench.end(.succeeded)
    settled(bench)
    #expect(bench.requests.map(\.hedges) == [1] && bench.requests[0].attempts == 3)
    #expect(bench.told.map(\.1.question.attempt) == [0, 1, 2])
  }

  @Test("lets the request go on after its first attempt's failure if it is refused")
  func goesOn() throws {
    let bench = try bench(route: ["fallback": ["a", "b"]])
    _ = try asking(bench)
    bench.end(.status(503))
    try bench.answerStore(admits: false)
    // What was refused just now is not asked about again.
    #expect(bench.requests.map(\.outcome) == [.status(503)] && bench.requests[0].end == .failed)
    settled(bench)

    // After a failure that is fatal to hedges, none is made although the store admits it.
    let fatal = try self.bench(
      [("nonFatal", ["429"])], route: ["fallback": ["a", "b"], "on": ["429"]])
    _ = try asking(fatal)
    fatal.end(.status(400))
    try fatal.answerStore(admits: true)
    #expect(fatal.requests.map(\.outcome) == [.status(400)])
    #expect(fatal.told.map(\.1.end) == [.used, .refused])
    settled(fatal)
  }

  @Test("is over with its policy and with its process", arguments: [false, true])
  func anew(hasFailed: Bool) throws {
    let bench = try bench()
    _ = try asking(bench)
    if hasFailed { bench.end(.status(503)) }
    bench.gateway.reload(
      try GatewayPlan(["routes": ["chat": "d"]]), at: bench.now, into: &bench.output)
    bench.settle()
    try bench.answerStore(admits: true)
    #expect(bench.told.last?.1.end == .refused)
    if !hasFailed { bench.end(.status(503)) }
    #expect(bench.live.map(\.deployment) == ["d"])
    bench.end(.succeeded)
    settled(bench)
    #expect(bench.requests.map(\.end) == [.succeeded])

    let crashed = try self.bench()
    _ = try asking(crashed)
    if hasFailed { crashed.end(.status(503)) }
    crashed.gateway.restart(.crash, at: crashed.now, into: &crashed.output)
    crashed.settle()
    try crashed.answerStore(admits: true)
    settled(crashed)
    #expect(crashed.requests.map(\.outcome) == [.connection])
    #expect(crashed.told.map(\.1.end).contains(.refused))
  }

  @Test("takes silence as its limit tells it: the hedge starts, or the next is asked about")
  func silent() throws {
    let open = try bench()
    _ = try asking(open)
    try open.silenceStore()
    #expect(open.live.map(\.deployment) == ["a", "b"])
    open.end(.succeeded)
    settled(open)

    let closed = try bench(
      route: ["fallback": ["a", "b"]], state: ["central": ["onFailure": "closed"]])
    _ = try asking(closed)
    try closed.silenceStore()
    #expect(closed.live.map(\.deployment) == ["a"] && closed.told.map(\.1.end) == [.refused])
    closed.end(.succeeded)
    settled(closed)
  }
}
