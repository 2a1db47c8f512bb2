public import Chance
public import Vocabulary

/// How a side call will end: known ahead, as an attempt's promise is.
@frozen
public struct SidePromise: BitwiseCopyable, Sendable, Hashable {
  /// When the answer, or the failure, comes.
  public var end: Instant
  /// Whether it is an answer.
  public var succeeds: Bool
  /// What is billed: nothing for a failure; an answer is billed even if nobody waits for it any more.
  public var bill: Money

  /// Makes a promise.
  @inlinable
  public init(end: Instant, succeeds: Bool, bill: Money) {
    self.end = end
    self.succeeds = succeeds
    self.bill = bill
  }
}

/// One simulated service: nobody queues; each call's time and fate are drawn at its start.
///
///     end = start + latency quantile(u₀),  fails ⇔ u₁ < share
///
/// The draws are keyed by (kind, call, number), so that the same question has the same fate under
/// every policy.
/// While it is down no call is answered; while it is slow the latency is multiplied.
/// - Complexity: O(incidents of the service) a call.
public struct SideService: Sendable {
  private let plan: ServicePlan
  private let key: ChanceKey
  private let incidents: [ServiceIncident]

  /// The service of a kind in one replication.
  public init(
    _ kind: SideCallKind, _ plan: ServicePlan, incidents: [ServiceIncident] = [], chance: Chance
  ) {
    self.plan = plan
    self.incidents = incidents.filter { $0.kind == kind }
    key = chance.key(.sideCall, name: NameHash(kind.name))
  }

  /// Starts a call.
  public func start(
    _ call: CallKey, number: UInt16, inputTokens: UInt32, at now: Instant
  ) -> SidePromise {
    if let outage = incidents.outage(at: now), case .down(let after) = outage.effect {
      return SidePromise(
        end: after.map { now.advanced(by: $0) } ?? .distantFuture, succeeds: false, bill: .zero)
    }
    let time =
      plan.latency.quantile(key.uniform(call: call, ordinal: UInt32(number)))
      * incidents.slowness(at: now)
    let fails =
      plan.fails != .never
      && key.uniform(call: call, ordinal: UInt32(number), counter: 1) < plan.fails.value
    return SidePromise(
      end: now.advanced(byNanoseconds: Progress.nanoseconds(time)), succeeds: !fails,
      bill: fails ? .zero : plan.price.bill(inputTokens: inputTokens))
  }
}

extension SideService {
  /// When a message gets through that wants no answer: it waits while the service is down.
  public func reach(_ call: CallKey, at now: Instant) -> Instant {
    var start = now
    while let outage = incidents.outage(at: start) { start = outage.until }
    let time =
      plan.latency.quantile(key.uniform(call: call, ordinal: .max))
      * incidents.slowness(at: start)
    return start.advanced(byNanoseconds: Progress.nanoseconds(time))
  }
}

/// The services of one run.
public struct SideServices: Sendable {
  private let services: [SideService?]

  /// Makes the services of one replication.
  public init(_ plan: ServicesPlan, chance: Chance) {
    services = SideCallKind.allCases.map { kind in
      plan[kind].map { SideService(kind, $0, incidents: plan.incidents, chance: chance) }
    }
  }

  /// Starts a call; of a kind that the world does not have, it fails at once.
  public func start(
    _ kind: SideCallKind, _ call: CallKey, number: UInt16, inputTokens: UInt32, at now: Instant
  ) -> SidePromise {
    guard let service = services[Int(kind.rawValue)] else {
      return SidePromise(end: now, succeeds: false, bill: .zero)
    }
    return service.start(call, number: number, inputTokens: inputTokens, at: now)
  }

  /// When a message gets through to a service; at once if the world does not have it.
  public func reach(_ kind: SideCallKind, _ call: CallKey, at now: Instant) -> Instant {
    services[Int(kind.rawValue)]?.reach(call, at: now) ?? now
  }
}
