import Testing
import Vocabulary

@Suite("A price curve")
struct PriceCurveTests {
  private static func dollars(_ perMillion: Int64) -> TokenPrice {
    TokenPrice(femtodollars: perMillion * 1_000_000_000)
  }

  private let base = PriceSheet(input: dollars(2), cachedInput: dollars(1), output: dollars(10))
  private let long = PriceSheet(input: dollars(4), cachedInput: dollars(2), output: dollars(15))

  private func curve(_ change: (inout PriceCurve) -> Void = { _ in }) -> PriceCurve {
    var curve = PriceCurve(stretches: [.init(sheet: base)])
    change(&curve)
    return curve
  }

  private func hour(_ hour: Int64, day: Int64 = 0) -> Instant {
    Instant.start.advanced(by: .seconds(86_400 * day + 3600 * hour))
  }

  @Test("that says nothing bills what the sheet bills")
  func plain() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<200 {
      let usage = Usage(
        inputTokens: .random(in: 0...400_000, using: &random),
        cachedInputTokens: .random(in: 0...400_000, using: &random),
        cacheWriteTokens: .random(in: 0...10, using: &random),
        outputTokens: .random(in: 0...40_000, using: &random))
      #expect(curve().bill(for: usage, at: .start) == base.bill(for: usage))
      #expect(curve().leastBill(for: usage) == base.bill(for: usage))
    }
  }

  @Test("reprices the whole request above a threshold, output too")
  func wholeTier() {
    let bent = curve { $0.stretches[0].tiers = [.init(above: 200_000, sheet: long)] }
    let at = Usage(inputTokens: 200_000, outputTokens: 1_000)
    let above = Usage(inputTokens: 200_001, outputTokens: 1_000)
    #expect(bent.bill(for: at, at: .start) == base.bill(for: at))
    #expect(bent.bill(for: above, at: .start) == long.bill(for: above))
    // A token more costs 41 cents: a step, not a rate.
    let step = bent.bill(for: above, at: .start) - bent.bill(for: at, at: .start)
    #expect(step.picodollars == 405_004_000_000)
  }

  @Test("of marginal tiers prices the end of the prompt, and it alone, at the higher rate")
  func marginalTier() {
    let bent = curve {
      $0.isMarginal = true
      $0.stretches[0].tiers = [.init(above: 200_000, sheet: long)]
    }
    let usage = Usage(inputTokens: 300_000, cachedInputTokens: 250_000, outputTokens: 1_000)
    // 200,000 cached at $1, 50,000 cached at $2, 50,000 fresh at $4, output at $10 a million.
    #expect(bent.bill(for: usage, at: .start).picodollars == 510_000_000_000)
  }

  @Test("has factors by the hour, over midnight and at the offset of its calendar")
  func offPeak() {
    let bent = curve {
      $0.hours = [.init(from: 16 * 3600 + 1800, until: 1800, millionths: 500_000)]
      $0.calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 0)
    }
    let usage = Usage(inputTokens: 1_000_000)
    let bills = [0, 1, 16, 17, 23].map { bent.bill(for: usage, at: hour($0)).dollars }
    #expect(bills == [1, 2, 2, 1, 1])
    var later = bent
    later.calendar = Calendar(epochSecondsAtStart: 0, offsetSeconds: 3600)
    #expect(later.bill(for: usage, at: hour(16)).dollars == 1)
    #expect(bent.leastBill(for: usage).dollars == 1)
  }

  @Test("changes its rates at an instant")
  func change() {
    let bent = curve { $0.stretches.append(.init(from: hour(2), sheet: long)) }
    let usage = Usage(inputTokens: 1_000_000)
    #expect(bent.bill(for: usage, at: hour(1)).dollars == 2)
    #expect(bent.bill(for: usage, at: hour(2)).dollars == 4)
    #expect(bent.dearest == long)
    #expect(bent.leastBill(for: usage).dollars == 2)
  }

  @Test("counts the volume of a calendar month, and begins anew with the next")
  func volume() {
    let discount = VolumeDiscount(
      measure: .spend,
      steps: [
        .init(from: 10_000_000_000_000, millionths: 900_000),
        .init(from: 20_000_000_000_000, millionths: 800_000),
      ])
    let bent = curve { $0.volume = discount }
    var ledger = VolumeLedger()
    let usage = Usage(inputTokens: 3_000_000)
    func buy(_ at: Instant) -> Double {
      let bill = bent.bill(for: usage, at: at, after: ledger)
      ledger.book(
        usage, list: bent.listBill(for: usage, at: at), at: at, discount, bent.calendar)
      return bill.dollars
    }
    // Six dollars each at list price: the third finds 12, the fifth 24.
    #expect((0..<5).map { buy(hour($0)) } == [6, 6, 5.4, 5.4, 4.8])
    #expect(buy(hour(0, day: 31)) == 6)
    #expect(bent.leastBill(for: usage).dollars == 4.8)
  }

  @Test("never bills less than its least, nor more than its dearest rates")
  func bounds() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<500 {
      var bent = curve {
        $0.stretches[0].tiers = [.init(above: 100_000, sheet: long)]
        $0.stretches.append(.init(from: hour(5), sheet: long))
        $0.isMarginal = Bool.random(using: &random)
        $0.hours = [.init(from: 3600 * 2, until: 3600 * 9, millionths: 1_300_000)]
      }
      bent.volume = VolumeDiscount(
        measure: .tokens, steps: [.init(from: 100, millionths: 700_000)])
      let usage = Usage(
        inputTokens: .random(in: 0...200_000, using: &random),
        cachedInputTokens: .random(in: 0...200_000, using: &random),
        cacheWriteTokens: .random(in: 0...50_000, using: &random),
        outputTokens: .random(in: 0...9_000, using: &random))
      let bill = bent.bill(for: usage, at: hour(.random(in: 0...20, using: &random)))
      #expect(bill >= bent.leastBill(for: usage))
      #expect(bill <= bent.dearest.bill(for: usage))
    }
  }
}

@Suite("A sheet with a price for what is written to the cache")
struct CacheWriteTests {
  @Test("bills fresh, cached and written tokens each at their rate, never one twice")
  func written() {
    let sheet = PriceSheet(
      input: TokenPrice(femtodollars: 1_000), cachedInput: TokenPrice(femtodollars: 100_000),
      cacheWrite: TokenPrice(femtodollars: 10_000_000), output: .zero)
    func bill(_ input: UInt32, _ cached: UInt32, _ written: UInt32) -> Int64 {
      sheet.bill(
        for: Usage(inputTokens: input, cachedInputTokens: cached, cacheWriteTokens: written)
      ).picodollars
    }
    #expect(bill(10, 0, 0) == 10)
    #expect(bill(10, 4, 0) == 406)
    #expect(bill(10, 4, 3) == 30_403)
    #expect(bill(10, 4, 99) == 60_400)
    #expect(bill(10, 99, 99) == 1_000)
  }

  @Test("prices writing as input if nothing is said")
  func silence() {
    let sheet = PriceSheet(
      input: TokenPrice(femtodollars: 1_000), cachedInput: .zero, output: .zero)
    #expect(sheet.bill(for: Usage(inputTokens: 10, cacheWriteTokens: 6)).picodollars == 10)
  }
}
