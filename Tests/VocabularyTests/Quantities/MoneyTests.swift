import Testing
import Vocabulary

@Suite("A price sheet")
struct PriceSheetTests {
  /// The bill in exact integers of 128 bits, rounded half to even.
  private func oracle(_ sheet: PriceSheet, _ usage: Usage) -> Int128 {
    let cached = min(usage.cachedInputTokens, usage.inputTokens)
    let sum =
      Int128(usage.inputTokens - cached) * Int128(sheet.input.femtodollars)
      + Int128(cached) * Int128(sheet.cachedInput.femtodollars)
      + Int128(usage.outputTokens) * Int128(sheet.output.femtodollars)
    let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: 1000)
    if remainder == 500 { return quotient + quotient % 2 }
    return remainder > 500 ? quotient + 1 : quotient
  }

  @Test("bills tokens times prices, rounded once, half to even")
  func matchesOracle() {
    var random = SplitMix64(seed: 2)
    for round in 0..<20_000 {
      func price() -> TokenPrice {
        // Prices in half picodollars make ties common.
        let scale: Int64 = round % 2 == 0 ? 500 : 1
        return TokenPrice(
          femtodollars: Int64.random(in: 0...(1 << 40), using: &random) / scale * scale)
      }
      func tokens() -> UInt32 { UInt32.random(in: 0...200_000, using: &random) }
      let sheet = PriceSheet(input: price(), cachedInput: price(), output: price())
      let usage = Usage(
        inputTokens: tokens(), cachedInputTokens: tokens(), outputTokens: tokens())
      #expect(Int128(sheet.bill(for: usage).picodollars) == oracle(sheet, usage), "\(usage)")
    }
  }

  @Test(
    "rounds a half to the even neighbour",
    arguments: zip([499, 500, 501, 1_499, 1_500, 1_501, 2_500], [0, 0, 1, 1, 2, 2, 2] as [Int64]))
  func ties(femtodollars: Int, picodollars: Int64) {
    let price = TokenPrice(femtodollars: Int64(femtodollars))
    let sheet = PriceSheet(input: price, cachedInput: .zero, output: .zero)
    #expect(sheet.bill(for: Usage(inputTokens: 1)).picodollars == picodollars)
  }

  @Test("bills the largest amount rather than a wrong one")
  func saturates() {
    let dear = TokenPrice(femtodollars: 1 << 60)
    let sheet = PriceSheet(input: dear, cachedInput: dear, output: dear)
    #expect(sheet.bill(for: Usage(inputTokens: 100)).picodollars == .max)
    #expect(
      sheet.bill(for: Usage(inputTokens: 6, cachedInputTokens: 3, outputTokens: 4)).picodollars
        == .max)
  }

  @Test("takes no more cached tokens than there are input tokens")
  func cachedIsPart() {
    let sheet = PriceSheet(
      input: TokenPrice(femtodollars: 2_000), cachedInput: TokenPrice(femtodollars: 1_000),
      output: .zero)
    #expect(sheet.bill(for: Usage(inputTokens: 3, cachedInputTokens: 9)).picodollars == 3)
  }
}

@Suite("An amount of money")
struct MoneyTests {
  @Test("adds and subtracts exactly, and stays at its bounds")
  func saturates() {
    #expect(Money(picodollars: 2) + Money(picodollars: 3) == Money(picodollars: 5))
    #expect(Money(picodollars: 2) - Money(picodollars: 3) == Money(picodollars: -1))
    #expect((Money(picodollars: .max) + Money(picodollars: 1)).picodollars == .max)
    #expect((Money(picodollars: .min) + Money(picodollars: -1)).picodollars == .min)
    #expect((Money(picodollars: .min) - Money(picodollars: 1)).picodollars == .min)
    #expect((Money(picodollars: .max) - Money(picodollars: -1)).picodollars == .max)
  }

  @Test("sums up beyond 64 bits without loss")
  func totals() {
    var total = MoneyTotal.zero
    for _ in 0..<1_000 { total += Money(picodollars: .max) }
    #expect(total.picodollars == Int128(Int64.max) * 1_000)
    total += MoneyTotal(picodollars: -1)
    #expect((total - MoneyTotal(picodollars: 7)).picodollars == Int128(Int64.max) * 1_000 - 8)
    #expect(Money(picodollars: 150_000).dollars == 1.5e-7)
  }
}
