import Chance
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

/// A cache of whatever plan, asked for keys as a gateway asks: a miss fills.
final class CacheOnBench {
  var cache: ExactCache
  var output = Output()
  private var body: UInt64 = 0

  init(_ setting: Setting) throws {
    var reader = try SettingsReader(setting)
    cache = ExactCache(try CachePlan(reading: &reader))
    try reader.finish()
  }

  func look(_ key: UInt64, at now: Instant = .start) -> Bool {
    let isHit = cache.look(UInt128(key), at: now, into: &output) != nil
    output.commands.removeAll()
    return isHit
  }

  func store(_ key: UInt64, tokens: UInt32 = 0, at now: Instant = .start) {
    body += 1
    _ = cache.store(
      UInt128(key), usage: Usage(inputTokens: 1, outputTokens: tokens), from: DeploymentID(0),
      body: BodyID(bits: body), at: now, into: &output)
    output.commands.removeAll()
  }

  /// Asks, and fills after a miss.
  func ask(_ key: UInt64, tokens: UInt32 = 0, at now: Instant = .start) -> Bool {
    if look(key, at: now) { return true }
    store(key, tokens: tokens, at: now)
    return false
  }
}

@Suite("Every eviction policy")
struct EvictionConformanceTests {
  @Test(
    "never holds more than its capacity, and all that was stored when there is room",
    arguments: Evictions.registry.names)
  func capacity(name: String) throws {
    try forEverySeed(0..<6) { seed, random in
      let capacity = Int.random(in: 1...40, using: &random)
      let bench = try CacheOnBench([
        "ttl": "1h", "capacity": Setting(integerLiteral: capacity),
        "eviction": Setting(.string(name)),
      ])
      for key in 0..<UInt64(capacity) { bench.store(key) }
      for key in 0..<UInt64(capacity) {
        let isThere = bench.look(key)
        #expect(isThere, "seed \(seed)")
      }
      for _ in 0..<500 {
        _ = bench.ask(UInt64.random(in: 0..<100, using: &random))
        let count = bench.cache.count
        if count != capacity { Issue.record("seed \(seed): \(count) of \(capacity)") }
      }
    }
  }

  @Test(
    "never holds more than its bytes, whatever the sizes, and keeps its books",
    arguments: Evictions.registry.names)
  func bytes(name: String) throws {
    try forEverySeed(0..<6) { seed, random in
      let bench = try CacheOnBench([
        "ttl": "1s", "bytes": 20_000, "overhead": 100, "bytesPerToken": 10,
        "eviction": Setting(.string(name)),
      ])
      var sizes: [UInt64: Int] = [:]
      var now = Instant.start
      for _ in 0..<800 {
        now = now.advanced(byNanoseconds: Int64.random(in: 0...4_000_000, using: &random))
        let key = UInt64.random(in: 0..<200, using: &random)
        let tokens = UInt32.random(in: 0...800, using: &random)
        if Bool.random(using: &random) {
          bench.store(key, tokens: tokens, at: now)
          sizes[key] = Int(tokens) * 10 + 100
        } else {
          _ = bench.look(key, at: now)
        }
        let (size, count) = (bench.cache.size, bench.cache.count)
        if size > 20_000 || (count == 0) != (size == 0) {
          Issue.record("seed \(seed): \(size) bytes in \(count) entries")
        }
      }
      let held = sizes.filter { bench.cache.isFresh(UInt128($0.key), at: now) }
      #expect(held.values.reduce(0, +) <= bench.cache.size, "seed \(seed)")
    }
  }

  @Test("gives the same hits again", arguments: Evictions.registry.names)
  func deterministic(name: String) throws {
    func hits() throws -> [Bool] {
      var random = SplitMix64(seed: 3)
      let bench = try CacheOnBench([
        "ttl": "1h", "capacity": 50, "eviction": Setting(.string(name)),
      ])
      return (0..<2_000).map { _ in
        bench.ask(
          UInt64(Int.random(in: 1...20, using: &random) * Int.random(in: 1...20, using: &random)))
      }
    }
    #expect(try hits() == hits())
  }

  @Test("is described without a file, with a summary and a source")
  func registry() {
    #expect(Evictions.registry.audit().isEmpty)
    #expect(Evictions.registry.entries.allSatisfy { !$0.summary.isEmpty && $0.source != nil })
  }

  /// The same stream to both; a hit of one must be a hit of the other.
  private func compare<T: Twin>(_ name: String, _ twin: T.Type) throws {
    try forEverySeed(0..<8) { seed, random in
      let capacity = Int.random(in: 1...60, using: &random)
      let zipf = Zipf(count: capacity * 4, exponent: Double.random(in: 0.5...1.3, using: &random))
      var twin = T(capacity: capacity)
      let bench = try CacheOnBench([
        "ttl": "24h", "capacity": Setting(integerLiteral: capacity),
        "eviction": Setting(.string(name)),
      ])
      for step in 0..<1_000 {
        let key = UInt64(zipf.rank(Double.random(in: 0.0001..<0.9999, using: &random)))
        let (found, expected) = (bench.ask(key), twin.look(ExactCache.folded(UInt128(key))))
        if found != expected {
          Issue.record("seed \(seed), step \(step), key \(key): \(found), twin \(expected)")
          return
        }
        if !found { twin.store(ExactCache.folded(UInt128(key))) }
      }
      try removals(name, T.self, seed, &random)
      bytes(name, T.self, try sized(name, units: capacity * 100), capacity * 100, seed, &random)
    }
  }

