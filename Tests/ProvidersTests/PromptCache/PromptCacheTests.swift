import Chance
import Settings
import Testing
import Vocabulary

@testable import Providers

/// A cache that is asked and told in one.
private final class Cache {
  private var cache: PromptCache

  init(_ plan: PromptCachePlan) { cache = PromptCache(plan) }

  var size: Int { cache.size }

  func find(
    _ keys: [UInt64], tokens: UInt32? = nil, at seconds: Int64, each: UInt32 = 512
  ) -> PromptCache.Finding {
    let pieces = keys.map { PrefixPiece(key: $0, tokens: each) }
    let total = tokens ?? UInt32(keys.count) * each
    let now = seconds * second
    let memory = UnsafeMutablePointer<PrefixPiece>.allocate(capacity: keys.count)
    defer { memory.deallocate() }
    memory.initialize(from: pieces, count: keys.count)
    let buffer = UnsafeBufferPointer(start: UnsafePointer(memory), count: keys.count)
    let found = cache.look(buffer, tokens: total, at: now)
    cache.keep(buffer, tokens: total, at: now)
    return found
  }
}

@Suite("A provider's prompt cache")
struct PromptCacheTests {
  @Test("finds the beginning that was there before, to the first piece that differs")
  func beginning() {
    let cache = Cache(PromptCachePlan(ttl: nil, minimum: 1, block: 1))
    #expect(cache.find([1, 2, 3], at: 0).cached == 0)
    #expect(cache.find([1, 2, 4, 5], at: 1).cached == 1024)
    #expect(cache.find([1, 2, 4, 5, 6], at: 2).cached == 2048)
    // A piece alone is nothing: what stands before it is missing.
    #expect(cache.find([9, 2], at: 3).cached == 0)
  }

  @Test("knows minimum and blocks, and reports what is newly kept if it bills that")
  func minimum() {
    let cache = Cache(PromptCachePlan(ttl: nil, minimum: 1024, block: 128, reportsWrites: true))
    #expect(cache.find([1], tokens: 500, at: 0, each: 500) == PromptCache.Finding())
    let first = cache.find([1, 2, 3], tokens: 1500, at: 1)
    #expect(first.cached == 0 && first.written == 1408)
    let again = cache.find([1, 2, 3], tokens: 1500, at: 2)
    #expect(again.cached == 1408 && again.written == 0)
    let longer = cache.find([1, 2, 3, 4], tokens: 2000, at: 3)
    #expect(longer.cached == 1536 && longer.written == 1920 - 1536)
  }

  @Test("lets a conversation grow: a turn finds what the last one left")
  func growing() {
    let cache = Cache(PromptCachePlan(ttl: .seconds(300), minimum: 1, block: 1))
    #expect(cache.find([7], tokens: 2000, at: 0, each: 2000).cached == 0)
    #expect(cache.find([7], tokens: 3500, at: 100, each: 3500).cached == 2000)
    #expect(cache.find([7], tokens: 3600, at: 400, each: 3600).cached == 3500)
    // Use refreshes: 300 s after the last. Then it is forgotten.
    #expect(cache.find([7], tokens: 3700, at: 701, each: 3700).cached == 0)
  }

  @Test("within its capacity forgets the least recently used, ends before beginnings")
  func capacity() {
    let cache = Cache(PromptCachePlan(ttl: nil, minimum: 1, block: 1, capacity: 4 * 512))
    _ = cache.find([1, 2, 3], at: 0)
    _ = cache.find([1, 8, 9], at: 1)
    #expect(cache.size == 4)
    #expect(cache.find([1, 8, 9], at: 2).cached == 3 * 512)
    #expect(cache.find([1, 2, 3], at: 3).cached == 2 * 512, "2 has stayed, 3 has not")
  }

  @Test("agrees with a list of all prompts ever sent, over random prompts")
  func twin() {
    let draws = Chance(seed: 5, replication: 0).key(.arrival)
    let cache = Cache(PromptCachePlan(ttl: .seconds(50), minimum: 1, block: 1))
    var uses: [UInt64: Int64] = [:]
    var clock: Int64 = 0
    for number in UInt64(0)..<3000 {
      var draw = draws.draws(call: CallKey(bits: number))
      clock += Int64(draw.uniform() * 3)
      // Chained keys: the same beginning has the same keys.
      var key: UInt64 = 0
      let keys = (0..<Int(1 + draw.uniform() * 5)).map { _ in
        key = key &* 5 &+ 1 + UInt64(draw.uniform() * 4)
        return key
      }
      var expected: UInt32 = 0
      for key in keys {
        guard let used = uses[key], clock - used <= 50 else { break }
        expected += 512
      }
      for key in keys { uses[key] = clock }
      #expect(cache.find(keys, at: clock).cached == expected, "prompt \(number)")
      #expect(cache.size == uses.values.filter { clock - $0 <= 50 }.count)
    }
  }

