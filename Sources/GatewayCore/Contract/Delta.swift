import Vocabulary

/// What one replica tells the others: a change of a counter, or what its attempts have shown.
///
/// 25 bytes; `counter` says what the fields mean. The driver delivers it to every other replica, by
/// gossip after the fleet's lag, or through the store of counters.
@frozen
public struct Delta: BitwiseCopyable, Sendable, Hashable {
  /// What is told.
  @frozen
  public enum Counter: UInt8, BitwiseCopyable, Sendable, Hashable {
    /// Attempts in flight on a deployment.
    case inFlight
    /// Permits of a limit.
    case limit
    /// How an attempt at a deployment has ended, and which breaker guards its leaf.
    case outcome
    /// Until when a breaker is open.
    case opened
    /// Until when an ejection keeps a deployment out.
    case ejected
    /// Where a sticky node keeps a key, and until when.
    case pin
    /// What a retry budget has counted.
    case budget
  }

  /// How it goes.
  @frozen
  public enum Way: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// From replica to replica, after the lag.
    case gossip
    /// Through the store of counters: after its latency, and not while it is down.
    case store
  }

  /// By how much a counter has changed; the parts of an outcome; an instant; a key; a permit.
  public var change: Int64
  /// When what has changed was charged, or the attempt had started, or ended; when a pin ends.
  public var charged: Instant
  /// Which bucket of a limit; the breaker of an outcome, `.max` for none; the parts of a pin, or of
  /// what a budget has counted.
  public var bucket: UInt32
  /// Which deployment, breaker, limit, sticky table or retry budget of the policy.
  public var subject: UInt16
  /// What is told.
  public var counter: Counter
  /// How many policies the sender had taken over: another policy's limits are others.
  public var policy: UInt8
  /// How it goes.
  public var way = Way.gossip

  /// Makes a change of what is in flight on a deployment, by an attempt that started at an instant.
  @inlinable
  public init(
    _ counter: Counter, of deployment: DeploymentID, change: Int64, started: Instant = .start
  ) {
    self.counter = counter
    self.change = change
    charged = started
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

  /// Tells how an attempt has ended.
  init(
    outcome: Outcome, _ hint: RetryAfter, of deployment: DeploymentID, breaker: Int16,
    ended: Instant, policy: UInt8
  ) {
    let milliseconds = hint.nanoseconds.map { $0 / 1_000_000 } ?? Int64(UInt32.max)
    counter = .outcome
    change =
      milliseconds << 24 | Int64(outcome.kind.rawValue) << 16 | Int64(outcome.status)
    charged = ended
    bucket = breaker < 0 ? .max : UInt32(breaker)
    subject = deployment.index
    self.policy = policy
  }

  /// Tells until when a breaker is open, or an ejection (by its place) keeps a deployment out.
  init(
    _ counter: Counter, _ subject: UInt16, place: Int = 0, until: Instant, at now: Instant,
    policy: UInt8
  ) {
    self.counter = counter
    change = until.nanoseconds
    charged = now
    bucket = UInt32(place)
    self.subject = subject
    self.policy = policy
  }

  /// Which deployment, if it is one's.
  @inlinable public var deployment: DeploymentID { DeploymentID(Int(subject)) }

  /// How the attempt had ended; `nil` for what no attempt can have ended with.
  var outcome: Outcome? {
    guard let kind = Outcome.Kind(rawValue: UInt8(truncatingIfNeeded: change >> 16)) else {
      return nil
    }
    return Outcome(kind, status: UInt16(truncatingIfNeeded: change))
  }

  /// What is left now of the pause that the provider had asked for.
  func hint(at now: Instant) -> RetryAfter {
    let milliseconds = change >> 24
    guard milliseconds < Int64(UInt32.max) else { return .unsaid }
    let left = milliseconds * 1_000_000 - max(0, charged.nanoseconds(to: now))
    return RetryAfter(.nanoseconds(max(0, left)))
  }

  /// The instant that a verdict names.
  public var until: Instant { Instant(nanoseconds: change) }

  /// Whether it is a verdict: true until an instant, also for who comes later.
  public var isVerdict: Bool { counter == .opened || counter == .ejected }
}
