public import Vocabulary

/// The demand that one upstream attempt makes of a deployment.
@frozen
public struct AttemptStart: BitwiseCopyable, Sendable {
  /// The driver's own index of the attempt; comes back in the promise.
  public var flight: UInt32
  /// The call: the key of everything that is drawn about the attempt.
  public var call: CallKey
  /// Where the attempt is made.
  public var deployment: DeploymentID
  /// The number of earlier attempts of this call on this deployment.
  public var ordinal: UInt32
  /// Tokens in the prompt, as the gateway counts them.
  public var inputTokens: UInt32
  /// Of these, the tokens that the provider has in its prompt cache; where a deployment has a cache
  /// of its own, that says it.
  public var cachedInputTokens: UInt32
  /// Of the others, the tokens that are written to its prompt cache.
  public var cacheWriteTokens: UInt32 = 0
  /// Tokens of the whole answer, as the gateway counts them; already capped.
  public var outputTokens: UInt32
  /// The most output tokens that the client allows, which quotas reserve; `.max` if unsaid.
  public var outputCap: UInt32
  /// Whether the answer is streamed.
  public var streams: Bool
  /// The priority; 0 is the lowest.
  public var priority: UInt8
  /// The pieces of its prompt, if they are known.
  public var prefix: PrefixHandle
  /// The conversation, 0 if it belongs to none.
  public var conversation: UInt64

  /// Makes a demand.
  @inlinable
  public init(
    flight: UInt32, call: CallKey, deployment: DeploymentID, ordinal: UInt32 = 0,
    inputTokens: UInt32, cachedInputTokens: UInt32 = 0, outputTokens: UInt32,
    outputCap: UInt32 = .max, streams: Bool = false, priority: UInt8 = 0,
    prefix: PrefixHandle = .none, conversation: UInt64 = 0
  ) {
    self.flight = flight
    self.call = call
    self.deployment = deployment
    self.ordinal = ordinal
    self.inputTokens = inputTokens
    self.cachedInputTokens = cachedInputTokens
    self.outputTokens = outputTokens
    self.outputCap = outputCap
    self.streams = streams
    self.priority = priority
    self.prefix = prefix
    self.conversation = conversation
  }
}
