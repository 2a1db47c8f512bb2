/// How a request ended for its client: what the client sees of it, and no more.
///
/// A server writes it as a status line with a `Retry-After` header, or closes the stream; a
/// simulated client decides by it whether it comes back.
@frozen
public struct AnswerEnd: BitwiseCopyable, Sendable, Hashable {
  /// When.
  public var at: Instant
  /// How long the gateway asks to wait before the next try.
  public var retryAfter: RetryAfter
  /// The status that the client sees, and what it stands for.
  public var outcome: Outcome
  /// The class of the ending.
  public var end: RequestRecord.End
  /// Whether the answer had begun: what ends without success after that is a broken stream.
  public var hasBegun: Bool

  /// Makes an ending.
  @inlinable
  public init(
    _ end: RequestRecord.End, _ outcome: Outcome, retryAfter: RetryAfter = .unsaid,
    hasBegun: Bool = false, at instant: Instant
  ) {
    at = instant
    self.retryAfter = retryAfter
    self.outcome = outcome
    self.end = end
    self.hasBegun = hasBegun
  }

  /// A whole answer.
  @inlinable
  public static func succeeded(at instant: Instant) -> AnswerEnd {
    AnswerEnd(.succeeded, .succeeded, hasBegun: true, at: instant)
  }
}
