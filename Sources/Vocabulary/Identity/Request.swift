/// One arrival at the gateway, with all that a gateway can know about it.
///
/// What only the world knows (the true output length, the difficulty, the bill) is in `Truth`,
/// which the core cannot see.
@frozen
public struct Request: BitwiseCopyable, Sendable {
  /// The arrival's number in the run, from 0: the number of `explain --request`.
  public var number: UInt64
  /// The call that this request is a try of.
  public var call: CallKey
  /// The 128-bit fingerprint of the canonical body: equal bodies, equal fingerprints.
  public var fingerprint: UInt128
  /// The conversation, 0 if it belongs to none.
  public var conversation: UInt64
  /// When the client's patience or its own deadline ends; `distantFuture` if never.
  public var deadline: Instant
  /// The tags.
  public var tags: TagSet
  /// What the request needs of a model.
  public var capabilities: TagSet
  /// Who asks.
  public var identity: Identity
  /// Tokens in the prompt, as the gateway counts them.
  public var inputTokens: UInt32
  /// The most output tokens the client allows; `.max` if it does not say.
  public var outputCap: UInt32
  /// What model is asked for.
  public var alias: AliasID
  /// The priority; 0 is the lowest.
  public var priority: UInt8
  /// Whether the answer is streamed.
  public var streams: Bool
  /// Which of the client's tries of the call it is, from 0.
  public var clientTry: UInt8

  /// Makes a request.
  @inlinable
  public init(
    number: UInt64 = 0, call: CallKey, fingerprint: UInt128 = 0, conversation: UInt64 = 0,
    deadline: Instant = .distantFuture, tags: TagSet = [], capabilities: TagSet = [],
    identity: Identity = Identity(), inputTokens: UInt32, outputCap: UInt32 = .max,
    alias: AliasID, priority: UInt8 = 0, streams: Bool = false, clientTry: UInt8 = 0
  ) {
    self.number = number
    self.call = call
    self.fingerprint = fingerprint
    self.conversation = conversation
    self.deadline = deadline
    self.tags = tags
    self.capabilities = capabilities
    self.identity = identity
    self.inputTokens = inputTokens
    self.outputCap = outputCap
    self.alias = alias
    self.priority = priority
    self.streams = streams
    self.clientTry = clientTry
  }
}
