/// What a policy can have beside its routes, as far as it shows in the records and notes of a run.
public enum Mechanism: String, Sendable, Hashable, CaseIterable {
  /// A circuit breaker.
  case breaker
  /// A cooldown or an ejection.
  case ejection
  /// A filter before routing.
  case filter
  /// A second attempt before the first has ended.
  case hedge
  /// A limit that refuses.
  case limit
  /// A limit on what is in flight.
  case concurrency
  /// A budget.
  case budget
  /// A queue before admission.
  case queue
  /// The exact cache.
  case exactCache
  /// The semantic cache.
  case semanticCache
  /// Identical requests that share one answer.
  case coalescing
}

extension GatewayPlan {
  /// The mechanisms that the policy has, in the order of `Mechanism.allCases`; shadows do not count.
  public var mechanisms: [Mechanism] {
    Mechanism.allCases.filter { mechanism in
      switch mechanism {
      case .breaker: !tree.breakers.isEmpty
      case .ejection: !ejections.isEmpty
      case .filter: !tree.guards.isEmpty || !tree.matches.isEmpty
      case .hedge: !tree.hedges.isEmpty
      case .limit: hasLimit(named: "limits")
      case .concurrency: concurrency.contains { !$0.isShadow }
      case .budget: hasLimit(named: "budgets")
      case .queue: queue != nil
      case .exactCache: cache != nil
      case .semanticCache: semantic != nil
      case .coalescing: coalescing != nil
      }
    }
  }

  private func hasLimit(named prefix: String) -> Bool {
    zip(limits, limitNames).contains { !$0.isShadow && $1.hasPrefix(prefix) }
  }
}
