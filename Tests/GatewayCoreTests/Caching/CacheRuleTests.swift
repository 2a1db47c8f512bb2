import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The rules of an exact cache")
struct CacheRuleTests {
  private func bench(_ cache: Setting, seed: UInt64 = 1, explaining: UInt64? = nil) throws -> Bench
  {
    try Bench(
      ["routes": ["chat": "a", "extract": "b"], "cache": ["exact": cache]], seed: seed,
      explaining: explaining)
  }

  /// Asks for a body and answers it; whether it was a hit.
  @discardableResult
  private func ask(
    _ bench: Bench, _ fingerprint: UInt128 = 9, usage: Usage? = nil,
    _ change: (inout Request) -> Void = { _ in }
  ) -> Bool {
    bench.arrive {
      $0.fingerprint = fingerprint
      change(&$0)
    }
    let isHit = bench.live.isEmpty
    bench.end(.succeeded, usage: usage)
    return isHit
  }

  private func refuses(_ cache: Setting) -> Bool {
    (try? bench(cache)) == nil
  }

  // MARK: Stale on error

  @Test("serves an expired answer when the route has failed, until it is too old")
  func staleOnError() throws {
    let bench = try bench(["ttl": "10s", "staleOnError": "1h", "latency": "5ms"])
    ask(bench)
    bench.pass(.seconds(10))
    bench.arrive { $0.fingerprint = 9 }
    #expect(bench.live.count == 1)
    bench.end(.status(503))
    let record = try #require(bench.requests.last)
    #expect(record.end == .succeeded && record.source == .cache && record.attempts == 1)
    #expect(record.outcome == .succeeded && record.saved > .zero)
    #expect(record.ended == bench.now.advanced(by: .milliseconds(5)))
    #expect(record.settled == record.ended)
    #expect(bench.notes(.cacheLooked).last?.value == 3)
    #expect(bench.held == 0)
    // One nanosecond before it is too old, and then.
    bench.now = at(.seconds(10 + 3600)).advanced(byNanoseconds: -1)
    bench.arrive { $0.fingerprint = 9 }
    bench.end(.status(503))
    #expect(bench.requests.last?.end == .succeeded)
    bench.pass(.nanoseconds(1))
    bench.arrive { $0.fingerprint = 9 }
    bench.end(.status(503))
    #expect(bench.requests.last?.end == .failed)
    #expect(Set(bench.kept) == Set(bench.released))
  }

  @Test("serves nothing stale without being told to, nor in mid-answer")
  func noStale() throws {
    let silent = try bench(["ttl": "10s"])
    ask(silent)
    silent.pass(.seconds(10))
    silent.arrive { $0.fingerprint = 9 }
    silent.end(.status(503))
    #expect(silent.requests.last?.end == .failed)

    let broken = try bench(["ttl": "10s", "staleOnError": "1h"])
    ask(broken)
    broken.pass(.seconds(10))
    broken.arrive {
      $0.fingerprint = 9
      $0.streams = true
    }
    broken.showFirstToken()
    broken.end(.brokenStream)
    #expect(broken.requests.last?.end == .failed)
  }

  // MARK: What is cacheable

  @Test("keeps no answer whose size 32 bits do not hold, in either cache")
  func hugeAnswers() throws {
    let room: [(String, Setting)] = [
      ("ttl", "1h"), ("bytes", 1_000_000_000_000), ("bytesPerToken", 1000),
    ]
    for cache: Setting in [
      .members([("exact", .members(room))]),
      .members([("semantic", .members(room + [("threshold", 0.9)]))]),
    ] {
      let bench = try Bench(["routes": ["chat": "a"], "cache": cache])
      let answers: [(tokens: UInt32, kept: Int)] = [(4_294_967, 0), (4_294_000, 1)]
      for (tokens, kept) in answers {
        bench.arrive { $0.fingerprint = 9 }
        bench.embed(cosine: 1)
        bench.end(.succeeded, usage: Usage(inputTokens: 1, outputTokens: tokens))
        #expect(bench.kept.count == kept, "\(tokens) tokens")
      }
    }
  }

