/// One request, as the gateway's books keep it; written when its last attempt has settled.
@frozen
public struct RequestRecord: BitwiseCopyable, Sendable {
  /// How the request ended for the client.
  @frozen
  public enum End: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// The client has a whole answer.
    case succeeded
    /// The client has an error, or an answer that broke off.
    case failed
    /// The gateway refused the request.
    case rejected
    /// The client left before the answer was whole.
    case abandoned
  }

  /// Why a request was refused.
  @frozen
  public enum Rejection: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// It was not.
    case none
    /// The key is unknown, disabled or expired, or there is no route for the alias.
    case identity
    /// One of the tenant's own limits.
    case limit
    /// A spent budget.
    case budget
    /// The gateway sheds load.
    case shed
  }

  /// Where the answer came from.
  @frozen
  public enum Source: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// There was none.
    case none
    /// A provider.
    case provider
    /// The gateway's cache.
    case cache
    /// Another request's answer, in flight.
    case follow
    /// The gateway's cache, for a request that means the same.
    case semantic
  }

  /// The arrival's number in the run.
  public var number: UInt64
  /// The id under which the replica held it: how a driver finds what it kept about it.
  public var id: RequestID
  /// The call.
  public var call: CallKey
  /// When it arrived.
  public var arrived: Instant
  /// When the answer began (first token, or the whole answer if it is not streamed);
  /// `distantFuture` if it never did.
  public var began: Instant
  /// When it ended for the client.
  public var ended: Instant
  /// When its last attempt and side call had settled.
  public var settled: Instant
  /// The gateway's estimate of what all its attempts and side calls cost.
  public var estimate: Money
  /// Of the estimate, what bought no answer: failed, cancelled and superfluous attempts.
  public var wasted: Money
  /// What a cache hit would have cost at the deployment that had filled the entry.
  public var saved: Money
  /// The tags.
  public var tags: TagSet
  /// Who asked.
  public var identity: Identity
  /// Input tokens of the serving attempt, or of the request if none served.
  public var inputTokens: UInt32
  /// Output tokens of the serving attempt, or of the cached answer.
  public var outputTokens: UInt32
  /// What model was asked for.
  public var alias: AliasID
  /// Who served it; `none` if nobody did.
  public var deployment: DeploymentID
  /// The limit that refused it: its index in the policy; `.max` if none.
  public var limit: UInt16
  /// The last attempt's outcome, or the rejection's status.
  public var outcome: Outcome
  /// How it ended.
  public var end: End
  /// Why it was refused.
  public var rejection: Rejection
  /// Where the answer came from.
  public var source: Source
  /// Attempts started.
  public var attempts: UInt8
  /// Of these, tries of the same node.
  public var retries: UInt8
  /// Of these, moves to a next child.
  public var fallbacks: UInt8
  /// Of these, hedges.
  public var hedges: UInt8
  /// Side calls started.
  public var sideCalls: UInt8
  /// Whether the answer was streamed.
  public var streams: Bool
  /// Which of the client's tries of the call it was, from 0.
  public var clientTry: UInt8
  /// The replica that served it.
  public var replica: ReplicaID

  /// Makes a record of a request that has just arrived.
  @inlinable
  public init(
    arrival request: borrowing Request, id: RequestID, at now: Instant, replica: ReplicaID
  ) {
    number = request.number
    self.id = id
    call = request.call
    arrived = now
    began = .distantFuture
    ended = .distantFuture
    settled = .distantFuture
    estimate = .zero
    wasted = .zero
    saved = .zero
    tags = request.tags
    identity = request.identity
    inputTokens = request.inputTokens
    outputTokens = 0
    alias = request.alias
    deployment = .none
    limit = .max
    outcome = .succeeded
    end = .failed
    rejection = .none
    source = .none
    attempts = 0
    retries = 0
    fallbacks = 0
    hedges = 0
    sideCalls = 0
    streams = request.streams
    clientTry = request.clientTry
    self.replica = replica
  }
}

/// What the world adds to a `RequestRecord`: the same position in the same batch.
@frozen
public struct RequestTruth: BitwiseCopyable, Sendable {
  /// The sum of the bills of all its attempts and side calls.
  public var bill: Money
  /// The least that a success could have cost: the cheapest successful potential outcome, or
  /// nothing if an earlier call had the same fingerprint.
  ///
  /// `.max` if bounds are off.
  public var floorBill: Money
  /// The least time to the whole answer over all potential outcomes; `.max` if bounds are off.
  public var floorNanoseconds: Int64
  /// Which incidents touched an attempt of it: one bit an incident.
  public var incidents: UInt32
  /// Whether it was answered with the answer to another question.
  public var isWrong: Bool
  /// Whether the client comes back with another try of the same call.
  public var isTriedAgain = false
  /// Nanoseconds from the arrival of the call (of the client's first try) to that of the request.
  public var callAge: Int64 = 0
  /// Whether the attempt that served it gave an answer that was worse than it looked.
  public var isDegraded: Bool

  /// Makes a truth.
  @inlinable
  public init(
    bill: Money = .zero, floorBill: Money = Money(picodollars: .max),
    floorNanoseconds: Int64 = .max, incidents: UInt32 = 0, isWrong: Bool = false,
    isDegraded: Bool = false
  ) {
    self.bill = bill
    self.floorBill = floorBill
    self.floorNanoseconds = floorNanoseconds
    self.incidents = incidents
    self.isWrong = isWrong
    self.isDegraded = isDegraded
  }
}
