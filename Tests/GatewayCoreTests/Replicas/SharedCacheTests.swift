import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// A cache that replicas share, played by hand.
@Suite("A gateway whose cache is shared")
struct SharedCacheTests {
  private static let kept = CachedAnswer(
    BodyID(bits: 1 << 63 | 7), usage: Usage(inputTokens: 1_000, outputTokens: 100),
    from: DeploymentID(1))

  private func bench(
    _ more: [(String, Setting)] = [], exact: [(String, Setting)] = [], state: Setting = "central",
    explaining: UInt64? = nil
  ) throws -> Bench {
    let cache: [(String, Setting)] = [("ttl", "1h"), ("state", state)] + exact
    let policy: [(String, Setting)] = [
      ("routes", ["chat": ["fallback": ["a", "b"]], "extract": "b"]),
      ("cache", ["exact": .members(cache)]),
    ]
    let bench = try Bench(.members(policy + more), explaining: explaining)
    bench.template.fingerprint = 5
    return bench
  }

  private func looksForStale(_ bench: Bench) -> Bool { bench.gateway.looksForStale(inSlot: 0) }

  @Test("looks before it routes, and posts what a provider has answered")
  func miss() throws {
    let bench = try bench(explaining: 0)
    bench.arrive()
    #expect(bench.asked.map(\.kind) == [.cache] && bench.live.isEmpty)
    bench.pass(.milliseconds(3))
    bench.find(.nothing)
    #expect(bench.live.map(\.deployment) == ["a"])
    #expect(bench.notes(.cacheLooked).map(\.value) == [0])
    bench.end(.succeeded)
    #expect(bench.shared.map(\.kind) == [.cache] && bench.kept.isEmpty)
    let served = bench.gateway.served(inSlot: bench.shared[0].id.slot)
    #expect(served.deployment == DeploymentID(0) && served.usage.outputTokens == 100)
    #expect(bench.held == 0)
  }

  @Test("answers with what was found, when it has come, and says what it saved")
  func hit() throws {
    let bench = try bench(exact: [("latency", "2ms")])
    bench.arrive()
    bench.pass(.milliseconds(3))
    bench.find(Self.kept)
    let record = try #require(bench.requests.last)
    #expect(record.source == .cache && record.end == .succeeded && record.attempts == 0)
    #expect(record.deployment == DeploymentID(1) && record.sideCalls == 1)
    #expect(record.ended == bench.now.advanced(by: .milliseconds(2)))
    #expect(record.saved == Money(picodollars: 4_000_000_000))
    #expect(bench.shared.isEmpty && bench.held == 0)
    guard case .cache(let body)? = bench.begun.last?.1 else {
      Issue.record("no answer from a cache")
      return
    }
    #expect(body == Self.kept.body)
  }

  @Test(
    "LiteLLM: a look that fails or is late is a miss", .tags(.fact),
    arguments: ["central", ["central": ["onFailure": "miss"]]] as [Setting])
  func silence(_ state: Setting) throws {
    let bench = try bench(state: state)
    bench.arrive()
    bench.report(.sideCallEnded(bench.asked[0], succeeded: false, value: 0))
    #expect(bench.live.map(\.deployment) == ["a"])
    bench.end(.succeeded)
    #expect(bench.requests.last?.end == .succeeded && bench.shared.count == 1)
  }

  @Test("may fail instead, and does not ask the silent cache for a stale answer")
  func strict() throws {
    let bench = try bench(
      exact: [("staleOnError", "1h")], state: ["central": ["onFailure": "fail"]])
    bench.arrive()
    bench.report(.sideCallEnded(bench.asked[0], succeeded: false, value: 0))
    #expect(bench.asked.count == 1 && bench.held == 0)
    #expect(bench.requests.last?.end == .failed && bench.requests.last?.outcome == .status(503))
  }

  @Test("with limits first it asks only about who was admitted")
  func admitFirst() throws {
    let bench = try bench([("limits", [["requests": "1/min", "burst": 1]])])
    bench.arrive()
    bench.arrive()
    #expect(bench.asked.count == 1)
    #expect(bench.requests.map(\.end) == [.rejected])
    bench.find(Self.kept)
    #expect(bench.requests.map(\.end) == [.rejected, .succeeded])
  }

  @Test("with the cache first only misses are limited, and are told when to come back")
  func cacheFirst() throws {
    let bench = try bench([
      ("limits", [["requests": "1/min", "burst": 1]]), ("order", "cacheFirst"),
    ])
    for _ in 0..<3 { bench.arrive() }
    #expect(bench.asked.count == 3 && bench.requests.isEmpty)
    bench.find(Self.kept, for: bench.asked[0])
    bench.find(.nothing, for: bench.asked[1])
    #expect(bench.live.count == 1)
    bench.find(.nothing, for: bench.asked[2])
    #expect(bench.requests.map(\.end) == [.succeeded, .rejected])
    #expect(bench.requests.last?.rejection == .limit && bench.requests.last?.limit == 0)
    bench.end(.succeeded)
    #expect(bench.requests.last?.end == .succeeded && bench.held == 0)
  }

