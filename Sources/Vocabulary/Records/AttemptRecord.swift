/// One upstream attempt, as the gateway's books keep it; written at settlement.
@frozen
public struct AttemptRecord: BitwiseCopyable, Sendable {
  /// Why the attempt was made.
  @frozen
  public enum Reason: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// The first of its request.
    case first
    /// The same node again.
    case retry
    /// The next child.
    case fallback
    /// A second attempt before the first had ended.
    case hedge
  }

  /// The number of the request.
  public var request: UInt64
  /// The call.
  public var call: CallKey
  /// When the request arrived: the population it belongs to.
  public var arrived: Instant
  /// When it was started.
  public var started: Instant
  /// When the first token arrived; `distantFuture` if none was seen.
  public var firstToken: Instant
  /// When it settled.
  public var ended: Instant
  /// The gateway's estimate of its cost.
  public var estimate: Money
  /// What it consumed.
  public var usage: Usage
  /// How it ended.
  public var outcome: Outcome
  /// Where it was made.
  public var deployment: DeploymentID
  /// What model was asked for.
  public var alias: AliasID
  /// Its number in the request, from 0.
  public var index: UInt8
  /// The number of earlier attempts of this call on this deployment.
  public var ordinal: UInt8
  /// Why it was made.
  public var reason: Reason
  /// Whether the client's answer came from it.
  public var served: Bool
  /// The replica that made it.
  public var replica: ReplicaID
  /// The route node that it came by; `.max` if nobody said.
  public var leaf: UInt16

  /// Makes a record of an attempt that has just been started.
  @inlinable
  public init(
    request: UInt64, call: CallKey, arrived: Instant, started: Instant, deployment: DeploymentID,
    alias: AliasID, index: UInt8, ordinal: UInt8, reason: Reason, replica: ReplicaID
  ) {
    self.request = request
    self.call = call
    self.arrived = arrived
    self.started = started
    firstToken = .distantFuture
    ended = .distantFuture
    estimate = .zero
    usage = .none
    outcome = .cancelled
    self.deployment = deployment
    self.alias = alias
    self.index = index
    self.ordinal = ordinal
    self.reason = reason
    served = false
    self.replica = replica
    leaf = .max
  }
}

/// What the world adds to an `AttemptRecord`: the same position in the same batch.
@frozen
public struct AttemptTruth: BitwiseCopyable, Sendable {
  /// What the provider bills for it.
  public var bill: Money
  /// Which incidents touched it: one bit an incident.
  public var incidents: UInt32
  /// Whether its answer was worse than it looked: whole, with status 200, and wrong.
  public var isDegraded: Bool

  /// Makes a truth.
  @inlinable
  public init(bill: Money, incidents: UInt32 = 0, isDegraded: Bool = false) {
    self.bill = bill
    self.incidents = incidents
    self.isDegraded = isDegraded
  }
}
