import Testing
import Vocabulary

@Suite("A rate")
struct RateTests {
  @Test("is a reduced fraction of whole numbers")
  func reduces() {
    let rate = Rate(count: 90_000, per: .seconds(60))
    #expect(rate.count == 3)
    #expect(rate.periodNanoseconds == 2_000_000)
    #expect(rate == Rate(count: 1_500, per: .seconds(1)))
    #expect(Rate.perMinute(60) == Rate.perSecond(1))
    #expect(Rate.perSecond(8).perSecond == 8)
  }

  @Test("of nothing is nothing per nanosecond")
  func zero() {
    #expect(Rate(count: 0, per: .seconds(60)) == Rate(count: 0, per: .nanoseconds(1)))
    #expect(Rate.perSecond(0).perSecond == 0)
  }

  @Test("stays the same ratio, and cannot be reduced further")
  func keepsRatio() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<2_000 {
      let count = Int64.random(in: 1...1_000_000_000, using: &random)
      let period = Int64.random(in: 1...86_400_000_000_000, using: &random)
      let rate = Rate(count: count, per: .nanoseconds(period))
      #expect(Int128(rate.count) * Int128(period) == Int128(rate.periodNanoseconds) * Int128(count))
      for prime: Int64 in [2, 3, 5, 7, 11, 13] {
        #expect(rate.count % prime != 0 || rate.periodNanoseconds % prime != 0)
      }
    }
  }
}

@Suite("A probability")
struct ProbabilityTests {
  @Test("is a number from 0 to 1 and nothing else")
  func checks() {
    #expect(Probability(0)?.value == 0)
    #expect(Probability(1)?.value == 1)
    #expect(Probability(0.25)?.value == 0.25)
    for wrong in [-0.001, 1.001, .nan, .infinity, -.infinity] { #expect(Probability(wrong) == nil) }
  }

  @Test("can be moved into its bounds")
  func clamps() {
    #expect(Probability(clamping: -3) == .never)
    #expect(Probability(clamping: 3) == .always)
    #expect(Probability(clamping: .nan) == .never)
    #expect(Probability(clamping: 0.5).value == 0.5)
    #expect(Probability.never < .always)
  }
}