  @Test("with the cache first a miss waits in the queue like a newcomer")
  func queues() throws {
    let bench = try bench([
      ("limits", [["requests": "60/min", "burst": 1]]), ("order", "cacheFirst"),
      ("queue", ["capacity": 1, "longest": "10s"]),
    ])
    for _ in 0..<3 { bench.arrive() }
    for call in bench.asked { bench.find(.nothing, for: call) }
    #expect(bench.live.count == 1 && bench.notes(.queued).count == 1)
    #expect(bench.requests.map(\.rejection) == [.shed])
    #expect(bench.fire())
    #expect(bench.live.count == 2 && bench.now == Instant.start.advanced(by: .seconds(1)))
    // It has asked before it waited, and does not ask again.
    #expect(bench.asked.count == 3)
  }

  @Test("with the cache first a miss follows its like")
  func follows() throws {
    let bench = try bench([("order", "cacheFirst"), ("coalesce", .members([]))])
    bench.arrive()
    bench.arrive()
    for call in bench.asked { bench.find(.nothing, for: call) }
    #expect(bench.live.count == 1 && bench.notes(.followed).count == 1)
    bench.end(.succeeded)
    #expect(bench.requests.map(\.source) == [.provider, .follow] && bench.held == 0)
  }

  @Test("asks it once more when the route has failed, and takes what has expired")
  func stale() throws {
    let bench = try bench(exact: [("staleOnError", "1h")])
    bench.arrive()
    bench.find(.nothing)
    bench.end(.status(503))
    #expect(!looksForStale(bench))
    bench.end(.status(500))
    #expect(bench.asked.count == 2 && bench.requests.isEmpty)
    #expect(looksForStale(bench))
    bench.find(Self.kept)
    #expect(bench.requests.last?.source == .cache && bench.requests.last?.end == .succeeded)
    #expect(bench.notes(.cacheLooked).map(\.value) == [3] && bench.held == 0)
  }

  @Test("fails with what the route has failed with if nothing is there, or nobody answers")
  func noStale() throws {
    for silent in [false, true] {
      let bench = try bench(exact: [("staleOnError", "1h")])
      bench.arrive()
      bench.find(.nothing)
      bench.end(.status(503))
      bench.end(.status(500))
      if silent {
        bench.report(.sideCallEnded(bench.asked[1], succeeded: false, value: 0))
      } else {
        bench.find(.nothing)
      }
      #expect(bench.asked.count == 2 && bench.held == 0)
      #expect(bench.requests.last?.outcome == .status(500))
      #expect(bench.requests.last?.end == .failed)
    }
  }

  @Test("a client that leaves while it looks is in the books once, the look too")
  func abandoned() throws {
    let bench = try bench()
    let id = bench.arrive()
    bench.report(.abandoned(id))
    #expect(bench.finished.map(\.end) == [.abandoned] && bench.held == 1)
    bench.find(Self.kept)
    #expect(bench.requests.map(\.end) == [.abandoned] && bench.held == 0)
    bench.find(Self.kept)
    #expect(bench.late == 1)
  }

  @Test("a crash breaks who looks, and asks for nothing stale; a restart lets it go on")
  func restarts() throws {
    let bench = try bench(exact: [("staleOnError", "1h")])
    bench.arrive()
    bench.gateway.restart(at: bench.now, into: &bench.output)
    bench.find(Self.kept)
    #expect(bench.requests.map(\.source) == [.cache])
    bench.arrive()
    bench.gateway.restart(.crash, at: bench.now, into: &bench.output)
    bench.settle()
    #expect(bench.asked.count == 2 && bench.finished.last?.end == .failed)
    bench.find(Self.kept)
    #expect(bench.requests.last?.end == .failed && bench.held == 0)
  }

  @Test("neither looks nor posts for who is not to be cached")
  func bypass() throws {
    let bench = try bench(exact: [
      ("bypass", ["data": "confidential"]), ("refresh", ["data": "public"]),
    ])
    bench.arrive { $0.tags = TagSet(rawValue: 2) }
    #expect(bench.asked.isEmpty && bench.live.count == 1)
    bench.end(.succeeded)
    #expect(bench.shared.isEmpty)
    bench.arrive { $0.tags = TagSet(rawValue: 1) }
    #expect(bench.asked.isEmpty)
    bench.end(.succeeded)
    #expect(bench.shared.count == 1)
    // Without a body nobody knows what is equal.
    bench.arrive { $0.fingerprint = 0 }
    #expect(bench.asked.isEmpty)
  }

