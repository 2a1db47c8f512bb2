import Vocabulary

/// How every call of a run ended, in a world whose clients come back: by the call itself.
///
/// There the number of an arrival stands for different calls under different policies, so calls
/// are paired by their key: a call is answered if any of its tries was. Calls that only one of two
/// runs had (a user who waits longer asks less) are in neither class.
/// - Complexity: O(1) a request; memory follows the calls of the first replication.
struct ReturningCalls: Sendable, Equatable {
  private struct Call: Equatable {
    var isServed = false
    var hasEnded = false
    /// The number of the request that ended it.
    var number: UInt64 = 0
  }

  private var calls: [UInt64: Call] = [:]

  mutating func add(_ record: borrowing RequestRecord, _ truth: borrowing RequestTruth) {
    let key = record.call.onTry(0, from: record.clientTry).bits
    var call = calls[key] ?? Call()
    if record.end == .succeeded { call.isServed = true }
    if !truth.isTriedAgain {
      call.hasEnded = true
      call.number = record.number
    }
    calls[key] = call
  }

  /// Sorts the calls that both runs had by who served them.
  static func difference(
    baseline: ReturningCalls, policy: ReturningCalls, command: (UInt64, UInt64) -> String
  ) -> CallDifference {
    var pairs: [(left: Call, right: Call)] = []
    for (key, left) in baseline.calls {
      guard let right = policy.calls[key], left.hasEnded, right.hasEnded else { continue }
      pairs.append((left, right))
    }
    pairs.sort { $0.left.number < $1.left.number }
    var found = CallDifference()
    for (left, right) in pairs {
      let kind: WritableKeyPath<CallDifference, CallDifference.Kind> =
        switch (left.isServed, right.isServed) {
        case (true, true): \.both
        case (true, false): \.onlyBaseline
        case (false, true): \.onlyPolicy
        case (false, false): \.neither
        }
      if found[keyPath: kind].example == nil {
        found[keyPath: kind].command = command(left.number, right.number)
      }
      found[keyPath: kind].add(Int(left.number))
    }
    return found
  }
}
