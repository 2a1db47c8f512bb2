import Vocabulary

/// Which policy each replica has: the one that it began with, and those that it takes over.
///
/// Promises are told apart by their place: 0 for the first policy, then `laterPromises` in order.
struct PolicyClock {
  private struct Change {
    var at: Instant
    var promise: Int
  }

  private let replicas: Int
  /// What each replica takes over, in order of time.
  private let planned: [[Change]]
  /// How many of them have been noted.
  private var noted: [Int]

  init(_ plan: MeasuresPlan) {
    let count = max(1, plan.replicas)
    let known = plan.takeovers.filter { plan.laterPromises.indices.contains($0.promise) }
    let ordered = known.enumerated().sorted {
      ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }
    replicas = count
    planned = (0..<count).map { replica in
      ordered.map(\.element).filter { $0.replica == nil || $0.replica == replica }.map {
        Change(at: $0.at, promise: $0.promise + 1)
      }
    }
    noted = Array(repeating: 0, count: count)
  }

  /// Whether any replica ever takes over another policy.
  var ticks: Bool { planned.contains { !$0.isEmpty } }

  /// A replica has taken over the next of its policies; `nil` if the plan knows of none.
  mutating func reloaded(_ replica: ReplicaID) -> Int? {
    let index = min(Int(replica.index), replicas - 1)
    guard noted[index] < planned[index].count else { return nil }
    noted[index] += 1
    return planned[index][noted[index] - 1].promise
  }

  /// The policy that a replica has at an instant; `nil` at the very instant of a change.
  func promise(of replica: ReplicaID, at instant: Instant) -> Int? {
    var current = 0
    for change in planned[min(Int(replica.index), replicas - 1)] {
      if change.at == instant { return nil }
      if change.at > instant { break }
      current = change.promise
    }
    return current
  }

  /// The policies that a replica has from one instant to another, both included.
  func promises(of replica: ReplicaID, from start: Instant, to end: Instant) -> [Int] {
    var found: [Int] = []
    var current = 0
    for change in planned[min(Int(replica.index), replicas - 1)] {
      if change.at > end { break }
      if change.at >= start { found.append(current) }
      current = change.promise
    }
    return found + [current]
  }
}
