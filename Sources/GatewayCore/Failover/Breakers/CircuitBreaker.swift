import Chance
import Vocabulary

/// One deployment's circuit breaker, or one leaf's: closed, open, half open.
///
/// Closed it counts outcomes until its trip says that there are too many failures. Open it refuses
/// until an instant. Then its recovery says what passes and what closes it. Outcomes of attempts
/// that were started before the breaker opened do not count while it is open or half open, nor do
/// those of probes that it sent when it was half open before; except that with the clock of the
/// last failure each failure starts the open time again. Sources: M. Nygard, "Release It!" (2007);
/// resilience4j; failsafe-go; see the trips and recoveries for the rules of gateways.
/// - Complexity: O(1) per question and outcome; a closed breaker costs one branch a question.
public struct CircuitBreaker: Sendable {
  /// The states.
  public enum State: BitwiseCopyable, Sendable, Equatable {
    /// Lets everything pass.
    case closed
    /// Lets nothing pass until an instant.
    case open(until: Instant)
    /// Lets pass what the recovery says; the open time was over at an instant.
    case halfOpen(since: Instant)
  }

  /// What a breaker says to a candidate.
  public enum Verdict: Equatable, Sendable {
    /// Go.
    case pass
    /// Go, as a probe.
    case probe
    /// Do not.
    case refuse
  }

  /// The state.
  public private(set) var state = State.closed
  private var trip: any Trip
  private var recovery: any Recovery
  private let open: OpenTime
  private let on: OutcomeSet
  private let retryAfter: BreakerRule.RetryAfterRule
  private let draws: ChanceKey
  /// Whose attempts count.
  let sharing: GuardState
  /// When it last became half open: a probe that was started before is a probe no more.
  private var probesSince = Instant.distantPast
  /// When its present count had its first failure.
  private var firstFailure = Instant.distantPast
  private var lastClosed = Instant.distantPast
  private var repetitions = 0

  /// A closed breaker; `draws` decides about calls at a ramp.
  public init(_ rule: BreakerRule, draws: ChanceKey) {
    trip = rule.trip
    recovery = rule.recovery
    open = rule.open
    on = rule.on
    retryAfter = rule.retryAfter
    sharing = rule.state
    self.draws = draws
  }

  /// Whether it is closed: then it lets everything pass.
  @inline(__always)
  public var isClosed: Bool { if case .closed = state { true } else { false } }

  /// What it would say now to a call; changes nothing.
  @inline(__always)
  public func verdict(for call: CallKey, at now: Instant) -> Verdict {
    switch state {
    case .closed: return .pass
    case .open(let until) where now < until: return .refuse
    case .open(let since), .halfOpen(let since): return recovering(since, call, now)
    }
  }

  @inline(never)
  private func recovering(_ since: Instant, _ call: CallKey, _ now: Instant) -> Verdict {
    recovery.verdict(since: since, at: now) { draws.uniform(call: call) }
  }

  /// An attempt starts that it lets pass, or that passes it by; whether the state's name changed.
  public mutating func started(_ verdict: Verdict, at now: Instant) -> Bool {
    switch (verdict, state) {
    case (.refuse, _), (_, .closed): return false
    case (.pass, _):
      close(at: now)
      return true
    case (.probe, .open(let until)):
      probesSince = now
      recovery.probeStarted()
      state = .halfOpen(since: until)
      return true
    case (.probe, .halfOpen):
      recovery.probeStarted()
      return false
    }
  }

  /// An attempt has ended; returns whether the state changed.
  ///
  /// `isProbe`: it was started as a probe, at `started`. A cancelled attempt says nothing about the
  /// deployment.
  public mutating func ended(
    _ outcome: Outcome, _ hint: RetryAfter = .unsaid, isProbe: Bool, started: Instant,
    at now: Instant
  ) -> Bool {
    let isWithdrawn = outcome.kind == .cancelled
    let failed = on.contains(outcome)
    if retryAfter == .atOnce, outcome.status == 429, let asked = hint.nanoseconds {
      let until = now.advanced(byNanoseconds: asked)
      if case .open(let already) = state, already >= until { return false }
      opens(until: until)
      return true
    }
    switch state {
    case .closed:
      if isWithdrawn { return false }
      if trip.counts(failed: failed, at: now) {
        if failed, trip.failures == 1 { firstFailure = now }
        opens(hint, at: now)
        return true
      }
      if failed, trip.failures == 1 { firstFailure = now }
      return false
    case .open(let until):
      guard failed, open.clock == .lastFailure, now < until else { return false }
      state = .open(until: now.advanced(byNanoseconds: open.length(repetitions)))
      return true
    case .halfOpen:
      guard isProbe, started >= probesSince else { return false }
      switch recovery.probeEnded(isWithdrawn ? .withdrawn : failed ? .badly : .well) {
      case .stays: return false
      case .closes: close(at: now)
      case .opens: opens(hint, at: now)
      }
      return true
    }
  }

  /// Another replica's attempt has ended; returns whether the state changed.
  ///
  /// It counts as an own one that is no probe. A breaker that closes without a probe is closed from
  /// the end of its open time on, though nothing has passed here.
  mutating func heard(_ outcome: Outcome, _ hint: RetryAfter, at now: Instant) -> Bool {
    var hasClosed = false
    if case .open(let until) = state, until <= now, recovery.isImmediate {
      close(at: now)
      hasClosed = true
    }
    let changes = ended(outcome, hint, isProbe: false, started: .distantPast, at: now)
    return changes || hasClosed
  }

  /// Another replica's breaker has opened until an instant; returns whether the state changed.
  ///
  /// Repetitions are each breaker's own: it did not open by what it has seen.
  mutating func heard(openUntil until: Instant, at now: Instant) -> Bool {
    guard now < until else { return false }
    if case .open(let already) = state, already >= until { return false }
    opens(until: until)
    return true
  }

  /// Forgets the probes that it has sent: it probes anew.
  mutating func forgetProbes() {
    guard case .halfOpen(let since) = state else { return }
    recovery.begin()
    state = .open(until: since)
  }

  private mutating func opens(_ hint: RetryAfter, at now: Instant) {
    if case .closed = state, lastClosed != .distantPast,
      lastClosed.nanoseconds(to: now) > open.forgetAfter
    {
      repetitions = 0
    }
    repetitions += 1
    if retryAfter == .whenOpening, let asked = hint.nanoseconds {
      return opens(until: now.advanced(byNanoseconds: asked))
    }
    let wasClosed = isClosed
    let start = open.clock == .firstFailure && wasClosed ? firstFailure : now
    opens(until: max(now, start.advanced(byNanoseconds: open.length(repetitions))))
  }

  private mutating func opens(until: Instant) {
    trip.forget()
    recovery.begin()
    state = .open(until: until)
  }

  private mutating func close(at now: Instant) {
    trip.forget()
    state = .closed
    lastClosed = now
  }

  /// The state as notes carry it, and the instant until which an open one refuses.
  var noted: (value: Int64, until: Int64) {
    switch state {
    case .closed: (0, 0)
    case .open(let until): (1, until.nanoseconds)
    case .halfOpen: (2, 0)
    }
  }
}
