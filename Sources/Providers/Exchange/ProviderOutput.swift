public import Vocabulary

/// Where providers put what they promise; reused from call to call.
public struct ProviderOutput: ~Copyable, Sendable {
  /// The promises, in the order in which they were made.
  public var promises: Buffer<Promise>

  /// Makes an empty output.
  public init(capacity: Int = 16) { promises = Buffer(capacity: capacity) }
}
