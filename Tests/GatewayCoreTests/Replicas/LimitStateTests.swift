import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The state of a limit, by scope")
struct LimitStateTests {
  private func policy(_ limit: Setting) -> Setting {
    ["routes": ["chat": "a", "extract": "b"], "limits": [limit]]
  }

  private func error(_ limit: Setting) -> String {
    do {
      _ = try GatewayPlan(policy(limit))
      return "none"
    } catch { return "\(error)" }
  }

  // MARK: Reading

  @Test("is local if nothing is said; budgets have one too")
  func silence() throws {
    let plan = try GatewayPlan([
      "routes": ["chat": "a"], "limits": [["requests": "5/s"]],
      "budgets": [["money": "$1/day", "state": ["central": ["onFailure": "closed"]]]],
    ])
    #expect(plan.limits.map(\.state.scope) == [.local, .central])
    #expect(plan.limits[1].state.onFailure == .closed && plan.limits[1].state.status == 503)
    #expect(plan.limits[1].state.deadline == 50_000_000)
    #expect(plan.services.contains(.store))
    #expect(plan.limitEnvelopes().map(\.perReplica) == [true, false])
  }

  @Test("says what is wrong: an unknown scope or failure mode")
  func errors() {
    #expect(error(["requests": "5/s", "state": "shared"]).contains("central"))
    #expect(
      error(["requests": "5/s", "state": ["central": ["onFailure": "opne"]]]).contains("open"))
    for state: Setting in ["gossiped", "central"] {
      #expect(error(["requests": "5/s", "each": "deployment", "state": state]) == "none")
    }
  }

  // MARK: Gossip

  private func replica(_ number: Int, _ limit: Setting) throws -> Bench {
    try Bench(policy(limit), replica: number, gossips: true)
  }

  private func limitDeltas(_ bench: Bench) -> [Delta] {
    bench.published.filter { $0.counter == .limit }
  }

  @Test("tells the others each charge and each correction, and counts theirs")
  func told() throws {
    let limit: Setting = [
      "totalTokens": "2k/min", "burst": 2_000, "charge": "reserve", "state": "gossiped",
    ]
    let (one, two) = (try replica(0, limit), try replica(1, limit))
    one.arrive()
    #expect(limitDeltas(one).map(\.change) == [1_500])
    two.report(.received(limitDeltas(one)[0], from: ReplicaID(0)))
    #expect(two.notes(.limiterCounted).map(\.value) == [1_500])
    // 500 are left there: not enough.
    two.arrive()
    #expect(two.requests.last?.rejection == .limit)
    one.end(.succeeded)
    #expect(limitDeltas(one).map(\.change) == [1_500, -400])
    two.report(.received(limitDeltas(one)[1], from: ReplicaID(0)))
    two.arrive { $0.inputTokens = 400 }
    #expect(two.live.count == 1)
    // What it hears from itself, or under another policy, does not count.
    var other = limitDeltas(one)[0]
    two.report(.received(other, from: ReplicaID(1)))
    other.policy = 3
    two.report(.received(other, from: ReplicaID(0)))
    #expect(two.notes(.limiterCounted).count == 2)
  }

  @Test("forgets what is told of a window that is over")
  func late() throws {
    let limit: Setting = ["requests": "2/min", "by": "fixed-window", "state": "gossiped"]
    let two = try replica(1, limit)
    two.now = at(.seconds(61))
    func delta(_ charged: Duration) -> Event {
      .received(
        Delta(limit: 0, bucket: 0, change: 2, charged: at(charged), policy: 0), from: ReplicaID(0))
    }
    two.report(delta(.seconds(59)))
    #expect(two.notes(.limiterCounted).isEmpty)
    two.report(delta(.milliseconds(60_500)))
    #expect(two.notes(.limiterCounted).count == 1)
    two.arrive()
    #expect(two.requests.last?.rejection == .limit)
  }

  @Test("gives up at a restart what it had in flight, so that the others do not wait for it")
  func givenUp() throws {
    let one = try replica(0, ["inFlight": 2, "state": "gossiped"])
    one.arrive()
    one.arrive()
    one.published = []
    one.gateway.restart(at: one.now, into: &one.output)
    one.settle()
    #expect(limitDeltas(one).map(\.change) == [-1, -1])
    one.published = []
    one.end(.succeeded)
    #expect(limitDeltas(one).isEmpty)
  }

  // MARK: A central store

  private func asking(_ state: Setting) throws -> Bench {
    try Bench(policy(["requests": "5/s", "burst": 5, "state": state]))
  }

  @Test("asks a store before the route, once a request, and goes on when it admits")
  func asks() throws {
    let bench = try asking("central")
    bench.arrive()
    #expect(bench.live.isEmpty && bench.asked.map(\.kind) == [.store])
    bench.report(.sideCallEnded(bench.asked[0], succeeded: true, value: 0))
    #expect(bench.live.count == 1)
    bench.end(.succeeded)
    #expect(bench.told.map(\.1.end) == [.used])
    #expect(bench.told[0].1.inputTokens == 1_000 && bench.told[0].1.outputTokens == 100)
  }

  @Test("refuses what the store refuses, under the limit that it names")
  func refuses() throws {
    let bench = try asking("central")
    bench.arrive()
    let answer = StoreAnswer(limit: 0, retryAt: at(.seconds(3)), at: bench.now)
    #expect(answer.wait == 3_000_000_000)
    bench.report(.sideCallEnded(bench.asked[0], succeeded: true, value: answer.value))
    let record = try #require(bench.requests.last)
    #expect(record.rejection == .limit && record.limit == 0 && record.outcome == .status(429))
    #expect(bench.told.map(\.1.end) == [.refused])
    let never = StoreAnswer(limit: 9, retryAt: .distantFuture, at: bench.now)
    #expect(never.limit == 9 && never.wait == nil && !never.isAdmitted)
  }

  @Test("takes silence as it is told: open, closed with its status, or alone")
  func silent() throws {
    let open = try asking("central")
    open.arrive()
    open.report(.sideCallEnded(open.asked[0], succeeded: false, value: 0))
    #expect(open.live.count == 1 && open.notes(.storeFailed).map(\.value) == [0])

    let closed = try asking(["central": ["onFailure": "closed", "status": 429]])
    closed.arrive()
    closed.report(.sideCallEnded(closed.asked[0], succeeded: false, value: 0))
    #expect(closed.requests.last?.outcome == .status(429))
    #expect(closed.notes(.storeFailed).map(\.value) == [1])

    let alone = try asking(["central": ["onFailure": "local"]])
    for number in 0..<6 {
      alone.arrive()
      alone.report(.sideCallEnded(alone.asked[number], succeeded: false, value: 0))
    }
    #expect(alone.live.count == 5 && alone.requests.last?.limit == 1)
    #expect(alone.notes(.limiterCharged).allSatisfy { $0.subject == 1 })
  }

  @Test("lets a client that leaves while the store is asked go, and tells the store at the end")
  func abandoned() throws {
    let bench = try asking("central")
    let id = bench.arrive()
    bench.report(.abandoned(id))
    #expect(bench.finished.map(\.end) == [.abandoned] && bench.requests.isEmpty)
    bench.report(.sideCallEnded(bench.asked[0], succeeded: true, value: 0))
    #expect(bench.requests.map(\.end) == [.abandoned] && bench.held == 0)
    #expect(bench.told.count == 1)
  }

  @Test("asks nobody about a request that no central limit concerns")
  func unconcerned() throws {
    let bench = try Bench([
      "routes": ["chat": "a", "extract": "b"],
      "limits": [["requests": "5/s", "state": "central", "when": ["alias": "extract"]]],
    ])
    bench.arrive()
    #expect(bench.live.count == 1 && bench.asked.isEmpty)
    bench.arrive { $0.alias = AliasID(1) }
    #expect(bench.live.count == 1 && bench.asked.count == 1)
  }

  @Test("looks into the cache when the store has admitted, and a hit is reported as one")
  func cached() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "cache": ["exact": ["ttl": "1h"]],
      "limits": [["requests": "5/s", "state": "central"]],
    ])
    bench.template.fingerprint = 7
    for number in 0..<2 {
      bench.arrive()
      bench.report(.sideCallEnded(bench.asked[number], succeeded: true, value: 0))
      bench.end(.succeeded)
    }
    #expect(bench.attempts.count == 1 && bench.requests.map(\.source) == [.provider, .cache])
    #expect(bench.told.map(\.1.end) == [.used, .hit])
  }

  @Test("who has started anew gives nothing back of what it had heard before")
  func forgotten() throws {
    let benches = try (0..<2).map {
      try Bench(
        ["routes": ["chat": "a"], "limits": [["inFlight": 2, "state": "gossiped"]]], replica: $0,
        gossips: true, hasPeers: true)
    }
    func exchange() {
      for delta in benches[0].published {
        benches[1].report(.received(delta, from: benches[0].gateway.replica))
      }
      benches[0].published.removeAll()
    }
    benches[0].arrive()
    exchange()
    for bench in benches { bench.pass(.seconds(1)) }
    benches[1].gateway.restart(at: benches[1].now, into: &benches[1].output)
    benches[1].settle()
    benches[1].arrive()
    benches[0].end(.succeeded)
    exchange()
    for _ in 0..<2 { benches[1].arrive() }
    #expect(benches[1].live.count == 2 && benches[1].requests.map(\.rejection) == [.limit])
  }

  @Test("gossip tells what a limit counts of requests that it refuses, too")
  func toldOfRefused() throws {
    let bench = try Bench(
      [
        "routes": ["chat": "a"],
        "limits": [["requests": "1/min", "burst": 1, "state": "gossiped", "countRefused": true]],
      ], gossips: true, hasPeers: true)
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.requests.count == 2)
    #expect(bench.published.filter { $0.counter == .limit }.map(\.change) == [1, 1, 1])
  }
}
