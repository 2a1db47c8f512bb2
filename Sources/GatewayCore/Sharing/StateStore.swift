import Vocabulary

/// What a central store holds of the sticky tables, retry budgets and strategies of one policy.
///
/// It hears what the replicas tell and keeps what they would: a replica that starts anew reads all of
/// it. The driver owns it, as it owns the store of limits (`LimitStore`).
/// - Complexity: O(1) expected a message; reading O(pins + children).
public struct StateStore: Sendable {
  /// The policy that it serves, by how many its replicas have taken over.
  public let policy: UInt8
  private var pins: [PinTable?]
  private var strategies: [(any Strategy)?]
  private let childCounts: [UInt8]
  private var budgets: [(any RetryBudget)?]

  /// The store that serves a replica's policy; `nil` if that keeps nothing in a store.
  public init?(for gateway: inout Gateway) {
    policy = gateway.policyNumber
    pins = gateway.plan.tree.stickies.map { $0.scope == .central ? PinTable($0) : nil }
    strategies = gateway.plan.tree.strategies.map {
      $0.scope == .central ? ($0 as? AgedSignals)?.inner ?? $0 : nil
    }
    childCounts = gateway.childCounts
    budgets = gateway.plan.allBudgets.map { $0.scope == .central ? $0 : nil }
    let isUsed = [
      pins.contains { $0 != nil }, strategies.contains { $0 != nil },
      budgets.contains { $0 != nil },
    ].contains(true)
    guard isUsed, gateway.plan.hasPeers else { return nil }
  }

  /// A replica tells of a pin, or of what a budget has counted.
  public mutating func hear(_ delta: Delta, from sender: ReplicaID, at now: Instant) {
    guard delta.way == .store, delta.policy == policy else { return }
    let place = Int(delta.subject)
    switch delta.counter {
    case .pin where place < pins.count:
      pins[place]?.hear(delta.pin(from: sender), of: UInt64(bitPattern: delta.change), at: now)
    case .budget where place < budgets.count:
      if let event = delta.budgetEvent { budgets[place]?.hear(event, at: now) }
    default: break
    }
  }

  /// A replica tells what an attempt has shown a strategy.
  public mutating func hear(_ lesson: Lesson, at now: Instant) {
    let place = Int(lesson.strategy)
    guard lesson.way == .store, lesson.policy == policy, place < strategies.count,
      lesson.childCount == childCounts[place], lesson.child < lesson.childCount
    else { return }
    if lesson.isStart {
      strategies[place]?.learnStart(Int(lesson.child), at: now)
    } else {
      strategies[place]?.learn(Int(lesson.child), lesson.observation, at: now)
    }
  }

  /// Gives a replica of the same policy what the store holds.
  fileprivate func tell(_ gateway: inout Gateway, at now: Instant) {
    guard policy == gateway.policyNumber, childCounts == gateway.childCounts,
      pins.count == gateway.pins.count, budgets.count == gateway.budgets.count
    else { return }
    for (place, table) in pins.enumerated() {
      if let table { gateway.pins[place].hear(allOf: table, at: now) }
    }
    for (place, strategy) in strategies.enumerated() {
      if let strategy { gateway.strategies[place].takeOver(strategy) }
    }
    for (place, budget) in budgets.enumerated() {
      if let budget { gateway.budgets[place].takeOver(budget) }
    }
  }
}

extension Gateway {
  /// How many policies it has taken over: what replicas tell each other names it.
  public var policyNumber: UInt8 { limits.policy }

  /// Takes in what a central store holds, after a start anew.
  public mutating func read(_ store: StateStore, at now: Instant) { store.tell(&self, at: now) }
}

extension GatewayPlan {
  /// The budgets of nodes and, last, the policy's.
  var allBudgets: [any RetryBudget] { tree.budgets + (retryBudget.map { [$0] } ?? []) }
}
