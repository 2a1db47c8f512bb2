import Chance
import Depth
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A semantic cache and its slow, obvious twin")
struct SemanticTwinTests {
  /// A request whose vector is held until its answer is there.
  private struct Held {
    var request: Request
    var id: RequestID
    var vector: [Double]
  }

  /// A cache and its twin, which are asked the same.
  private final class Pair: SemanticPair {
    var cache: SemanticCache
    var output = Output()
    var now = Instant.start
    var step: UInt32 = 0
    var stale = 0
    var evicted = 0

    init(_ seed: UInt64) throws {
      cache = SemanticCache(.nothing, draws: CacheDraws(Chance(seed: seed, replication: 0)))
      super.init(seed, questions: 5)
      var reader = try SettingsReader(rule.setting)
      cache = SemanticCache(
        try SemanticPlan(reading: &reader, tags: PolicyNames.letters.tags),
        draws: CacheDraws(twin.chance))
      try reader.finish()
    }

    override var place: String { "step \(step)" }

    /// What was let go is the same, in the same order.
    func compareReleased(_ after: String) {
      var bodies: [UInt64] = []
      for place in 0..<output.commands.count {
        if case .releaseBody(let body) = output.commands[place] { bodies.append(body.bits) }
      }
      output.commands.removeAll()
      expect(bodies == twin.released, "\(after) lets \(bodies) go, the twin \(twin.released)")
      twin.released = []
      let held = cache.count
      expect(held == twin.entries.count, "\(held) entries, the twin \(twin.entries.count)")
    }

    func compare(_ hit: ExactCache.Hit?, _ entry: SemanticTwin.Entry?, _ how: String) {
      expect(
        hit?.body.bits == entry?.body && hit?.usage == entry?.usage
          && hit?.deployment == entry?.deployment,
        "\(how) finds \(hit?.body.bits ?? 0), the twin \(entry?.body ?? 0)")
    }

    func request() -> Request {
      var request = Request(
        call: CallKey(source: NameHash("twin"), number: UInt64(step)),
        capabilities: TagSet(rawValue: UInt64(draw(8) == 0 ? 1 : 0)), inputTokens: 0,
        outputCap: draw(4) == 0 ? 100 : .max, alias: AliasID(0))
      vary(&request)
      return request
    }

    /// One request comes and has its vector; `nil` if a hit has answered it.
    func ask(_ request: Request, _ id: RequestID, _ vector: [Float]) -> Held? {
      let isHeld = cache.hold(vector.span, for: id) && cache.holds(id)
      expect(isHeld, "the vector is not held")
      let held = Held(request: request, id: id, vector: vector.map(Double.init))
      let (treatment, expected) = (cache.treatment(of: request), twin.treatment(of: request))
      expect(
        treatment.looks == expected.looks && treatment.keeps == expected.keeps,
        "is treated as \(treatment), by the twin as \(expected)")
      guard treatment.looks, !twin.isClose(request, held.vector) else { return held }
      let found = cache.look(request, id, at: now, into: &output)
      let (entry, cosine) = twin.look(request, held.vector, at: now)
      compare(found.hit, entry, "the look-up")
      expect(
        abs(Double(found.similarity) - cosine) < 1e-5, "\(found.similarity) instead of \(cosine)")
      compareReleased("the look-up")
      if found.hit == nil { return held }
      hits += 1
      return nil
    }

    /// The route of a request has failed.
    func fail(_ held: Held) {
      guard rule.staleOnError > 0, !twin.isClose(held.request, held.vector) else { return }
      let hit = cache.lookStale(held.request, held.id, at: now, into: &output)
      let entry = twin.lookStale(held.request, held.vector, at: now)
      compare(hit, entry, "the last resort")
      compareReleased("the last resort")
      if let entry, now >= entry.expires { stale += 1 }
    }

    /// A request has its answer.
    func answer(_ held: Held) {
      let usage = Usage(
        inputTokens: held.request.inputTokens,
        outputTokens: UInt32([10, 100, 100, 299, 400].randomElement(using: &random) ?? 0))
      let keeps = cache.rule.keeps(usage)
      expect(keeps == twin.keeps(usage), "keeps \(usage.outputTokens) tokens: \(keeps)")
      guard keeps, twin.treatment(of: held.request).keeps,
        !twin.isClose(held.request, held.vector)
      else { return }
      let deployment = DeploymentID(Int.random(in: 0..<4, using: &random))
      let key = cache.key(of: held.request, held.id)
      let gone = cache.store(
        held.request, held.id, usage: usage, from: deployment, body: BodyID(bits: UInt64(step)),
        at: now, into: &output)
      let expected = twin.store(
        held.request, held.vector, usage: usage, from: deployment, body: UInt64(step), key: key,
        at: now)
      expect(gone == expected, "evicts \(gone), the twin \(expected)")
      compareReleased("the store")
      let size = cache.size
      expect(size == twin.entries.reduce(0) { $0 + $1.size }, "holds \(size)")
      evicted += gone
    }
  }

