import Testing
import Vocabulary

@testable import GatewayCore

@Suite("A token bucket")
struct TokenBucketTests {
  private func rule(_ count: Int64, per: Duration, burst: Int64) throws -> TokenBucket.Rule {
    try #require(TokenBucket.Rule(rate: Rate(count: count, per: per), burst: burst))
  }

  @Test("starts full, and holds no more than its burst however long it waits")
  func full() throws {
    let rule = try rule(10, per: .seconds(1), burst: 3)
    var bucket = TokenBucket(rule)
    #expect(bucket.holds(3, rule) && !bucket.holds(4, rule))
    bucket.refill(rule, at: at(.seconds(1_000_000)))
    #expect(bucket.permits(rule) == 3)
  }

  @Test("refuses one nanosecond before the instant it names, and admits at it")
  func exact() throws {
    try forEverySeed(0..<500) { seed, random in
      let rule = try rule(
        Int64.random(in: 1...1_000, using: &random),
        per: .nanoseconds(Int64.random(in: 1...5_000_000_000, using: &random)),
        burst: Int64.random(in: 1...50, using: &random))
      var bucket = TokenBucket(rule)
      var now = Int64.random(in: 0...1_000_000_000, using: &random)
      for _ in 0..<20 {
        let permits = Int64.random(in: 1...rule.burst, using: &random)
        bucket.refill(rule, at: Instant(nanoseconds: now))
        if bucket.holds(permits, rule) {
          bucket.charge(permits, rule)
        } else {
          let then = bucket.instant(holding: permits, rule)
          var early = bucket
          early.refill(rule, at: then.advanced(byNanoseconds: -1))
          var due = bucket
          due.refill(rule, at: then)
          #expect(!early.holds(permits, rule) && due.holds(permits, rule), "seed \(seed)")
        }
        now += Int64.random(in: 0...500_000_000, using: &random)
      }
    }
  }

  @Test("admits what a list of timestamps admits, and never more than burst + rate × t in a window")
  func twin() throws {
    try forEverySeed(0..<200) { seed, random in
      let count = Int64.random(in: 1...20, using: &random)
      let period = Int64.random(in: 1...1_000, using: &random)
      let burst = Int64.random(in: 1...8, using: &random)
      let rule = try rule(count, per: .nanoseconds(period), burst: burst)
      var bucket = TokenBucket(rule)
      var admitted: [(at: Int64, permits: Int64)] = []
      var now: Int64 = 0
      for _ in 0..<60 {
        now += Int64.random(in: 0...(2 * period / count + 1), using: &random)
        let permits = Int64.random(in: 1...burst, using: &random)
        // The twin: no stretch that ends now may hold more than burst + rate × its length.
        var sum = permits
        var fits = sum * period <= burst * period
        for earlier in admitted.reversed() {
          sum += earlier.permits
          fits = fits && sum * period <= burst * period + (now - earlier.at) * count
        }
        bucket.refill(rule, at: Instant(nanoseconds: now))
        #expect(bucket.holds(permits, rule) == fits, "seed \(seed) at \(now)")
        if fits {
          bucket.charge(permits, rule)
          admitted.append((now, permits))
        }
      }
    }
  }

  @Test("owes after a charge that it did not hold, and pays back at its rate")
  func debt() throws {
    let rule = try rule(10, per: .seconds(1), burst: 10)
    var bucket = TokenBucket(rule)
    bucket.charge(30, rule)
    #expect(bucket.permits(rule) == -20)
    #expect(bucket.instant(holding: 1, rule) == at(.milliseconds(2_100)))
  }

  @Test("never promises more than its burst")
  func never() throws {
    let rule = try rule(10, per: .seconds(1), burst: 10)
    #expect(TokenBucket(rule).instant(holding: 11, rule) == .distantFuture)
  }

  @Test("takes back no more than makes it full")
  func givesBack() throws {
    let rule = try rule(1, per: .seconds(1), burst: 5)
    var bucket = TokenBucket(rule)
    bucket.charge(2, rule)
    bucket.charge(-100, rule)
    #expect(bucket.permits(rule) == 5)
  }

  @Test("stays in debt, whatever it is charged")
  func deepDebt() throws {
    let rule = try rule(1, per: .seconds(86_400), burst: 50_000)
    var bucket = TokenBucket(rule)
    for charge: Int64 in [60_000, 60_000, 1 << 50, 60_000, .max] {
      bucket.charge(charge, rule)
      bucket.refill(rule, at: at(.seconds(10)))
      #expect(bucket.permits(rule) < 0)
      #expect(bucket.instant(holding: 50_000, rule) > at(.seconds(86_400)))
    }
  }

  @Test("has a rule only if rate and burst are positive and countable")
  func rules() {
    #expect(TokenBucket.Rule(rate: .perSecond(0), burst: 1) == nil)
    #expect(TokenBucket.Rule(rate: .perSecond(1), burst: 0) == nil)
    #expect(TokenBucket.Rule(rate: .perSecond(1), burst: .max) == nil)
    #expect(TokenBucket.Rule(rate: .perSecond(1), burst: 1_000_000_000) != nil)
  }
}
