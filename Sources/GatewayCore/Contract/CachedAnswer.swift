import Vocabulary

/// What a shared cache has found: an answer, or nothing.
@frozen
public struct CachedAnswer: BitwiseCopyable, Sendable, Hashable {
  /// What it consumed when it was fetched.
  public var usage: Usage
  /// The handle of its body; of the driver's choosing, and unlike those that a replica has made.
  public var body: BodyID
  /// Where it was fetched.
  public var deployment: DeploymentID
  /// How similar its question is to the one asked about, in millionths; 1,000,000 for the same text.
  public var similarity: Int32
  /// Whether there is one.
  public var isFound: Bool

  /// Makes an answer that was found.
  @inlinable
  public init(
    _ body: BodyID, usage: Usage, from deployment: DeploymentID, similarity: Int32 = 1_000_000
  ) {
    self.usage = usage
    self.body = body
    self.deployment = deployment
    self.similarity = similarity
    isFound = true
  }

  /// Nothing was found.
  @inlinable public static var nothing: CachedAnswer {
    var answer = CachedAnswer(BodyID(bits: 0), usage: .none, from: .none, similarity: 0)
    answer.isFound = false
    return answer
  }
}
