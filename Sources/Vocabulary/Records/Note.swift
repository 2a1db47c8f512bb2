/// How the core explains itself: one fixed-size statement about a change or a decision.
///
/// Changes of state are always noted; notes per candidate only while the output explains the
/// request. Laws, time series and the life of a request read records and notes, nothing else.
@frozen
public struct Note: BitwiseCopyable, Sendable {
  /// What is stated.
  ///
  /// The doc comment of a case says what `subject`, `deployment`, `value` and `other` mean in it;
  /// what is not mentioned is unused.
  @frozen
  public enum Kind: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// A breaker changed. `subject`: breaker; `deployment`; `value`: new state (0 closed, 1 open,
    /// 2 half open); `other`: nanoseconds at which an open one lets probes pass.
    case breakerChanged
    /// A limit judged a request. `subject`: limit; `value`: 1 admitted, 0 refused; `other`: for a
    /// refusal the instant (ns) at which the same request would be admitted; for an admission the
    /// permits left, in whole permits.
    case limiterJudged
    /// A limit was charged. `subject`: limit; `value`: permits, negative if they are given back, 0
    /// for a request that is admitted now and charged at its end; `other`: the bucket (tenant index).
    case limiterCharged
    /// A candidate was removed before the strategy saw it. `value`: reason (see `Removal`). For a
    /// request that is explained, each of its candidates: `deployment`; `subject`: route node; `other`:
    /// the place of the filter, or the index of the limit, and 1 (0 if it was neither).
    /// Otherwise the first of the replica for that reason.
    case candidateRemoved
    /// A route node chose. `subject`: route node; `deployment`: the leaf if the child is one;
    /// `value`: child; `other`: number of candidates.
    case chose
    /// A candidate's score, lower is better. `subject`: route node; `value`: child; `other`: score.
    case scored
    /// An attempt passed an open breaker, or went to a deployment that is out of rotation, because
    /// all candidates were down. `subject`: breaker, `.max` if it is the deployment that is out;
    /// `deployment`.
    case bypassed
    /// A half-open breaker let a probe pass. `subject`: breaker; `deployment`.
    case probed
    /// The cache was asked. `value`: 1 hit, 0 miss, 2 expired, 3 an expired entry stood in for a
    /// route that had failed (`deployment`: who had answered it).
    case cacheLooked
    /// An answer was stored. `subject`: 1 in the semantic cache; `value`: entries now; `other`: evicted
    /// entries.
    case cacheStored
    /// A failure led on. `subject`: route node; `value`: 0 retry, 1 next child; `other`: backoff ns.
    case continued
    /// A failure found nothing left to try, or a cap. `subject`: route node; `value`: reason
    /// (0 exhausted, 1 maximum of attempts, 2 request deadline, 3 retry budget, 4 answer begun).
    case stopped
    /// A report with an old or unknown id was dropped. `value`: the slot.
    case lateReport
    /// A reservation was reconciled. `subject`: limit; `value`: reserved permits; `other`: used.
    case reconciled
    /// A request waits for admission. `value`: requests waiting, this one included; `other`: the
    /// instant (ns) at which it is judged anew at the latest.
    case queued
    /// A request has left the queue, or found no place in it. `value`: 0 admitted, 1 shed,
    /// 2 abandoned; `subject`: why it was shed (see `Shedding`); `other`: waited ns.
    case dequeued
    /// A request follows the answer of another in flight. `value`: the leader's number.
    case followed
    /// Something was asked outside. `subject`: kind of side call; `other`: its deadline (ns).
    case asked
    /// A side call has ended. `subject`: kind; `value`: 1 answered, 0 failed or late;
    /// `other`: a score × 1,000,000.
    case answered
    /// The semantic cache was asked. `value`: 1 hit, 0 miss, 3 an expired answer
    /// because the route has failed; `other`: best similarity × 1,000,000.
    case semanticLooked
    /// A second attempt starts before the first has ended. `value`: the delay (ns).
    case hedged
    /// A deployment is out of rotation. `deployment`; `subject`: why (see `Ejection`); `value`:
    /// nanoseconds at which it comes back.
    case ejected
    /// A deployment is back. `deployment`; `subject`: why it was out (see `Ejection`).
    case restored
    /// A budget has passed one of its marks. `subject`: its index after the limits; `value`: share spent × 1,000,000;
    /// `other`: the bucket (tenant index).
    case budgetPassed
    /// An adaptive limit has changed. `subject`: limit; `value`: the new limit; `other`: the
    /// bucket; `deployment` if it is a deployment's.
    case limitAdapted
    /// The replica has started anew and forgotten what it knew.
    case restarted
    /// The replica has taken over another policy. `value`: 1 if the state of its limits is kept.
    case reloaded
    /// A broken stream goes on elsewhere. `deployment`: the one that broke.
    case streamRestarted
    /// A limit counted what it did not admit: a request that was refused and is charged all the
    /// same, or what another replica has told. `subject`: limit; `value`: permits, negative if they
    /// are given back; `other`: the bucket (tenant index).
    case limiterCounted
    /// The central store of counters gave no verdict in time. `subject`: limit; `value`: what that
    /// means for the request (0 admitted, 1 refused, 2 judged by the replica alone).
    case storeFailed
    /// A decision rests on what other replicas have told. `subject`: route node; `value`: what it
    /// rests on (see `Told`); `other`: the replica that has told the pin, or how much all others have
    /// told by now. For a request that is explained.
    case toldByOthers
  }

  /// What other replicas have told.
  @frozen
  public enum Told: Int64, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// Where a sticky node keeps the request's key.
    case pin
    /// How attempts have ended that a strategy learns from.
    case attempts
    /// What a retry budget has counted.
    case budget
  }

  /// Why a request was shed that would have waited.
  @frozen
  public enum Shedding: UInt16, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// The queue was full.
    case full
    /// It had to make room for another.
    case evicted
    /// It had waited for as long as it may.
    case late
    /// It could not have been served in time any more.
    case hopeless
    /// The line had stood for too long (CoDel).
    case codel
  }

  /// Why a deployment is out of rotation.
  @frozen
  public enum Ejection: UInt16, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// A cooldown after failures.
    case cooldown
    /// It asked for a pause (429 with `Retry-After`).
    case throttled
    /// Its success rate is an outlier among its peers.
    case outlier
    /// Its health over a window is bad.
    case health
    /// An outage of it is remembered: it is used after all others, but not left out.
    case outage
  }

  /// Why a candidate was removed.
  @frozen
  public enum Removal: Int64, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// Its breaker is open.
    case breaker
    /// It lacks a capability the request needs.
    case capability
    /// The prompt does not fit its context window.
    case contextWindow
    /// It had already been tried by this request.
    case tried
    /// It is out of rotation.
    case ejected
    /// Its price is above the request's or the node's maximum.
    case price
    /// It lies in a region where the request must not go.
    case residency
    /// Its tags do not match.
    case tags
    /// A limit of the deployment that the gateway knows of would refuse.
    case limit
    /// An attempt there could not finish in time.
    case deadline
    /// A credential of it was refused in this request.
    case credential
    /// A filter's lists leave it out.
    case excluded
    /// As many attempts are in flight there as the gateway allows.
    case inFlight
  }

  /// When.
  public var at: Instant
  /// The number of the request it concerns; `.max` if none.
  public var request: UInt64
  /// The first value; its meaning is stated at the kind.
  public var value: Int64
  /// The second value; its meaning is stated at the kind.
  public var other: Int64
  /// What is stated.
  public var kind: Kind
  /// Which of the request's attempts a limit's note is about, for a limit that is judged at
  /// attempts; `.max` otherwise.
  public var attempt: UInt8
  /// The deployment, if the kind names one.
  public var deployment: DeploymentID
  /// The index of the limit, breaker or route node, as the kind says.
  public var subject: UInt16
  /// The replica that states it.
  public var replica: ReplicaID

  /// Makes a note.
  @inlinable
  public init(
    _ kind: Kind, at: Instant, request: UInt64 = .max, deployment: DeploymentID = .none,
    subject: UInt16 = .max, value: Int64 = 0, other: Int64 = 0, replica: ReplicaID = ReplicaID(0),
    attempt: UInt8 = .max
  ) {
    self.at = at
    self.request = request
    self.value = value
    self.other = other
    self.kind = kind
    self.attempt = attempt
    self.deployment = deployment
    self.subject = subject
    self.replica = replica
  }
}
