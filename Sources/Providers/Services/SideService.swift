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
/// - Complexity: O(1) a call.
public struct SideService: Sendable {
  private let plan: ServicePlan
  private let key: ChanceKey

  /// The service of a kind in one replication.
  public init(_ kind: SideCallKind, _ plan: ServicePlan, chance: Chance) {
    self.plan = plan
    key = chance.key(.sideCall, name: NameHash(kind.name))
  }

  /// Starts a call.
  public func start(
    _ call: CallKey, number: UInt16, inputTokens: UInt32, at now: Instant
  ) -> SidePromise {
    let time = plan.latency.quantile(key.uniform(call: call, ordinal: UInt32(number)))
    let fails =
      plan.fails != .never
      && key.uniform(call: call, ordinal: UInt32(number), counter: 1) < plan.fails.value
    return SidePromise(
      end: now.advanced(byNanoseconds: Progress.nanoseconds(time)), succeeds: !fails,
      bill: fails ? .zero : plan.price.bill(inputTokens: inputTokens))
  }
}

/// The services of one run.
public struct SideServices: Sendable {
  private let services: [SideService?]

  /// Makes the services of one replication.
  public init(_ plan: ServicesPlan, chance: Chance) {
    services = SideCallKind.allCases.map { kind in
      plan[kind].map { SideService(kind, $0, chance: chance) }
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
}
