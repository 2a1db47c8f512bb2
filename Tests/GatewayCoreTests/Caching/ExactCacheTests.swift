import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// The slow, obvious twin: a list in order of use.
private struct ListCache {
  struct Entry { var key: UInt128, expires: Instant, body: UInt64 }
  var capacity: Int?
  var timeToLive: Int64
  var entries: [Entry] = []

  mutating func look(_ key: UInt128, at now: Instant) -> UInt64? {
    guard let place = entries.firstIndex(where: { $0.key == key }) else { return nil }
    let entry = entries.remove(at: place)
    guard now < entry.expires else { return nil }
    entries.append(entry)
    return entry.body
  }

  /// `gone`: entries that the real cache has swept; all must have expired.
  mutating func store(_ key: UInt128, _ body: UInt64, at now: Instant) {
    entries.removeAll { $0.key == key }
    entries.append(
      Entry(key: key, expires: now.advanced(byNanoseconds: timeToLive), body: body))
  }
}

@Suite("An exact cache")
struct ExactCacheTests {
  private func rule(_ setting: Setting) throws -> CachePlan {
    var reader = try SettingsReader(setting)
    return try CachePlan(reading: &reader)
  }

  @Test("finds what a list in order of use finds, entry by entry")
  func twin() throws {
    try forEverySeed(0..<120) { seed, random in
      let capacity = Int.random(in: 1...24, using: &random)
      let bounded = Bool.random(using: &random)
      let ttl = Int64.random(in: 5...200, using: &random)
      let rule = try rule(
        bounded
          ? ["ttl": "\(ttl)ms", "capacity": "\(capacity)"] as Setting : ["ttl": "\(ttl)ms"])
      var cache = ExactCache(rule)
      var twin = ListCache(capacity: bounded ? capacity : nil, timeToLive: ttl * 1_000_000)
      var output = Output()
      var kept = Set<UInt64>()
      var now = Instant.start
      let keys = UInt64(Int.random(in: 2...60, using: &random))
      for body in UInt64(1)...400 {
        now = now.advanced(byNanoseconds: Int64.random(in: 0...8_000_000, using: &random))
        // Keys that share their low bits make long probe sequences.
        let key = UInt128(UInt64.random(in: 0..<keys, using: &random)) << 40
        let found = cache.look(key, at: now, into: &output)?.body.bits
        #expect(found == twin.look(key, at: now), "seed \(seed), step \(body)")
        if found == nil || Int.random(in: 0..<8, using: &random) == 0 {
          let isNew = !twin.entries.contains { $0.key == key }
          let evicted = cache.store(
            key, usage: .none, from: DeploymentID(0), body: BodyID(bits: body), at: now,
            into: &output)
          kept.insert(body)
          // What was swept had expired; what was evicted was the least recently used.
          let swept = released(&output)
          for body in swept {
            #expect(kept.remove(body) != nil, "seed \(seed): released twice")
            guard let place = twin.entries.firstIndex(where: { $0.body == body }) else { continue }
            let entry = twin.entries.remove(at: place)
            let overwritten = entry.key == key
            let isOldest = place == 0 && evicted == 1 && isNew
            #expect(
              overwritten || now >= entry.expires || isOldest,
              "seed \(seed), step \(body): a fresh entry has gone")
          }
          twin.store(key, body, at: now)
        } else {
          for body in released(&output) { kept.remove(body) }
        }
        if bounded, cache.count > capacity { Issue.record("seed \(seed): too many entries") }
        let (held, expected) = (cache.count, twin.entries.count)
        #expect(held == expected, "seed \(seed), step \(body)")
      }
    }
  }

  private func released(_ output: inout Output) -> [UInt64] {
    var bodies: [UInt64] = []
    for place in 0..<output.commands.count {
      if case .releaseBody(let body) = output.commands[place] { bodies.append(body.bits) }
    }
    output.commands.removeAll()
    return bodies
  }

  @Test(
    "is fresh until one nanosecond before its time to live is over, and a hit does not refresh it")
  func timeToLive() throws {
    var cache = ExactCache(try rule(["ttl": "10s"]))
    var output = Output()
    _ = cache.store(
      5, usage: .none, from: DeploymentID(0), body: BodyID(bits: 1), at: at(.seconds(1)),
      into: &output)
    let late = at(.seconds(11))
    let fresh = cache.look(5, at: late.advanced(byNanoseconds: -1), into: &output) != nil
    let stale = cache.look(5, at: late, into: &output) != nil
    let left = cache.count
    #expect(fresh && !stale && left == 0)
  }

  @Test("finds what a dictionary finds when its table is so full that entries lie side by side")
  func crowded() throws {
    try forEverySeed(0..<4) { seed, random in
      var cache = ExactCache(try rule(["ttl": "1s"]))
      var output = Output()
      var twin: [UInt128: (expires: Instant, body: UInt64)] = [:]
      var now = Instant.start
      for body in UInt64(1)...6_000 {
        // About 900 entries are fresh at a time, of 1,023 that fit before the table grows.
        now = now.advanced(byNanoseconds: Int64.random(in: 0...1_600_000, using: &random))
        let key = UInt128(UInt64.random(in: 0..<3_000, using: &random) &* 0x9E37_79B9_7F4A_7C15)
        let found = cache.look(key, at: now, into: &output)?.body.bits
        let expected = twin[key].flatMap { now < $0.expires ? $0.body : nil }
        if found != expected { Issue.record("seed \(seed), step \(body)") }
        if found == nil {
          _ = cache.store(
            key, usage: .none, from: DeploymentID(0), body: BodyID(bits: body), at: now,
            into: &output)
          twin[key] = (now.advanced(byNanoseconds: 1_000_000_000), body)
        }
        output.commands.removeAll()
      }
    }
  }

  @Test("follows with its memory what is fresh, not what it has seen")
  func sweeps() throws {
    var cache = ExactCache(try rule(["ttl": "1s"]))
    var output = Output()
    var most = 0
    for number in UInt64(0)..<20_000 {
      _ = cache.store(
        UInt128(number &* 0x9E37_79B9_7F4A_7C15), usage: .none, from: DeploymentID(0),
        body: BodyID(bits: number), at: at(.milliseconds(Int64(number) * 10)), into: &output)
      output.commands.removeAll()
      most = max(most, cache.count)
    }
    #expect(most < 250)
  }
}

