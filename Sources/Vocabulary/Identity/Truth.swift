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
  /// How hard it is, in parts of 2³¹: 0 is the easiest, 2³¹ the hardest.
  public var difficulty: UInt32

  /// Makes a truth.
  @inlinable
  public init(
    outputTokens: UInt32, cachedInputTokens: UInt32 = 0, cluster: UInt32 = 0, difficulty: UInt32 = 0
  ) {
    self.outputTokens = outputTokens
    self.cachedInputTokens = cachedInputTokens
    self.cluster = cluster
    self.difficulty = difficulty
  }

  /// A number from 0 to 1 in parts of 2³¹, to the nearest; what is outside is cut off.
  @inlinable
  public static func difficulty(_ number: Double) -> UInt32 {
    UInt32(min(max(number, 0), 1) * 2_147_483_648 + 0.5)
  }

  /// What a service says of the difficulty, in parts of 2⁶³: exactly this many parts of 2³¹.
  @inlinable public var score: UInt64 { UInt64(difficulty) << 32 }
}
