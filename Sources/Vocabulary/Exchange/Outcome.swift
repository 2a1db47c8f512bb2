/// How one upstream attempt ended.
@frozen
public struct Outcome: BitwiseCopyable, Sendable, Hashable {
  /// The class of the ending.
  @frozen
  public enum Kind: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// The answer arrived whole.
    case succeeded
    /// The provider answered with an error status.
    case status
    /// No connection: refused, reset or unreachable.
    case connection
    /// The deadline for the first token passed.
    case firstTokenTimeout
    /// Too long a pause between tokens.
    case idleTimeout
    /// The deadline for the whole attempt passed.
    case totalTimeout
    /// The stream broke after it had begun.
    case brokenStream
    /// The gateway withdrew the attempt.
    case cancelled
    /// The provider refused the prompt: longer than its context window.
    case contextWindow
    /// The provider refused the prompt or the answer: its content policy.
    case contentPolicy
    /// The answer came whole, with status 200, and cannot be read: broken JSON, an empty body.
    case malformed
    /// The provider refuses further work until a period is over: the money for it is spent.
    case spendLimit
  }

  /// The HTTP status that stands for it: the provider's own, or 408, 499, 502, 504.
  ///
  /// First, so that the type ends with a byte of `kind`: an event of 32 bytes has room for its tag.
  public var status: UInt16
  /// The class.
  public var kind: Kind

  /// Makes an outcome.
  @inlinable @inline(__always)
  public init(_ kind: Kind, status: UInt16) {
    self.kind = kind
    self.status = status
  }

  /// The answer arrived whole.
  @inlinable public static var succeeded: Outcome { Outcome(.succeeded, status: 200) }
  /// The provider answered with an error status.
  @inlinable public static func status(_ code: UInt16) -> Outcome { Outcome(.status, status: code) }
  /// No connection.
  @inlinable public static var connection: Outcome { Outcome(.connection, status: 502) }
  /// The deadline for the first token passed.
  @inlinable public static var firstTokenTimeout: Outcome {
    Outcome(.firstTokenTimeout, status: 504)
  }
  /// Too long a pause between tokens.
  @inlinable public static var idleTimeout: Outcome { Outcome(.idleTimeout, status: 504) }
  /// The deadline for the whole attempt passed.
  @inlinable public static var totalTimeout: Outcome { Outcome(.totalTimeout, status: 504) }
  /// The stream broke after it had begun.
  @inlinable public static var brokenStream: Outcome { Outcome(.brokenStream, status: 502) }
  /// The gateway withdrew the attempt.
  @inlinable public static var cancelled: Outcome { Outcome(.cancelled, status: 499) }
  /// The prompt is longer than the context window (OpenAI: 400 `context_length_exceeded`).
  @inlinable public static var contextWindow: Outcome { Outcome(.contextWindow, status: 400) }
  /// The content policy stands against it (Azure OpenAI: 400 `content_filter`).
  @inlinable public static var contentPolicy: Outcome { Outcome(.contentPolicy, status: 400) }

  /// The money of the account's period is spent: a 429 whose code says that waiting does not help
  /// (Anthropic: `enforced_spend_limit_reached`; OpenAI: `insufficient_quota`).
  @inlinable public static var spendLimit: Outcome { Outcome(.spendLimit, status: 429) }

  /// The answer came to its end and cannot be read (RFC 9110, 15.6.3: an invalid response from the
  /// inbound server is a gateway's 502; the provider itself said 200).
  @inlinable public static var malformed: Outcome { Outcome(.malformed, status: 502) }

  /// Whether the answer arrived whole.
  @inlinable @inline(__always) public var isSuccess: Bool { kind == .succeeded }
  /// Whether the provider answered with an error, whatever it is about.
  @inlinable public var isErrorAnswer: Bool {
    kind == .status || kind == .contextWindow || kind == .contentPolicy || kind == .spendLimit
  }
  /// Whether a deadline ended it.
  @inlinable public var isTimeout: Bool {
    kind == .firstTokenTimeout || kind == .idleTimeout || kind == .totalTimeout
  }
}

/// How long a provider asks to wait before the next try; whole milliseconds, at most 49 days.
@frozen
public struct RetryAfter: BitwiseCopyable, Sendable, Hashable {
  @usableFromInline var raw: UInt32

  @inlinable init(raw: UInt32) { self.raw = raw }

  /// The provider did not say.
  @inlinable public static var unsaid: RetryAfter { RetryAfter(raw: .max) }

  /// The provider asks to wait for `duration`, rounded up to a millisecond.
  @inlinable
  public init(_ duration: Duration) {
    let nanoseconds = max(0, duration.nanoseconds)
    let milliseconds = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 == 0 ? 0 : 1)
    raw = UInt32(min(milliseconds, Int64(UInt32.max) - 1))
  }

  /// Until an instant, from now on; nothing is said of one that never comes.
  @inlinable
  public init(from now: Instant, until instant: Instant) {
    self = instant == .distantFuture ? .unsaid : RetryAfter(now.duration(to: instant))
  }

  /// Nanoseconds to wait; `nil` if the provider did not say.
  @inlinable
  public var nanoseconds: Int64? { raw == .max ? nil : Int64(raw) * 1_000_000 }
}
