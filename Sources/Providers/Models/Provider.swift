public import Vocabulary

/// One simulated deployment: a state machine that turns demand into promises.
///
/// *Demand* (work, noise, fault) is drawn under keys and does not depend on the policy; *time*
/// emerges from load. An analytic model promises at `start`; a queueing model promises from `wake`.
public protocol Provider: ~Copyable, Sendable {
  /// Takes an attempt; an analytic model adds exactly one promise to `output`.
  mutating func start(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas,
    into output: inout ProviderOutput)

  /// Learns that an attempt has been withdrawn; a queueing model frees its place.
  mutating func cancel(flight: UInt32, at now: Instant, into output: inout ProviderOutput)

  /// Goes on at the instant it had asked for.
  mutating func wake(at now: Instant, quotas: inout Quotas, into output: inout ProviderOutput)

  /// When it wants to be woken; `distantFuture` for analytic models.
  var nextWake: Instant { get }

  /// What has been consumed and is billed when an attempt ends at `now`, before its promised end:
  /// the gateway withdrew it or a deadline passed. Its quota is settled by that.
  mutating func cut(
    _ promise: Promise, started: Instant, at now: Instant, quotas: inout Quotas
  ) -> (usage: Usage, bill: Money)

  /// Whether an attempt that starts at `now` would succeed, quotas aside: what a health check sees.
  mutating func isWell(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas
  ) -> Bool

  /// The successful potential outcome of this attempt: no incident, no quota, no fault in the way,
  /// at the best instant from `from` to `until` to start it.
  ///
  /// No success of the same attempt that starts in that stretch is billed less or takes less time.
  mutating func floor(
    _ attempt: AttemptStart, from: Instant, until: Instant
  ) -> (bill: Money, nanoseconds: Int64)
}
