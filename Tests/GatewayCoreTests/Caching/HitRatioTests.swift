import Chance
import Foundation
import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("The hit ratio of a cache")
struct HitRatioTests {
  private func oracle(_ group: String) throws -> [[String: Any]] {
    let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"].map {
      URL(fileURLWithPath: $0)
    }
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    let file = (shared ?? root.appendingPathComponent("shared"))
      .appendingPathComponent("oracles/closed-forms.json")
    let all = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    return try #require((all?[group] as? [String: Any])?["values"] as? [[String: Any]])
  }

  private func number(_ row: [String: Any], _ key: String) throws -> Double {
    try #require((row[key] as? NSNumber)?.doubleValue)
  }

  /// The share of hits among `count` independent requests after a warm-up of half as many.
  private func ratio(
    _ cache: Setting, keys: Int, exponent: Double, count: Int, rate: Double = 100,
    seed: UInt64 = 11
  ) throws -> Double {
    var random = SplitMix64(seed: seed)
    let zipf = Zipf(count: keys, exponent: exponent)
    let bench = try CacheOnBench(cache)
    var hits = 0
    var now = 0.0
    for step in 0..<count * 3 / 2 {
      now -= Elementary.log(Double.random(in: 0x1p-53..<1, using: &random)) / rate
      let key = zipf.rank(Double.random(in: 0x1p-53..<1, using: &random))
      let isHit = bench.ask(
        UInt64(key) &* 0x9E37_79B9_7F4A_7C15, at: Instant(nanoseconds: Int64(now * 1e9)))
      if isHit, step >= count / 2 { hits += 1 }
    }
    return Double(hits) / Double(count)
  }

  @Test("under LRU and FIFO is Che's, within 0.02")
  func che() throws {
    for row in try oracle("che_lru") where try number(row, "n") == 10_000 {
      let (exponent, capacity) = (try number(row, "s"), Int(try number(row, "C")))
      for (policy, key) in [("lru", "LRU_hit"), ("fifo", "FIFO_RANDOM_hit")] {
        let measured = try ratio(
          [
            "ttl": "30d", "capacity": Setting(integerLiteral: capacity),
            "eviction": Setting(.string(policy)),
          ], keys: 10_000, exponent: exponent, count: 10_000)
        let expected = try number(row, key)
        #expect(abs(measured - expected) < 0.02, "\(policy) \(capacity) \(exponent): \(measured)")
      }
    }
  }

  @Test("of a cache without bounds but with a time to live is λT / (1 + λT), key by key")
  func timeToLive() throws {
    for row in try oracle("ttl_zipf_unbounded") where try number(row, "n") == 1_000 {
      let ttl = Int(try number(row, "T"))
      let measured = try ratio(
        ["ttl": "\(ttl)s"], keys: 1_000, exponent: try number(row, "s"), count: 10_000,
        rate: try number(row, "lambda"))
      let expected = try number(row, "h_noreset")
      #expect(abs(measured - expected) < 0.02, "\(measured) instead of \(expected)")
    }
  }

  @Test("is higher under SIEVE, S3-FIFO and W-TinyLFU than under LRU, for skewed requests")
  func better() throws {
    func measured(_ policy: String) throws -> Double {
      try ratio(
        ["ttl": "30d", "capacity": 300, "eviction": Setting(.string(policy))], keys: 10_000,
        exponent: 0.9, count: 8_000)
    }
    let recency = try measured("lru")
    for policy in ["sieve", "s3-fifo", "w-tinylfu"] {
      let ratio = try measured(policy)
      #expect(ratio > recency + 0.03, "\(policy): \(ratio), LRU \(recency)")
    }
  }
}
