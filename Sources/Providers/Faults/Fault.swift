public import Chance
public import Vocabulary

/// One way in which an attempt fails by itself, and how often.
public struct Fault: Sendable, Hashable {
  /// What goes wrong.
  public enum Kind: Sendable, Hashable {
    /// The provider answers with an error status.
    case status(UInt16)
    /// No connection: refused or reset.
    case connection
    /// No connection and no answer to the wish for one: packets are lost. A gateway notices by its
    /// connect timeout, without one only by the deadlines of the whole attempt.
    case unreachable
    /// The provider takes the request and never answers.
    case hang
    /// The stream breaks after a part of the tokens.
    case broken
    /// The provider refuses the prompt: it is too long.
    case contextWindow
    /// The provider refuses the prompt or the answer: its content policy.
    case contentPolicy
    /// The answer comes whole, with status 200, and cannot be read.
    case malformed
  }

  /// When it shows.
  public enum Delay: Sendable, Hashable {
    /// So long after the start of the attempt.
    case after(Duration)
    /// After this share of the attempt's own time (of `broken`: of its time between the tokens).
    case fraction(Double)
    /// After a share that is drawn anew for each attempt, uniform in (0, 1).
    case drawnFraction
    /// After so many output tokens, drawn anew for each attempt; an answer that has no more is whole.
    case tokens(Sampler)
  }

  /// What goes wrong.
  public var kind: Kind
  /// The share of attempts that meet it.
  public var share: Probability
  /// When it shows; without meaning for `hang` and `unreachable`.
  public var delay: Delay
  /// How long the answer asks to wait before the next try; only of a status.
  public var retryAfter: RetryAfter
  /// What it costs.
  public var billing: FaultBilling

  /// Makes a fault.
  public init(
    _ kind: Kind, share: Probability, delay: Delay, retryAfter: RetryAfter = .unsaid,
    billing: FaultBilling = .usual
  ) {
    self.billing = billing
    self.retryAfter = retryAfter
    self.kind = kind
    self.share = share
    self.delay = delay
  }

  /// The delay of an error that says nothing about it: 50 ms.
  public static var usualDelay: Duration { .milliseconds(50) }
}
