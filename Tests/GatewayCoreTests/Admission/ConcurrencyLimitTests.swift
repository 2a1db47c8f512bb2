import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A concurrency limit")
struct ConcurrencyLimitTests {
  private func make(_ setting: Setting) throws -> any ConcurrencyLimit {
    try ConcurrencyLimits.registry.make(from: setting)
  }

  private func sample(
    _ milliseconds: Double, inFlight: Int = 1_000, dropped: Bool = false, uniform: Double = 0.5
  ) -> ConcurrencySample {
    ConcurrencySample(
      elapsed: Int64(milliseconds * 1e6), inFlight: inFlight, dropped: dropped, uniform: uniform)
  }

  @Test(
    "Netflix: AIMD starts at 10, backs off by 0.9 and at least by one, times out at 5 s",
    .tags(.fact))
  func aimd() throws {
    var limit = try make("aimd")
    #expect(limit.limit == 10)
    limit.ended(sample(100, inFlight: 4))
    #expect(limit.limit == 10, "less than half in flight: no growth")
    limit.ended(sample(100, inFlight: 5))
    #expect(limit.limit == 11)
    limit.ended(sample(100, dropped: true))
    #expect(limit.limit == 9, "⌊11 × 0.9⌋")
    limit.ended(sample(5_001))
    #expect(limit.limit == 8)
    limit.ended(sample(5_000))
    #expect(limit.limit == 9)
    for _ in 0..<20 { limit.ended(sample(1, dropped: true)) }
    #expect(limit.limit == 1)
  }

  @Test(
    "Chiu, Jain: additive increase and multiplicative decrease brings two senders to equal shares",
    .tags(.fact))
  func fair() throws {
    var one = try make(["aimd": ["initial": 5, "backoff": 0.5, "most": 10_000]])
    var other = try make(["aimd": ["initial": 400, "backoff": 0.5, "most": 10_000]])
    for _ in 0..<20_000 {
      let drops = one.limit + other.limit > 500
      one.ended(sample(1, dropped: drops))
      other.ended(sample(1, dropped: drops))
    }
    #expect(abs(one.limit - other.limit) <= 2)
  }

  @Test(
    "Netflix: Vegas starts at 20, grows by 6·log10 without queue, by log10 below 3·log10",
    .tags(.fact))
  func vegas() throws {
    var limit = try make("vegas")
    #expect(limit.limit == 20)
    limit.ended(sample(100))
    #expect(limit.limit == 20, "the first sample is the base")
    limit.ended(sample(100))
    #expect(limit.limit == 26, "no queue: + beta")
    // ⌈26 × (1 − 100/107)⌉ = 2: more than the threshold 1, less than alpha 3: + 1.
    limit.ended(sample(107))
    #expect(limit.limit == 27)
    // ⌈27 × (1 − 100/120)⌉ = 5: between alpha and beta.
    limit.ended(sample(120))
    #expect(limit.limit == 27)
    // ⌈27 × (1 − 100/140)⌉ = 8 > 6.
    limit.ended(sample(140))
    #expect(limit.limit == 26)
    limit.ended(sample(101, inFlight: 12))
    #expect(limit.limit == 26, "less than half in flight")
    limit.ended(sample(101, inFlight: 12, dropped: true))
    #expect(limit.limit == 25, "a drop counts whatever is in flight")
  }

  @Test("Netflix: Vegas forgets its base after 30 × limit × U(0.5, 1) samples", .tags(.fact))
  func probe() throws {
    var limit = try make(["vegas": ["most": 20]])
    limit.ended(sample(100))
    // Latency has doubled for good: a standing queue, it seems, until the base is measured anew.
    var samples = 1
    while limit.limit > 1, samples < 449 {
      limit.ended(sample(200, inFlight: 1))
      samples += 1
    }
    let before = limit.limit
    for _ in 0..<1_000 { limit.ended(sample(200)) }
    #expect(before <= 20)
    #expect(limit.limit == 20, "after the probe 200 ms is no queue")
  }

  @Test("has Netflix' log10 unit: 1 below 100, 2 below 1,000, then the square root")
  func unit() {
    #expect(
      [1, 9, 10, 99, 100, 999, 1_000, 1_600].map(ConcurrencyVegas.unit) == [
        1, 1, 1, 1, 2, 2, 31, 40,
      ])
  }

  @Test("Netflix: Gradient2 starts at 20 within 20 and 200, and smooths by 0.2", .tags(.fact))
  func gradient2() throws {
    var limit = try make("gradient2")
    #expect(limit.limit == 20)
    // No change of latency: new = 20 + 4, limit = 20 × 0.8 + 24 × 0.2 = 20.8, then 21.6, 22.4 …
    var exact = 20.0
    for _ in 0..<10 {
      limit.ended(sample(100))
      exact = exact * 0.8 + (exact + 4) * 0.2
      #expect(limit.limit == Int(exact))
    }
    for _ in 0..<2_000 { limit.ended(sample(100)) }
    #expect(limit.limit == 200)
    // Latency four times the long-term one: the gradient is held at a half.
    limit.ended(sample(400))
    #expect(limit.limit == Int(200 * 0.8 + (200 * 0.5 + 4) * 0.2))
    for _ in 0..<50 { limit.ended(sample(4_000)) }
    #expect(limit.limit < 60)
    #expect(limit.limit >= 20)
  }

  @Test(
    "stays within its bounds and is the same for the same history",
    arguments: ConcurrencyLimits.registry.names)
  func conformance(name: String) throws {
    let setting: Setting = name == "fixed" ? ["fixed": 7] : Setting(.string(name))
    forEverySeed(0..<20) { seed, random in
      guard var one = try? make(setting), var two = try? make(setting) else {
        Issue.record("\(name) needs parameters")
        return
      }
      for _ in 0..<500 {
        let some = sample(
          Double.random(in: 0...2_000, using: &random),
          inFlight: Int.random(in: 1...300, using: &random),
          dropped: Int.random(in: 0..<10, using: &random) == 0,
          uniform: Double.random(in: 0.001...0.999, using: &random))
        one.ended(some)
        two.ended(some)
        #expect(one.limit >= 1 && one.limit <= 1_000, "seed \(seed)")
        #expect(one.limit == two.limit)
      }
      #expect(one.adapts == (name != "fixed"))
    }
  }

  @Test("is refused with bounds that cross, and beyond four of a kind")
  func errors() throws {
    #expect(throws: SettingError.self) { try make(["vegas": ["least": 30, "most": 20]]) }
    #expect(throws: SettingError.self) { try make(["fixed": 0]) }
    #expect(throws: SettingError.self) {
      try GatewayPlan([
        "routes": ["chat": "a"],
        "concurrency": [
          ["by": ["fixed": 1]], ["by": ["fixed": 1]], ["by": ["fixed": 1]], ["by": ["fixed": 1]],
          ["by": ["fixed": 1]],
        ],
      ])
    }
  }
}
