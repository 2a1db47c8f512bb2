import Vocabulary

/// What a driver tells the core.
///
/// Plain values of at most 32 bytes, ids only. An event whose id is old or unknown is dropped and
/// counted, never trapped: a network delays, reorders and repeats.
@frozen
public enum Event: BitwiseCopyable, Sendable {
  /// The first token of a streamed answer has arrived. Told for requests that stream.
  case firstToken(AttemptID)
  /// An attempt has ended; every started attempt ends exactly once, also after one of its
  /// deadlines and after `cancelAttempt`, with what it had consumed until then.
  case attemptEnded(AttemptID, Usage, RetryAfter, Outcome)
  /// A timer that the core had set has fired.
  case timerFired(TimerID)
  /// The client has left.
  case abandoned(RequestID)
  /// A side call has ended.
  case sideCallEnded(SideCallID, succeeded: Bool, value: UInt64)
  /// Another replica has published a change of one of its counters, or what it has seen.
  case received(Delta, from: ReplicaID)
}

/// A timer of the core: it belongs to one request, or to none (`poll`).
///
/// A request has at most one timer of a kind at a time, and a replica at most one poll of a number:
/// setting it again moves it, whatever its number was.
@frozen
public struct TimerID: BitwiseCopyable, Sendable, Hashable {
  /// What a timer is for.
  @frozen
  public enum Kind: UInt8, BitwiseCopyable, Sendable, Hashable {
    /// The pause before a retry or a fallback.
    case backoff
    /// The delay before a hedge.
    case hedge
    /// A queued request is judged anew, or has waited long enough.
    case queue
    /// A look at something that belongs to no request (health, adaptive limits).
    case poll
  }

  /// The request it belongs to.
  public var request: RequestID
  /// What it is for.
  public var kind: Kind
  /// Which wait of the request it ends: a report about an earlier wait is late.
  public var number: UInt8

  /// Makes a timer's id.
  @inlinable
  public init(_ kind: Kind, of request: RequestID, number: UInt8) {
    self.request = request
    self.kind = kind
    self.number = number
  }
}

/// A question that the core asks outside (embedding, score, probe, central counter).
@frozen
public struct SideCallID: BitwiseCopyable, Sendable, Hashable {
  /// What is asked.
  public typealias Kind = SideCallKind

  /// The request it belongs to; `RequestID.none` for one that belongs to no request.
  public var request: RequestID
  /// What is asked.
  public var kind: Kind
  /// Its number within the request; for one that belongs to no request the core's own number, which
  /// is the deployment's index for a probe.
  public var number: UInt16

  /// Makes a side call's id.
  @inlinable
  public init(_ kind: Kind, of request: RequestID, number: UInt16) {
    self.request = request
    self.kind = kind
    self.number = number
  }
}
