/// Tokens that an attempt has consumed.
@frozen
public struct Usage: BitwiseCopyable, Sendable, Hashable {
  /// Input tokens in all, cached ones included.
  public var inputTokens: UInt32
  /// Of the input tokens, those billed at the cached rate.
  public var cachedInputTokens: UInt32
  /// Output tokens.
  public var outputTokens: UInt32

  /// Makes a usage.
  @inlinable @inline(__always)
  public init(inputTokens: UInt32 = 0, cachedInputTokens: UInt32 = 0, outputTokens: UInt32 = 0) {
    self.inputTokens = inputTokens
    self.cachedInputTokens = cachedInputTokens
    self.outputTokens = outputTokens
  }

  /// Nothing consumed.
  @inlinable public static var none: Usage { Usage() }
}

/// A deployment's prices per token.
///
/// Silence about the cached rate means the input rate.
@frozen
public struct PriceSheet: BitwiseCopyable, Sendable, Hashable {
  /// The price of an input token.
  public var input: TokenPrice
  /// The price of an input token read from the provider's prompt cache.
  public var cachedInput: TokenPrice
  /// The price of an output token.
  public var output: TokenPrice

  /// Makes a sheet.
  @inlinable
  public init(input: TokenPrice, cachedInput: TokenPrice, output: TokenPrice) {
    self.input = input
    self.cachedInput = cachedInput
    self.output = output
  }

  /// The bill for `usage`: tokens × femtodollars, rounded once to picodollars, half to even.
  ///
  /// Exact while the bill stays under $9,000; beyond, it saturates.
  @inlinable
  public func bill(for usage: Usage) -> Money {
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

  @inlinable @inline(__always)
  static func roundHalfEven(_ femtodollars: Int64) -> Int64 {
    let (quotient, remainder) = femtodollars.quotientAndRemainder(dividingBy: 1000)
    if remainder > 500 || (remainder == 500 && quotient & 1 == 1) { return quotient + 1 }
    return quotient
  }
}
