/// A deployment's prices per token, as long as nothing but the kind of a token counts.
///
/// Silence about the cached rate, or about the rate of what is written to the cache, means the input
/// rate. Prices that depend on length, hour, volume or date are a `PriceCurve` beside the sheet.
@frozen
public struct PriceSheet: BitwiseCopyable, Sendable, Hashable {
  /// The price of an input token.
  public var input: TokenPrice
  /// The price of an input token read from the provider's prompt cache.
  public var cachedInput: TokenPrice
  /// The price of an input token written to the provider's prompt cache.
  public var cacheWrite: TokenPrice
  /// The price of an output token.
  public var output: TokenPrice

  /// Makes a sheet.
  @inlinable
  public init(
    input: TokenPrice, cachedInput: TokenPrice, cacheWrite: TokenPrice? = nil, output: TokenPrice
  ) {
    self.input = input
    self.cachedInput = cachedInput
    self.cacheWrite = cacheWrite ?? input
    self.output = output
  }

  /// The bill for `usage`: tokens × femtodollars, rounded once to picodollars, half to even.
  ///
  /// Exact while the bill stays under $9,000; beyond, it saturates.
  @inlinable
  public func bill(for usage: Usage) -> Money {
    if usage.cacheWriteTokens != 0 { return billWithWrites(for: usage) }
    let cached = Int64(min(usage.cachedInputTokens, usage.inputTokens))
    let fresh = Int64(usage.inputTokens) - cached
    let (a, o1) = fresh.multipliedReportingOverflow(by: input.femtodollars)
    let (b, o2) = cached.multipliedReportingOverflow(by: cachedInput.femtodollars)
    let (c, o3) = Int64(usage.outputTokens).multipliedReportingOverflow(by: output.femtodollars)
    let (ab, o4) = a.addingReportingOverflow(b)
    let (sum, o5) = ab.addingReportingOverflow(c)
    if o1 || o2 || o3 || o4 || o5 { return Money(picodollars: .max) }
    return Money(picodollars: PriceSheet.roundHalfEven(sum))
  }

  @usableFromInline
  func billWithWrites(for usage: Usage) -> Money {
    Money(roundingHalfEven: femtodollars(for: usage), over: 1000)
  }

  /// What `usage` costs in whole femtodollars, exactly.
  public func femtodollars(for usage: Usage) -> Int128 {
    let cached = min(usage.cachedInputTokens, usage.inputTokens)
    let written = min(usage.cacheWriteTokens, usage.inputTokens - cached)
    let fresh = usage.inputTokens - cached - written
    return Int128(fresh) * Int128(input.femtodollars)
      + Int128(cached) * Int128(cachedInput.femtodollars)
      + Int128(written) * Int128(cacheWrite.femtodollars)
      + Int128(usage.outputTokens) * Int128(output.femtodollars)
  }

  @inlinable @inline(__always)
  static func roundHalfEven(_ femtodollars: Int64) -> Int64 {
    let quotient = femtodollars / 1000
    // Half and an odd quotient is more than half: no branch, which would be mispredicted.
    let remainder = femtodollars &- quotient &* 1000
    return quotient &+ (remainder &+ (quotient & 1) > 500 ? 1 : 0)
  }
}

extension Money {
  /// The picodollars of a fraction that is not negative, rounded once, half to even; saturates.
  public init(roundingHalfEven numerator: Int128, over denominator: Int128) {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    let twice = remainder * 2
    let up = twice > denominator || (twice == denominator && quotient & 1 == 1)
    self.init(picodollars: Int64(clamping: up ? quotient + 1 : quotient))
  }
}