  @Test("replicas do not tell each other bodies")
  func notGossiped() throws {
    #expect(throws: SettingError.self) { try bench(state: "gossiped") }
    let error = #expect(throws: SettingError.self) {
      try bench(state: ["central": ["onFailure": "open"]])
    }
    #expect("\(try #require(error))".contains("miss"))
  }

  // MARK: By meaning

  private func meaning(_ more: [(String, Setting)] = []) throws -> Bench {
    let cache: [(String, Setting)] = [("threshold", 0.95), ("ttl", "1h"), ("state", "central")]
    return try Bench([
      "routes": ["chat": "a"], "cache": ["semantic": .members(cache + more)],
    ])
  }

  @Test("asks the vectors when the embedding is there, and gives it to who asks for it")
  func vectors() throws {
    let bench = try meaning()
    bench.arrive()
    bench.embed(cosine: 1)
    #expect(bench.asked.map(\.kind) == [.embedding, .vectors])
    var vector = [Float](repeating: 0, count: 64)
    var span = vector.mutableSpan
    let isThere = bench.gateway.copyMeaning(inSlot: 0, into: &span)
    #expect(isThere)
    #expect(vector[3] == 1 && vector[40] == 0)
    var short = [Float](repeating: 0, count: 16)
    var wrong = short.mutableSpan
    let fits = bench.gateway.copyMeaning(inSlot: 0, into: &wrong)
    #expect(!fits)
    var near = Self.kept
    near.similarity = 970_000
    bench.find(near)
    #expect(bench.requests.last?.source == .semantic && bench.requests.last?.sideCalls == 2)
    #expect(bench.notes(.semanticLooked).last?.other == 970_000)
    bench.arrive()
    bench.embed(cosine: 0.5)
    bench.find(.nothing)
    bench.end(.succeeded)
    #expect(bench.shared.map(\.kind) == [.vectors] && bench.kept.isEmpty)
  }

  @Test("takes an expired answer to a like question when the route has failed")
  func staleMeaning() throws {
    let bench = try meaning([("staleOnError", "1h")])
    bench.arrive()
    bench.embed(cosine: 1)
    bench.find(.nothing)
    bench.end(.status(500))
    #expect(bench.asked.map(\.kind) == [.embedding, .vectors, .vectors])
    bench.find(Self.kept)
    #expect(bench.requests.last?.source == .semantic && bench.held == 0)
    #expect(bench.notes(.semanticLooked).last?.value == 3)
  }

  // MARK: The store itself

  @Test("finds what was delivered, as long as it is fresh, and makes room as a local cache does")
  func store() throws {
    let plan = try GatewayPlan([
      "routes": ["chat": "a"],
      "cache": [
        "exact": ["ttl": "1m", "capacity": 2, "staleOnError": "1m", "state": "central"]
      ],
    ])
    let store = CacheStore(plan, chance: Chance(seed: 1, replication: 0))
    var output = Output()
    var now = Instant.start
    func request(_ fingerprint: UInt128) -> Request {
      Request(
        call: CallKey(bits: 1), fingerprint: fingerprint, inputTokens: 10, alias: AliasID(0))
    }
    func keep(_ fingerprint: UInt128, _ body: UInt64) {
      let letter = store.post(
        request(fingerprint), usage: Usage(outputTokens: UInt32(body)), from: DeploymentID(0))
      #expect(!store.look(request(fingerprint), stale: true, at: now, into: &output).isFound)
      store.deliver(
        letter, .cache, as: BodyID(bits: body), at: now, replica: ReplicaID(0), into: &output)
    }
    func body(_ fingerprint: UInt128, stale: Bool = false) -> UInt64? {
      let found = store.look(request(fingerprint), stale: stale, at: now, into: &output)
      #expect(!found.isFound || UInt64(found.usage.outputTokens) == found.body.bits)
      return found.isFound ? found.body.bits : nil
    }
    keep(1, 11)
    keep(2, 12)
    #expect(body(1) == 11 && body(2) == 12 && store.counts == (2, 0))
    #expect(body(1) == 11)
    // The least recently used has gone.
    keep(3, 13)
    #expect(body(2) == nil && body(1) == 11 && body(3) == 13)
    store.drop(store.post(request(4), usage: .none, from: DeploymentID(0)))
    #expect(body(4) == nil)
    now = now.advanced(by: .seconds(60))
    #expect(body(1) == nil && body(1, stale: true) == 11)
    now = now.advanced(by: .seconds(60))
    #expect(body(1, stale: true) == nil)
  }
}
