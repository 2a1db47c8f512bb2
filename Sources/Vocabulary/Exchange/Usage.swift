/// Tokens that an attempt has consumed.
@frozen
public struct Usage: BitwiseCopyable, Sendable, Hashable {
  /// Input tokens in all, cached and written ones included.
  public var inputTokens: UInt32
  /// Of the input tokens, those read from the provider's prompt cache.
  public var cachedInputTokens: UInt32
  /// Of the input tokens that were not cached, those written to the provider's prompt cache.
  public var cacheWriteTokens: UInt32
  /// Output tokens.
  public var outputTokens: UInt32

  /// Makes a usage.
  @inlinable @inline(__always)
  public init(
    inputTokens: UInt32 = 0, cachedInputTokens: UInt32 = 0, cacheWriteTokens: UInt32 = 0,
    outputTokens: UInt32 = 0
  ) {
    self.inputTokens = inputTokens
    self.cachedInputTokens = cachedInputTokens
    self.cacheWriteTokens = cacheWriteTokens
    self.outputTokens = outputTokens
  }

  /// Nothing consumed.
  @inlinable public static var none: Usage { Usage() }
}
