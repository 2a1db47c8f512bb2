public import Vocabulary

/// How an attempt will end if nobody withdraws it: the provider's whole answer, known ahead.
///
/// A provider with a queue promises in parts: an *open* promise says at most that the first token is
/// there; the end follows at the end.
@frozen
public struct Promise: BitwiseCopyable, Sendable {
  /// The driver's own index of the attempt.
  public var flight: UInt32
  /// How long the provider asks to wait before the next try.
  public var retryAfter: RetryAfter
  /// Which incidents touch it: one bit an incident.
  public var incidents: UInt32
  /// How it will end.
  ///
  /// A hanging attempt says `totalTimeout` and ends at `distantFuture`.
  public var outcome: Outcome
  /// Whether the answer is worse than it looks: whole, with status 200, and wrong.
  public var isDegraded: Bool
  /// Whether it hangs because no connection comes about: what a connect timeout ends.
  public var isUnreached = false
  /// Who pays if it fails by itself.
  public var billing: FaultBilling
  /// When the first token is made, streamed or not; `distantFuture` if never.
  public var firstToken: Instant
  /// When it ends; `distantFuture` if it hangs.
  public var end: Instant
  /// What it will have consumed by its end.
  public var usage: Usage
  /// What the provider will bill for it at its end.
  public var bill: Money
  /// When its stream stands still between two tokens; `distantFuture` if it never does.
  public var pausedAt: Instant
  /// For how long it stands still: what an idle deadline looks at.
  public var pauseNanoseconds: Int64

  /// How long before the first visible token the first hidden one is made.
  public var hiddenNanoseconds: Int64

  /// Makes a promise.
  @inlinable
  public init(
    flight: UInt32, outcome: Outcome, retryAfter: RetryAfter = .unsaid, incidents: UInt32 = 0,
    isDegraded: Bool = false, billing: FaultBilling = .usual, firstToken: Instant = .distantFuture,
    end: Instant,
    usage: Usage = .none, bill: Money = .zero,
    pausedAt: Instant = .distantFuture, pauseNanoseconds: Int64 = 0,
    hiddenNanoseconds: Int64 = 0
  ) {
    self.flight = flight
    self.outcome = outcome
    self.retryAfter = retryAfter
    self.incidents = incidents
    self.isDegraded = isDegraded
    self.billing = billing
    self.firstToken = firstToken
    self.end = end
    self.usage = usage
    self.bill = bill
    self.pausedAt = pausedAt
    self.pauseNanoseconds = pauseNanoseconds
    self.hiddenNanoseconds = hiddenNanoseconds
  }

  /// Whether the provider never answers.
  @inlinable public var hangs: Bool { end == .distantFuture && !outcome.isSuccess }

  /// Whether the end is not known yet: the provider makes another promise when it is.
  @inlinable public var isOpen: Bool { end == .distantFuture && outcome.isSuccess }

  /// What is known of an attempt that waits at a provider with a queue: nothing.
  @inlinable
  public static func open(flight: UInt32) -> Promise {
    Promise(flight: flight, outcome: .succeeded, end: .distantFuture)
  }
}