@Suite("A gateway with an exact cache")
struct CacheStageTests {
  private func bench(_ cache: Setting, order: String = "admitFirst") throws -> Bench {
    try Bench([
      "routes": ["chat": "a", "extract": "b"], "cache": ["exact": cache],
      "order": Setting(.string(order)),
    ])
  }

  @Test("answers an equal request without an attempt, and says what it has saved")
  func hit() throws {
    let bench = try bench(["ttl": "1h", "latency": "3ms"])
    bench.arrive { $0.fingerprint = 9 }
    bench.pass(.seconds(1))
    bench.end(.succeeded, usage: Usage(inputTokens: 1_000, outputTokens: 100))
    bench.arrive { $0.fingerprint = 9 }
    let record = try #require(bench.requests.last)
    #expect(record.source == .cache && record.end == .succeeded && record.attempts == 0)
    // 1,000 × $1/M + 100 × $10/M.
    #expect(record.saved == Money(picodollars: 2_000_000_000))
    #expect(record.estimate == .zero && record.outputTokens == 100)
    #expect(record.deployment == DeploymentID(0))
    #expect(record.ended == bench.now.advanced(by: .milliseconds(3)))
    #expect(bench.finished.last?.at == record.ended)
    #expect(bench.held == 0)
  }

  @Test("keeps no failure, and nothing of a client that has left")
  func onlySuccesses() throws {
    let bench = try bench(["ttl": "1h"])
    bench.arrive { $0.fingerprint = 9 }
    bench.end(.status(500))
    let id = bench.arrive { $0.fingerprint = 9 }
    bench.report(.abandoned(id))
    bench.end(.succeeded)
    #expect(bench.kept.isEmpty)
    bench.arrive { $0.fingerprint = 9 }
    #expect(bench.live.count == 1)
  }

  @Test("takes requests without a fingerprint for different ones")
  func noFingerprint() throws {
    let bench = try bench(["ttl": "1h"])
    bench.arrive()
    bench.end(.succeeded)
    bench.arrive()
    #expect(bench.live.count == 1)
    #expect(bench.kept.isEmpty)
  }

  @Test(
    "does not share between aliases, nor beyond its scope",
    arguments: ["everyone", "team", "user", "key"])
  func scope(scope: String) throws {
    let bench = try bench(["ttl": "1h", "scope": Setting(.string(scope))])
    let changes: [(String, (inout Request) -> Void)] = [
      ("alias", { $0.alias = AliasID(1) }), ("team", { $0.identity.team = TeamID(1) }),
      ("user", { $0.identity.user = UserID(1) }), ("key", { $0.identity.key = KeyID(1) }),
    ]
    bench.arrive { $0.fingerprint = 9 }
    bench.end(.succeeded)
    for (name, change) in changes {
      bench.arrive {
        $0.fingerprint = 9
        change(&$0)
      }
      let isHit = bench.requests.last?.source == .cache && bench.live.isEmpty
      #expect(isHit == (name != "alias" && name != scope), "\(name) under \(scope)")
      bench.end(.cancelled)
    }
  }

  @Test("releases the body of every entry that it overwrites, evicts or finds expired")
  func bodies() throws {
    let bench = try bench(["ttl": "1s", "capacity": 2])
    for fingerprint in [1, 2, 3, 1, 2] as [UInt128] {
      bench.arrive { $0.fingerprint = fingerprint }
      bench.end(.succeeded)
    }
    #expect(bench.kept.count - bench.released.count == 2)
    bench.pass(.seconds(2))
    for fingerprint in [1, 2] as [UInt128] { bench.arrive { $0.fingerprint = fingerprint } }
    #expect(Set(bench.kept) == Set(bench.released))
  }

  @Test("asked first answers a tenant whose limit is spent")
  func order() throws {
    for (order, isHit) in [("admitFirst", false), ("cacheFirst", true)] {
      let bench = try Bench([
        "routes": ["chat": "a"], "cache": ["exact": ["ttl": "1h"]],
        "limits": [["requests": "1/s", "burst": 1]], "order": Setting(.string(order)),
      ])
      bench.arrive { $0.fingerprint = 9 }
      bench.end(.succeeded)
      bench.arrive { $0.fingerprint = 9 }
      #expect((bench.requests.last?.source == .cache) == isHit)
      #expect((bench.requests.last?.rejection == .limit) == !isHit)
    }
  }
}
