import Vocabulary

/// One arrival: when, what a gateway can know of it, and what only the world knows.
@frozen
public struct Arrival: BitwiseCopyable, Sendable {
  /// When the request reaches the gateway.
  public var at: Instant
  /// The request; its `number` is set by whoever drives the run.
  public var request: Request
  /// The demand that the call makes of whoever serves it.
  public var truth: Truth
  /// The pieces of its prompt, if they are known.
  public var prefix = PrefixHandle.none
  /// What a client that listens remembers of the call.
  public var memory = CallMemory()

  /// Makes an arrival.
  @inlinable
  public init(at: Instant, request: Request, truth: Truth) {
    self.at = at
    self.request = request
    self.truth = truth
  }

  /// An arrival to be overwritten: the place that `Client.next(into:)` fills.
  @inlinable
  public static var blank: Arrival {
    Arrival(
      at: .distantPast,
      request: Request(call: CallKey(bits: 0), inputTokens: 0, alias: AliasID(0)),
      truth: Truth(outputTokens: 0))
  }
}
