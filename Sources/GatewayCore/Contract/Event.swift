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
  /// Another replica has published a change of one of its counters.
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

/// A change of one of a replica's counters, for the other replicas.
@frozen
public struct Delta: BitwiseCopyable, Sendable, Hashable {
  /// What is counted.
  @frozen
  public enum Counter: UInt8, BitwiseCopyable, Sendable, Hashable {
    /// Attempts in flight on a deployment.
    case inFlight
    /// Permits of a limit.
    case limit
  }

  /// By how much it has changed.
  public var change: Int64
  /// When what has changed was charged, for a limit.
  public var charged: Instant
  /// Which bucket of a limit.
  public var bucket: UInt32
  /// Which deployment, or which limit of the policy.
  public var subject: UInt16
  /// What is counted.
  public var counter: Counter
  /// How many policies the sender had taken over: another policy's limits are others.
  public var policy: UInt8

  /// Makes a change of what is in flight on a deployment.
  @inlinable
  public init(_ counter: Counter, of deployment: DeploymentID, change: Int64) {
    self.counter = counter
    self.change = change
    charged = .start
    bucket = 0
    subject = deployment.index
    policy = 0
  }

  /// Makes a change of a limit's bucket.
  @inlinable
  public init(
    limit: UInt16, bucket: UInt32, change: Int64, charged: Instant, policy: UInt8
  ) {
    counter = .limit
    self.change = change
    self.charged = charged
    self.bucket = bucket
    subject = limit
    self.policy = policy
  }

  /// Which deployment, if it is one's.
  @inlinable public var deployment: DeploymentID { DeploymentID(Int(subject)) }
}