  /// A cache of so many units, where an answer takes one more than it has tokens.
  private func sized(_ name: String, units: Int) throws -> CacheOnBench {
    try CacheOnBench([
      "ttl": "24h", "bytes": Setting(integerLiteral: units), "bytesPerToken": 1, "overhead": 1,
      "eviction": Setting(.string(name)),
    ])
  }

  /// The same stream to both, of answers that differ in size.
  private func bytes<T: Twin>(
    _ name: String, _ twin: T.Type, _ bench: CacheOnBench, _ units: Int, _ seed: UInt64,
    _ random: inout SplitMix64
  ) {
    // A typical answer has 250 tokens.
    var twin = T(capacity: units, entries: max(16, units / 251))
    let zipf = Zipf(count: units / 20, exponent: Double.random(in: 0.5...1.3, using: &random))
    for step in 0..<1_000 {
      let key = UInt64(zipf.rank(Double.random(in: 0.0001..<0.9999, using: &random)))
      let size = 1 + Int(FrequencySketch.scattered(key) % UInt64(step % 9 == 0 ? units : 90))
      let (found, expected) = (bench.look(key), twin.look(ExactCache.folded(UInt128(key))))
      if found != expected {
        Issue.record("seed \(seed), step \(step), key \(key): \(found), twin \(expected)")
        return
      }
      if found { continue }
      bench.store(key, tokens: UInt32(size - 1))
      twin.store(ExactCache.folded(UInt128(key)), size: size)
    }
  }

  /// The policy by itself, while entries also leave for other reasons: they have expired.
  private func removals<T: Twin>(
    _ name: String, _ twin: T.Type, _ seed: UInt64, _ random: inout SplitMix64
  ) throws {
    let capacity = Int.random(in: 1...20, using: &random)
    var twin = T(capacity: capacity)
    var policy = try Evictions.registry.make(name, from: [:])
    policy.prepare(capacity: capacity, entries: capacity)
    var held: [UInt64: UInt32] = [:]
    var free = (0..<UInt32(capacity)).map { UInt32(capacity) - 1 - $0 }
    for step in 0..<1_000 {
      let key = UInt64.random(in: 1...UInt64(capacity * 3), using: &random)
      if Int.random(in: 0..<6, using: &random) == 0 {
        guard let entry = held.removeValue(forKey: key) else { continue }
        policy.removed(entry)
        free.append(entry)
        twin.expire(key)
      } else if let entry = held[key] {
        policy.used(entry)
        let isThere = twin.look(key)
        #expect(isThere, "seed \(seed), step \(step)")
      } else {
        policy.arriving(key)
        if held.count == capacity {
          let victim = policy.victim(for: 1)
          policy.removed(victim)
          held = held.filter { $0.value != victim }
          free.append(victim)
        }
        let entry = free.removeLast()
        policy.stored(entry, key: key, size: 1)
        held[key] = entry
        twin.store(key)
      }
      if Set(held.keys) != twin.keys {
        Issue.record(
          "seed \(seed), step \(step): \(held.keys.sorted()), twin \(twin.keys.sorted())")
        return
      }
    }
  }

  @Test("lru: hits as a list in order of use does") func lru() throws {
    try compare("lru", RecencyTwin.self)
  }
  @Test("fifo: hits as a queue does") func fifo() throws { try compare("fifo", QueueTwin.self) }
  @Test("sieve: hits as a list with a hand does") func sieve() throws {
    try compare("sieve", SieveTwin.self)
  }
  @Test("s3-fifo: hits as algorithm 1 of the paper does, list by list") func s3() throws {
    try compare("s3-fifo", S3FIFOTwin.self)
  }
  @Test("w-tinylfu: hits as three lists and a table of counters do") func tinyLFU() throws {
    try compare("w-tinylfu", TinyLFUTwin.self)
  }
}

@Suite("A frequency sketch")
struct FrequencySketchTests {
  @Test("never counts too little before it fades, and a single sight as one")
  func neverLow() {
    forEverySeed(0..<10) { seed, random in
      var sketch = FrequencySketch(entries: 64)
      var exact: [UInt64: Int] = [:]
      for _ in 0..<600 {
        let key = UInt64(
          Int.random(in: 1...12, using: &random) * Int.random(in: 1...12, using: &random))
        sketch.see(key)
        exact[key, default: 0] += 1
      }
      for (key, count) in exact where sketch.frequency(of: key) < min(count, 16) {
        Issue.record("seed \(seed): \(sketch.frequency(of: key)) for \(count)")
      }
    }
    var sketch = FrequencySketch(entries: 64)
    sketch.see(7)
    #expect(sketch.frequency(of: 7) == 1)
    #expect(sketch.frequency(of: 8) == 0)
  }

  @Test("halves its counts after ten sights per entry")
  func fades() {
    var sketch = FrequencySketch(entries: 10)
    for _ in 0..<99 { sketch.see(1) }
    #expect(sketch.frequency(of: 1) == 16)
    sketch.see(1)
    #expect(sketch.frequency(of: 1) == 7)
  }
}
