import Settings
import Testing
import Vocabulary

@testable import GatewayCore

extension Bench {
  /// The embedding that was asked for last comes: a vector with that angle, in degrees of arc.
  func embed(cosine: Float, of call: SideCallID? = nil) {
    guard let call = call ?? asked.last else { return }
    var vector = [Float](repeating: 0, count: 64)
    vector[3] = cosine
    vector[40] = (1 - cosine * cosine).squareRoot()
    embed(call, vector)
  }
}

@Suite("A gateway with a semantic cache")
struct SemanticTests {
  private func bench(_ cache: Setting, exact: Setting? = nil, names: PolicyNames = .letters) throws
    -> Bench
  {
    var caches: [(String, Setting)] = [("semantic", cache)]
    if let exact { caches.append(("exact", exact)) }
    return try Bench(
      [
        "routes": ["chat": ["fallback": ["a", "b"]], "extract": "b"],
        "cache": Setting(.object(caches.map { .init(key: $0.0, keyPosition: .code, value: $0.1) })),
      ], names: names)
  }

  /// Fills the cache with the answer to a question along the first axis.
  private func fill(_ bench: Bench, _ change: (inout Request) -> Void = { _ in }) {
    bench.arrive(change)
    bench.embed(cosine: 1)
    bench.end(.succeeded)
  }

