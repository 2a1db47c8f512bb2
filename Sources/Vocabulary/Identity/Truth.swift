/// What only the world knows about a call: the demand it will make of whoever serves it.
@frozen
public struct Truth: BitwiseCopyable, Sendable {
  /// How many tokens the answer will have.
  public var outputTokens: UInt32
  /// How many of the input tokens the provider has in its prompt cache.
  public var cachedInputTokens: UInt32
  /// What it asks for in substance: calls of one semantic cluster may share an answer; 0 if nothing
  /// is said.
  public var cluster: UInt32
  /// How hard it is: 0 is the easiest, `UInt16.max` the hardest.
  public var difficulty: UInt16

  /// Makes a truth.
  @inlinable
  public init(
    outputTokens: UInt32, cachedInputTokens: UInt32 = 0, cluster: UInt32 = 0, difficulty: UInt16 = 0
  ) {
    self.outputTokens = outputTokens
    self.cachedInputTokens = cachedInputTokens
    self.cluster = cluster
    self.difficulty = difficulty
  }
}