  @Test(
    "answer, keep, evict and forget alike, entry by entry, under any rule",
    arguments: 0..<8)
  func twins(part: Int) throws {
    var (hits, stale, evicted) = (0, 0, 0)
    for seed in 0..<UInt64(Depth.of(5, deep: 20)) {
      let pair = try Pair(UInt64(part) * 100 + seed)
      var waiting: [Held] = []
      for step in UInt32(1)...500 where pair.agrees {
        pair.step = step
        pair.now = pair.now.advanced(
          byNanoseconds: Int64.random(in: 0...20_000_000, using: &pair.random))
        let id = RequestID(slot: step % 211, generation: step)
        if let held = pair.ask(pair.request(), id, pair.questions.draw(&pair.random)) {
          waiting.append(held)
        }
        // Some answers take long, and come after those to later questions.
        while waiting.count > Int.random(in: 0...6, using: &pair.random) {
          let held = waiting.remove(at: Int.random(in: 0..<waiting.count, using: &pair.random))
          if Int.random(in: 0..<3, using: &pair.random) == 0 {
            pair.fail(held)
          } else {
            pair.answer(held)
          }
        }
      }
      hits += pair.hits
      stale += pair.stale
      evicted += pair.evicted
    }
    #expect(hits > Depth.of(50, deep: 1_000), "\(hits) hits")
    #expect(stale > Depth.of(0, deep: 30), "\(stale) expired answers stood in")
    #expect(evicted > Depth.of(50, deep: 1_000), "\(evicted) evicted")
  }

  /// A cache, and vectors at an angle to the first axis.
  private func cache(_ setting: Setting) throws -> SemanticCache {
    var reader = try SettingsReader(setting)
    return SemanticCache(
      try SemanticPlan(reading: &reader), draws: CacheDraws(Chance(seed: 0, replication: 0)))
  }

  private func hold(
    _ cache: inout SemanticCache, _ number: UInt32, cosine: Float
  ) -> RequestID {
    var vector = [Float](repeating: 0, count: 64)
    (vector[0], vector[1]) = (cosine, (1 - cosine * cosine).squareRoot())
    let id = RequestID(slot: number, generation: 0)
    _ = cache.hold(vector.span, for: id)
    return id
  }

  private let request = Request(call: CallKey(bits: 1), inputTokens: 10, alias: AliasID(0))

  /// A near question at the start, a farther one so much later; then somebody asks, and that long
  /// after the start.
  private func asked(
    _ setting: Setting, farther gap: Duration, after wait: Duration
  ) throws -> (fresh: UInt64?, stale: UInt64?) {
    var cache = try cache(setting)
    var output = Output()
    for (number, cosine, instant) in [(1, 0.99, Duration.zero), (2, 0.95, gap)] {
      let id = hold(&cache, UInt32(number), cosine: Float(cosine))
      _ = cache.store(
        request, id, usage: .none, from: DeploymentID(0), body: BodyID(bits: UInt64(number)),
        at: at(instant), into: &output)
    }
    let id = hold(&cache, 3, cosine: 1)
    let stale = cache.lookStale(request, id, at: at(wait), into: &output)?.body.bits
    let fresh = cache.look(request, id, at: at(wait), into: &output).hit?.body.bits
    return (fresh, stale)
  }

  @Test("let no entry that is too old hide one that may still stand in for a failed route")
  func tooOld() throws {
    let rule: Setting = ["threshold": 0.9, "ttl": "1s", "staleOnError": "1s"]
    #expect(try asked(rule, farther: .milliseconds(500), after: .milliseconds(1_999)).stale == 1)
    #expect(try asked(rule, farther: .milliseconds(500), after: .milliseconds(2_000)).stale == 2)
    #expect(try asked(rule, farther: .milliseconds(500), after: .milliseconds(2_500)).stale == nil)
  }

  @Test("let no entry that waits for a failed route hide a fresh one")
  func setAside() throws {
    let rule: Setting = ["threshold": 0.9, "ttl": "1s", "staleOnError": "1h"]
    let found = try asked(rule, farther: .milliseconds(500), after: .milliseconds(1_200))
    #expect(found.fresh == 2 && found.stale == 1)
  }

  @Test("keep tenants apart whose numbers and aliases cancel out")
  func tenants() throws {
    let rule = try cache(["threshold": 0.9, "ttl": "1s", "scope": "team"]).rule
    var tags = Set<UInt64>()
    for team in 0..<64 {
      for alias in 0..<16 {
        var request = request
        request.identity.team = TeamID(team)
        request.alias = AliasID(alias)
        tags.insert(rule.tag(of: request))
      }
    }
    #expect(tags.count == 64 * 16)
  }
}