  @Test("keeps what its rule allows: lengths, streams, tags, nothing but successes")
  func cacheable() throws {
    let gold = TagSet(rawValue: 1 << 2)
    let cases: [(String, Setting, (inout Request) -> Void)] = [
      ("short prompt", ["ttl": "1h", "minInputTokens": 500], { $0.inputTokens = 499 }),
      ("long prompt", ["ttl": "1h", "maxInputTokens": 500], { $0.inputTokens = 501 }),
      ("stream", ["ttl": "1h", "streamed": false], { $0.streams = true }),
      ("never", ["ttl": "1h", "never": ["tier": "gold"]], { $0.tags = gold }),
      ("only", ["ttl": "1h", "only": ["data": "public"]], { $0.tags = gold }),
      ("bypass", ["ttl": "1h", "bypass": ["tier": ["gold"]]], { $0.tags = gold }),
      ("no store", ["ttl": "1h", "noStore": ["tier": "gold"]], { $0.tags = gold }),
    ]
    for (name, cache, change) in cases {
      let bench = try bench(cache)
      ask(bench, 9, change)
      #expect(bench.kept.isEmpty, "\(name)")
    }
    let long = try bench(["ttl": "1h", "maxOutputTokens": 99])
    ask(long)
    #expect(long.kept.isEmpty)
    ask(long, usage: Usage(inputTokens: 1, outputTokens: 99))
    #expect(long.kept.count == 1)
  }

  @Test("noStore still reads; refresh does not read and overwrites; bypass does neither")
  func treatments() throws {
    let gold = TagSet(rawValue: 1 << 2)
    for (key, reads, keeps) in [
      ("noStore", true, false), ("refresh", false, true), ("bypass", false, false),
    ] {
      let cache: Setting = ["ttl": "1h"]
      var members = try #require(cache.members)
      let tags: Setting = ["tier": "gold"]
      members.append(.init(key: key, keyPosition: .code, value: tags))
      let bench = try bench(Setting(.object(members)))
      ask(bench)
      let isHit = ask(bench) { $0.tags = gold }
      #expect(isHit == reads, "\(key)")
      #expect(bench.kept.count == (keeps ? 2 : 1), "\(key)")
      #expect(bench.released.count == (keeps ? 1 : 0), "\(key)")
    }
  }

  @Test("asks anew for the share that is refreshed, the same calls every time")
  func refreshShare() throws {
    func misses() throws -> [Bool] {
      let bench = try bench(["ttl": "1h", "refreshShare": "25%"], seed: 4)
      ask(bench)
      return (0..<400).map { _ in ask(bench) }
    }
    let hits = try misses()
    let missed = hits.filter { !$0 }.count
    #expect((70...130).contains(missed), "\(missed) of 400")
    #expect(try misses() == hits)
  }

  @Test("takes the first time to live whose tag matches, within the least and the greatest")
  func lifetimes() throws {
    let cache: Setting = [
      "ttl": "10s", "minTTL": "5s", "maxTTL": "60s",
      "ttls": [
        ["tags": ["tier": "gold"], "ttl": "1h"], ["tags": ["data": "confidential"], "ttl": "1s"],
      ],
    ]
    for (tags, seconds) in [(0, 10), (1 << 2, 60), (1 << 1, 5), (1 << 2 | 1 << 1, 60)] {
      let bench = try bench(cache)
      let set = TagSet(rawValue: UInt64(tags))
      ask(bench) { $0.tags = set }
      bench.pass(.seconds(seconds) - .nanoseconds(1))
      #expect(ask(bench) { $0.tags = set })
      bench.pass(.nanoseconds(1))
      #expect(!ask(bench) { $0.tags = set })
    }
  }

  // MARK: What products do

  @Test(
    "Portkey: an entry lives 7 days by default, at least 60 s and at most 90 days", .tags(.fact))
  func portkey() throws {
    let bench = try bench(["like": "portkey"])
    ask(bench)
    bench.pass(.seconds(7 * 86_400) - .nanoseconds(1))
    #expect(ask(bench))
    bench.pass(.nanoseconds(1))
    #expect(!ask(bench))
    #expect(refuses(["like": "portkey", "ttl": "59s"]))
    #expect(refuses(["like": "portkey", "ttl": "91d"]))
    #expect(!refuses(["like": "portkey", "ttl": "60s"]))
    #expect(!refuses(["like": "portkey", "ttl": "90d"]))
  }

