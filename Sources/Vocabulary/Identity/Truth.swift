/// What only the world knows about a call: the demand it will make of whoever serves it.
@frozen
public struct Truth: BitwiseCopyable, Sendable {
  /// How many tokens the answer will have.
  public var outputTokens: UInt32
  /// How many of the input tokens the provider has in its prompt cache.
  public var cachedInputTokens: UInt32

  /// Makes a truth.
  @inlinable
  public init(outputTokens: UInt32, cachedInputTokens: UInt32 = 0) {
    self.outputTokens = outputTokens
    self.cachedInputTokens = cachedInputTokens
  }
}
