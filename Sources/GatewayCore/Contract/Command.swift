import Vocabulary

/// What the core asks of its driver.
///
/// Plain values of at most 32 bytes, ids only; carried out in order, after the call that made them.
@frozen
public enum Command: BitwiseCopyable, Sendable {
  /// Start an upstream attempt, and enforce its deadlines. (They stand first so that the whole
  /// command fits 32 bytes.)
  case startAttempt(Deadlines, AttemptID, requestSlot: UInt32, DeploymentID)
  /// Withdraw an attempt; its `attemptEnded` still comes.
  case cancelAttempt(AttemptID)
  /// Fire a timer at an instant. A timer that is already set is moved.
  case setTimer(TimerID, at: Instant)
  /// Forget a timer.
  case clearTimer(TimerID)
  /// Commit to an answer: from now on the client sees bytes.
  case beginAnswer(RequestID, AnswerSource)
  /// Close the client's side at an instant, now or shortly: the latency stops then.
  case finishAnswer(RequestID, AnswerEnd)
  /// Keep the body of a request's answer under a handle.
  case keepBody(BodyID, from: RequestID)
  /// Forget a body.
  case releaseBody(BodyID)
  /// Post the answer of a request to the cache that replicas share, to be found by side calls of a
  /// kind; nobody waits for it to arrive.
  case shareAnswer(RequestID, by: SideCallKind)
  /// Ask something outside; exactly one `sideCallEnded` follows, also after the deadline.
  case startSideCall(SideCallID, deadline: Instant)
  /// Tell the other replicas of a change.
  case publish(Delta)
  /// Tell the other replicas what an attempt has shown a strategy: the lesson at that place of
  /// `Output.lessons`.
  case publishLesson(UInt32)
  /// Tell the central store of counters what a request, or an attempt of it, that it had been asked
  /// about has used; a store that is down is told when it is back.
  case tellStore(RequestID, StoreReport)
}

/// What a replica asks the central store of counters about: a request, or an attempt of it.
@frozen
public struct StoreQuestion: BitwiseCopyable, Sendable, Hashable {
  /// Where the attempt is to be made; `none` for the request as a whole.
  public var deployment: DeploymentID
  /// The number of the attempt in its request; 255 for the request as a whole.
  public var attempt: UInt8

  /// Asks about an attempt.
  @inlinable
  public init(deployment: DeploymentID, attempt: UInt8) {
    self.deployment = deployment
    self.attempt = attempt
  }

  /// Asks about the request as a whole.
  @inlinable public static var request: StoreQuestion {
    StoreQuestion(deployment: .none, attempt: .max)
  }

  /// Whether it is about an attempt.
  @inlinable public var isAboutAttempt: Bool { deployment != .none }
}

/// What a request, or an attempt, has used that a central store of counters had been asked about.
@frozen
public struct StoreReport: BitwiseCopyable, Sendable, Hashable {
  /// How it has ended.
  @frozen
  public enum End: UInt8, BitwiseCopyable, Sendable, Hashable {
    /// It was let in, and has used what it has used.
    case used
    /// A cache has answered it.
    case hit
    /// It was refused, or never made, in spite of the store's admission.
    case refused
  }

  /// What the gateway takes its cost for.
  public var cost: Money
  /// Input tokens.
  public var inputTokens: UInt32
  /// Output tokens.
  public var outputTokens: UInt32
  /// How it has ended.
  public var end: End
  /// What had been asked.
  public var question: StoreQuestion

  /// Makes a report.
  @inlinable
  public init(
    _ end: End, of question: StoreQuestion = .request, inputTokens: UInt32 = 0,
    outputTokens: UInt32 = 0, cost: Money = .zero
  ) {
    self.end = end
    self.question = question
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.cost = cost
  }
}

/// Where an answer comes from.
@frozen
public enum AnswerSource: BitwiseCopyable, Sendable, Hashable {
  /// An upstream attempt.
  case attempt(AttemptID)
  /// The gateway's cache.
  case cache(BodyID)
  /// The attempt of another request, which this one follows.
  case follow(AttemptID)
}

/// The deadlines of one attempt; they travel with the command and the driver enforces them.
///
/// The pauses are whole microseconds, `.max` for none (at most 71 minutes); the total is an
/// instant, so that it can be the rest of the request's own deadline to the nanosecond.
@frozen
public struct Deadlines: BitwiseCopyable, Sendable, Hashable {
  /// When the attempt must have ended; `distantFuture` if never.
  public var total: Instant
  /// Microseconds until the first token must have come; `.max` for no such deadline.
  ///
  /// Applies to streamed answers: of another nothing is seen before its end.
  public var firstTokenMicroseconds: UInt32
  /// Microseconds that may pass between two tokens; `.max` for no such deadline.
  ///
  /// Applies to streamed answers as well.
  public var idleMicroseconds: UInt32

  /// Makes deadlines.
  @inlinable
  public init(
    total: Instant = .distantFuture, firstTokenMicroseconds: UInt32 = .max,
    idleMicroseconds: UInt32 = .max
  ) {
    self.total = total
    self.firstTokenMicroseconds = firstTokenMicroseconds
    self.idleMicroseconds = idleMicroseconds
  }

  /// The instant by which the first token must have come, for an attempt started at `start`.
  @inlinable @inline(__always)
  public func firstToken(after start: Instant) -> Instant {
    firstTokenMicroseconds == .max
      ? .distantFuture : start.advanced(byNanoseconds: Int64(firstTokenMicroseconds) &* 1000)
  }

  /// The longest pause between tokens in nanoseconds; `.max` for none.
  @inlinable @inline(__always)
  public var idleNanoseconds: Int64 {
    idleMicroseconds == .max ? .max : Int64(idleMicroseconds) &* 1000
  }

  /// A duration in the microseconds of this type, rounded up; the longest possible for more.
  @inlinable
  public static func microseconds(_ duration: Duration?) -> UInt32 {
    guard let duration else { return .max }
    let nanoseconds = max(0, duration.nanoseconds)
    let value = nanoseconds / 1000 + (nanoseconds % 1000 == 0 ? 0 : 1)
    return UInt32(min(value, Int64(UInt32.max) - 1))
  }
}