  @Test(
    "OpenRouter: the key has the stream flag; 300 s by default, at most 86,400 s; hits cost nothing",
    .tags(.fact))
  func openRouter() throws {
    let bench = try bench(["like": "openrouter"])
    ask(bench)
    #expect(!ask(bench) { $0.streams = true })
    #expect(ask(bench) { $0.streams = true })
    #expect(bench.requests.last?.estimate == .zero)
    bench.pass(.seconds(300))
    #expect(!ask(bench))
    #expect(refuses(["like": "openrouter", "ttl": "86401s"]))
    #expect(refuses(["like": "openrouter", "ttl": "999ms"]))
  }

  @Test(
    "AWS API Gateway: 300 s by default, at most 3,600 s, no answer above 1,048,576 bytes",
    .tags(.fact))
  func aws() throws {
    let bench = try bench(["like": "aws", "bytesPerToken": 4, "overhead": 576])
    // 4 × 262,000 + 576 = 1,048,576.
    ask(bench, usage: Usage(inputTokens: 1, outputTokens: 262_000))
    #expect(bench.kept.count == 1)
    ask(bench, 10, usage: Usage(inputTokens: 1, outputTokens: 262_001))
    #expect(bench.kept.count == 1)
    bench.pass(.seconds(300))
    #expect(!ask(bench))
    #expect(refuses(["like": "aws", "ttl": "3601s"]))
  }

  @Test(
    "LiteLLM: the key has the model group, a hit costs nothing, 200 entries and 600 s by default",
    .tags(.fact))
  func liteLLM() throws {
    let bench = try bench(["like": "litellm"])
    ask(bench)
    #expect(!ask(bench) { $0.alias = AliasID(1) })
    #expect(ask(bench))
    #expect(bench.requests.last?.estimate == .zero && bench.requests.last?.attempts == 0)
    for fingerprint in UInt128(100)..<300 { ask(bench, fingerprint) }
    #expect(bench.kept.count - bench.released.count == 200)
    bench.pass(.seconds(600))
    #expect(!ask(bench, 299))
  }

  @Test(
    "Helicone: any fresh bucket is a hit, so that several fill only by misses at the same time",
    .tags(.fact))
  func helicone() throws {
    let bench = try bench(["ttl": "1h", "buckets": 3])
    ask(bench)
    for _ in 0..<20 { #expect(ask(bench)) }
    #expect(bench.kept.count == 1)
    let together = try self.bench(["ttl": "1h", "buckets": 3])
    for _ in 0..<5 { together.arrive { $0.fingerprint = 9 } }
    for _ in 0..<5 { together.end(.succeeded) }
    // Three fill the buckets, two overwrite one.
    #expect(together.kept.count == 5 && together.released.count == 2)
    var given: Set<UInt64> = []
    for _ in 0..<60 {
      #expect(ask(together))
      if case .cache(let body) = together.begun.last?.1 { given.insert(body.bits) }
    }
    #expect(given.count == 3)
  }

  @Test("fills every bucket with its own answer when the bucket is drawn")
  func drawnBuckets() throws {
    let bench = try bench(["ttl": "1h", "buckets": 4, "fill": "drawn"])
    let hits = (0..<80).map { _ in ask(bench) }
    #expect(hits.filter { !$0 }.count == 4 && bench.kept.count == 4)
  }

  @Test("counts the bytes of an answer as output tokens × bytesPerToken + overhead")
  func bytes() throws {
    let bench = try bench(["ttl": "1h", "bytes": 2_000, "bytesPerToken": 4, "overhead": 100])
    for fingerprint in UInt128(1)...4 {
      ask(bench, fingerprint, usage: Usage(inputTokens: 1, outputTokens: 100))
    }
    // Four of 500 bytes fit; a fifth does not.
    #expect(bench.released.isEmpty)
    ask(bench, 5, usage: Usage(inputTokens: 1, outputTokens: 100))
    #expect(bench.released.count == 1)
    ask(bench, 6, usage: Usage(inputTokens: 1, outputTokens: 475))
    #expect(bench.kept.count - bench.released.count == 1)
    ask(bench, 7, usage: Usage(inputTokens: 1, outputTokens: 476))
    #expect(bench.kept.count == 6)
  }
}