  @Test("answers what means the same, and says so, what it saved and how alike it was")
  func hit() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "1h", "latency": "2ms"])
    fill(bench)
    bench.arrive()
    #expect(bench.live.isEmpty)
    bench.pass(.milliseconds(30))
    bench.embed(cosine: 0.96)
    let record = try #require(bench.requests.last)
    #expect(record.source == .semantic && record.end == .succeeded && record.attempts == 0)
    #expect(record.saved == Money(picodollars: 2_000_000_000))
    #expect(record.ended == bench.now.advanced(by: .milliseconds(2)))
    #expect(record.settled == record.ended && record.began == record.ended)
    #expect(bench.notes(.semanticLooked).last?.other ?? 0 > 959_000)
    #expect(bench.held == 0 && bench.kept.count == 1)
  }

  @Test("sends on what is less alike than the threshold, and keeps its answer too")
  func miss() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "1h"])
    fill(bench)
    bench.arrive()
    bench.embed(cosine: 0.949)
    #expect(bench.live.count == 1)
    bench.end(.succeeded)
    #expect(bench.kept.count == 2)
  }

  @Test(
    "Portkey: semantic is asked after an exact miss only, and needs a similarity of 0.95",
    .tags(.fact))
  func exactFirst() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "1h"], exact: ["ttl": "1h"])
    bench.arrive { $0.fingerprint = 5 }
    bench.embed(cosine: 1)
    bench.end(.succeeded)
    let questions = bench.asked.count
    bench.arrive { $0.fingerprint = 5 }
    #expect(bench.asked.count == questions)
    #expect(bench.requests.last?.source == .cache)
    bench.arrive { $0.fingerprint = 6 }
    #expect(bench.asked.count == questions + 1)
    bench.embed(cosine: 0.951)
    #expect(bench.requests.last?.source == .semantic)
  }

  @Test("Portkey: prompts of 8,191 tokens and more are not asked", .tags(.fact))
  func longPrompts() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "1h", "maxInputTokens": 8190])
    bench.arrive { $0.inputTokens = 8191 }
    #expect(bench.asked.isEmpty && bench.live.count == 1)
  }

  @Test(
    "Azure API Management: the score threshold is a distance, lower is stricter", .tags(.fact),
    arguments: [(0.05, true), (0.03, false)])
  func distance(distance: Double, isHit: Bool) throws {
    let bench = try bench(["distance": Setting(floatLiteral: distance), "ttl": "1h"])
    fill(bench)
    bench.arrive()
    bench.embed(cosine: 0.96)
    #expect((bench.requests.last?.source == .semantic) == isHit)
  }

  @Test(
    "does not share between aliases, capabilities, nor beyond its scope",
    arguments: ["everyone", "team", "user", "key", "feature"])
  func scope(scope: String) throws {
    let changes: [(String, (inout Request) -> Void)] = [
      ("alias", { $0.alias = AliasID(1) }),
      ("capability", { $0.capabilities = TagSet(rawValue: 1) }),
      ("team", { $0.identity.team = TeamID(1) }), ("user", { $0.identity.user = UserID(1) }),
      ("key", { $0.identity.key = KeyID(1) }),
      ("feature", { $0.identity.feature = FeatureID(1) }),
    ]
    let bench = try bench(["threshold": 0.9, "ttl": "1h", "scope": Setting(.string(scope))])
    fill(bench)
    for (name, change) in changes {
      bench.arrive(change)
      bench.embed(cosine: 0.99)
      let isHit = bench.requests.last?.source == .semantic && bench.live.isEmpty
      #expect(isHit == (name != "alias" && name != "capability" && name != scope), "\(name)")
      bench.end(.cancelled)
      bench.end(.cancelled)
    }
  }

  @Test("goes on as after a miss if the embedding fails or is late; or fails with 503")
  func failures() throws {
    for (how, end) in [("miss", nil), ("fail", RequestRecord.End.failed)] {
      let bench = try bench([
        "threshold": 0.95, "ttl": "1h",
        "embedding": ["deadline": "50ms", "onFailure": Setting(.string(how))],
      ])
      bench.arrive()
      let call = try #require(bench.asked.last)
      bench.pass(.milliseconds(50))
      bench.report(.sideCallEnded(call, succeeded: false, value: 0))
      #expect(bench.requests.last?.end == end)
      #expect(bench.live.count == (end == nil ? 1 : 0))
      // What comes after that is late.
      bench.embed(cosine: 1, of: call)
      #expect(bench.late == 1)
      bench.end(.succeeded)
      // Without a vector there is nothing to keep the answer by.
      #expect(bench.kept.isEmpty)
    }
  }

  @Test("takes vectors of another size, or without a direction, for failures")
  func strangeVectors() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "1h"])
    for vector in [[Float](repeating: 1, count: 32), [Float](repeating: 0, count: 64)] {
      bench.arrive()
      bench.embed(try #require(bench.asked.last), vector)
      #expect(bench.live.count == 1)
      bench.end(.succeeded)
    }
    #expect(bench.kept.isEmpty)
  }

  @Test("Kong: an entry is fresh for the 300 s that are its default", .tags(.fact))
  func expires() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "300s"])
    fill(bench)
    bench.pass(.seconds(300) - .nanoseconds(1))
    bench.arrive()
    bench.embed(cosine: 0.99)
    #expect(bench.requests.last?.source == .semantic)
    bench.pass(.nanoseconds(1))
    bench.arrive()
    bench.embed(cosine: 0.99)
    #expect(bench.live.count == 1)
    #expect(Set(bench.kept) == Set(bench.released))
  }

  @Test("leaves a client that leaves while the embedding is out, and settles with it")
  func abandoned() throws {
    let bench = try bench(["threshold": 0.95, "ttl": "1h"])
    let id = bench.arrive()
    bench.report(.abandoned(id))
    #expect(bench.held == 1 && bench.requests.isEmpty)
    bench.embed(cosine: 1)
    #expect(bench.held == 0 && bench.requests.last?.end == .abandoned && bench.live.isEmpty)
  }

  @Test("keeps no more than its capacity, and one answer a question")
  func capacity() throws {
    let bench = try bench(["threshold": 0.999, "ttl": "1h", "capacity": 2])
    for cosine in [0.1, 0.3, 0.5, 0.7] as [Float] {
      bench.arrive()
      bench.embed(cosine: cosine)
      bench.end(.succeeded)
    }
    #expect(bench.kept.count - bench.released.count == 2)
    bench.arrive()
    bench.arrive()
    let calls = bench.asked.suffix(2)
    for call in calls { bench.embed(cosine: 0.9, of: call) }
    bench.end(.succeeded)
    bench.end(.succeeded)
    // The second overwrote the first.
    #expect(bench.kept.count - bench.released.count == 2)
  }

  @Test("counts prompts of very different lengths as different questions, if it is told to")
  func lengths() throws {
    let bench = try bench(["threshold": 0.9, "ttl": "1h", "matchTokens": "20%"])
    fill(bench)  // 1,000 tokens
    for (tokens, isHit) in [(800, true), (799, false), (1_250, true), (1_251, false)] {
      bench.arrive { $0.inputTokens = UInt32(tokens) }
      bench.embed(cosine: 0.95)
      #expect(
        (bench.requests.last?.source == .semantic && bench.live.isEmpty) == isHit, "\(tokens)")
      bench.end(.cancelled)
      bench.end(.cancelled)
    }
  }

  @Test("answers with an expired entry when the route has failed, for as long as it may")
  func stale() throws {
    let bench = try bench(["threshold": 0.9, "ttl": "1s", "staleOnError": "1m"])
    fill(bench)
    for (wait, source) in [
      (Duration.seconds(2), RequestRecord.Source.semantic), (.seconds(60), .provider),
    ] {
      bench.pass(wait)
      bench.arrive()
      bench.embed(cosine: 0.95)
      #expect(bench.live.count == 1, "what has expired is no hit")
      bench.end(.status(503))
      bench.end(.status(503))
      let record = try #require(bench.requests.last)
      #expect(record.end == (source == .semantic ? .succeeded : .failed))
      if source == .semantic { #expect(record.source == .semantic && record.attempts == 2) }
    }
    #expect(bench.notes(.semanticLooked).contains { $0.value == 3 })
  }

  @Test("keeps no more bytes than it may: answer, overhead and vector")
  func bytes() throws {
    // 100 tokens × 4 + 512 + 64 × 4 = 1,168 bytes an entry.
    let bench = try bench(["threshold": 0.999, "ttl": "1h", "bytes": 2_400])
    for cosine in [0.1, 0.3, 0.5, 0.7] as [Float] {
      bench.arrive()
      bench.embed(cosine: cosine)
      bench.end(.succeeded)
      #expect(bench.kept.count - bench.released.count <= 2)
    }
    #expect(bench.kept.count - bench.released.count == 2)
    bench.arrive()
    bench.embed(cosine: 0.9)
    bench.end(.succeeded, usage: Usage(inputTokens: 1_000, outputTokens: 1_000))
    #expect(bench.kept.count == 4, "an answer that does not fit is not kept")
  }

  @Test("gives its permit to who waits as soon as its embedding has answered it")
  func letsIn() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "cache": ["semantic": ["threshold": 0.9, "ttl": "1h"]],
      "concurrency": [["by": ["fixed": 1]]], "queue": ["capacity": 5],
    ])
    fill(bench)
    bench.arrive()
    bench.arrive()
    #expect(bench.asked.count == 2, "the second waits for its permit")
    bench.embed(cosine: 0.99)
    #expect(bench.requests.last?.source == .semantic)
    #expect(bench.asked.count == 3, "now it asks")
  }

  @Test("keeps what it has over a reload that says the same of caches, and forgets it in a restart")
  func reload() throws {
    let cache: Setting = ["threshold": 0.95, "ttl": "1h"]
    for (saysTheSame, restarts) in [(true, false), (true, true), (false, false)] {
      let bench = try bench(cache)
      fill(bench)
      if restarts {
        bench.gateway.restart(at: bench.now, into: &bench.output)
      } else {
        let other: Setting = saysTheSame ? cache : ["threshold": 0.94, "ttl": "1h"]
        bench.gateway.reload(
          try GatewayPlan(["routes": ["chat": "c"], "cache": ["semantic": other]]),
          at: bench.now, into: &bench.output)
      }
      bench.arrive()
      bench.embed(cosine: 0.99)
      #expect(bench.live.isEmpty == (saysTheSame && !restarts))
    }
  }

  @Test("a follower of one that was answered so begins with the kept answer, not with an attempt")
  func followers() throws {
    let bench = try Bench([
      "routes": ["chat": "a"], "coalesce": ["onLeaderFailure": "promote"],
      "cache": ["semantic": ["threshold": 0.95, "ttl": "1h"]],
    ])
    fill(bench) { $0.fingerprint = 4 }
    bench.begun.removeAll()
    for _ in 0..<2 { bench.arrive { $0.fingerprint = 5 } }
    #expect(bench.notes(.followed).count == 1)
    bench.embed(cosine: 0.99)
    #expect(bench.requests.suffix(2).map(\.source) == [.semantic, .follow])
    #expect(bench.begun.map(\.1) == [.cache(bench.kept[0]), .cache(bench.kept[0])])
  }
}
