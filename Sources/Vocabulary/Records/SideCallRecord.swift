/// One side call of a request, as the gateway's books keep it; written when it has ended.
@frozen
public struct SideCallRecord: BitwiseCopyable, Sendable {
  /// The number of the request.
  public var request: UInt64
  /// The call.
  public var call: CallKey
  /// When the request arrived: the population it belongs to.
  public var arrived: Instant
  /// When it ended.
  public var ended: Instant
  /// The gateway's estimate of its cost.
  public var estimate: Money
  /// Its number in the request, from 1.
  public var number: UInt16
  /// The replica that asked.
  public var replica: ReplicaID
  /// What was asked.
  public var kind: SideCallKind
  /// Whether it was answered in time.
  public var succeeded: Bool

  /// Makes a record of a side call that has just ended.
  @inlinable
  public init(
    request: UInt64, call: CallKey, arrived: Instant, ended: Instant, estimate: Money,
    number: UInt16, replica: ReplicaID, kind: SideCallKind, succeeded: Bool
  ) {
    self.request = request
    self.call = call
    self.arrived = arrived
    self.ended = ended
    self.estimate = estimate
    self.number = number
    self.replica = replica
    self.kind = kind
    self.succeeded = succeeded
  }
}

/// What the world adds to a `SideCallRecord`: the same position in the same batch.
@frozen
public struct SideCallTruth: BitwiseCopyable, Sendable {
  /// What the service bills for it.
  public var bill: Money

  /// Makes a truth.
  @inlinable
  public init(bill: Money) { self.bill = bill }
}