  /// Two conversations of five turns, a prompt of 2,000 tokens that grows by 1,000 a turn.
  private func bill(_ route: (Int, Int) -> Int) -> Int64 {
    var plans = [deployment("a"), deployment("b")]
    for place in plans.indices {
      plans[place].promptCache = PromptCachePlan(ttl: .seconds(300), minimum: 1024, block: 1)
    }
    var fleet = fleet(FleetPlan(deployments: plans))
    var sum: Int64 = 0
    for turn in 0..<5 {
      for conversation in 0..<2 {
        var one = attempt(
          UInt64(turn * 2 + conversation), at: route(turn, conversation),
          input: UInt32(2000 + 1000 * turn), output: 100)
        one.conversation = UInt64(conversation + 1)
        sum += fleet.promise(one, at: at(.seconds(10 * turn))).bill.picodollars
      }
    }
    return sum
  }

  @Test("makes losing affinity cost what a sheet of paper says")
  func affinity() {
    let sticky = bill { _, conversation in conversation }
    let turns = bill { turn, _ in turn % 2 }
    // $1 a million for fresh input, $0.50 cached, $2 output. Output: 10 × 100 tokens.
    // Sticky: 2 × (2000 + 4 × 1000) fresh, 2 × (2000 + 3000 + 4000 + 5000) cached.
    let output: Int64 = 10 * 100 * 2_000_000
    #expect(sticky == 12_000 * 1_000_000 + 28_000 * 500_000 + output)
    // In turns: every turn finds what the last but one left: fresh 2000, 3000, then 2000 each.
    #expect(turns == 2 * 11_000 * 1_000_000 + 2 * (2000 + 3000 + 4000) * 500_000 + output)
  }

  @Test("is faster to the first token, by the uncached tokens alone")
  func faster() {
    var plan = deployment("a")
    plan.latency.perInputToken = 1e6
    plan.promptCache = PromptCachePlan(minimum: 1024, block: 1)
    var fleet = fleet(FleetPlan(deployments: [plan]))
    var one = attempt(1, input: 3000)
    one.conversation = 9
    let cold = fleet.promise(one)
    let warm = fleet.promise(one, at: at(.seconds(1)))
    #expect(cold.firstToken.nanoseconds == 3100 * milli)
    #expect(warm.firstToken.nanoseconds == 1100 * milli)
    #expect(warm.usage.cachedInputTokens == 3000)
    let floor = fleet.floor(one)
    #expect(floor.bill <= warm.bill && floor.nanoseconds <= 1100 * milli + 1000 * milli)
  }

  private func send(
    _ number: UInt64, _ place: Int, conversation: UInt64, to fleet: inout ProviderFleet
  ) -> Promise {
    var one = attempt(number, at: place, input: 2000)
    one.conversation = conversation
    return fleet.promise(one, at: at(.seconds(1)))
  }

  @Test("keeps nothing of what was refused, and is shared by a pool")
  func refusedAndPool() {
    var plans = [deployment("a", quota: 0), deployment("b"), deployment("c")]
    for place in plans.indices {
      plans[place].promptCache = PromptCachePlan(
        minimum: 1024, block: 1, pool: place == 2 ? nil : "eu")
    }
    let quota = QuotaPlan(name: "q", meters: [.init(.requests, rate: .perMinute(1), burst: 1)])
    var fleet = fleet(FleetPlan(deployments: plans, quotas: [quota]))
    let sent1 = send(1, 0, conversation: 5, to: &fleet)
    #expect(sent1.outcome.isSuccess)
    let sent2 = send(2, 0, conversation: 6, to: &fleet)
    #expect(sent2.outcome == .status(429))
    let sent3 = send(3, 1, conversation: 5, to: &fleet)
    #expect(sent3.usage.cachedInputTokens == 2000)
    let sent4 = send(4, 1, conversation: 6, to: &fleet)
    #expect(sent4.usage.cachedInputTokens == 0)
    let sent5 = send(5, 2, conversation: 5, to: &fleet)
    #expect(sent5.usage.cachedInputTokens == 0)
  }

  @Test("is described by its registry")
  func registry() { #expect(PromptCachePresets.registry.audit().isEmpty) }
}
