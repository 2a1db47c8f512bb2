import Vocabulary

/// The exact counters of the attempts at one deployment, over requests of the population.
public struct AttemptTally: Sendable, Equatable {
  /// What became of an attempt's money.
  public enum Use: Int, Sendable, Hashable, CaseIterable {
    /// The client's answer came from it.
    case served
    /// It failed.
    case failed
    /// The gateway withdrew it.
    case withdrawn
    /// It succeeded, but nobody used the answer.
    case unused
  }

  /// Attempts by outcome, in the order of `Outcome.Kind.allCases`.
  public internal(set) var outcomes = [Int](repeating: 0, count: Outcome.Kind.allCases.count)
  /// Attempts that ended with each HTTP status below 1024.
  public internal(set) var statuses = [Int](repeating: 0, count: 1024)
  /// Attempts by reason and use.
  var uses = [Int](repeating: 0, count: 16)
  /// Bills by reason and use.
  var bills = [MoneyTotal](repeating: .zero, count: 16)
  /// What all of them were billed.
  public var bill: MoneyTotal {
    bills.reduce(into: .zero) { $0 += $1 }
  }
  /// What the gateway's books say they cost.
  public internal(set) var estimate = MoneyTotal.zero
  /// Input tokens consumed.
  public internal(set) var inputTokens = 0
  /// Of these, tokens billed at the cached rate.
  public internal(set) var cachedInputTokens = 0
  /// Output tokens consumed.
  public internal(set) var outputTokens = 0
  /// Nanoseconds from start to first token, over attempts that succeeded.
  public internal(set) var firstToken = Histogram()
  /// Nanoseconds from start to end, over attempts that succeeded.
  public internal(set) var total = Histogram()

  /// Makes an empty tally.
  public init() {}

  /// How many attempts there were.
  public var attempts: Int { outcomes.reduce(0, +) }

  /// How many ended so.
  public func count(_ kind: Outcome.Kind) -> Int { outcomes[Int(kind.rawValue)] }

  /// How many were made for `reason` and came to `use`.
  public func count(_ reason: AttemptRecord.Reason, _ use: Use) -> Int {
    uses[Int(reason.rawValue) * 4 + use.rawValue]
  }

  /// What the attempts that were made for `reason` and came to `use` were billed.
  public func bill(_ reason: AttemptRecord.Reason, _ use: Use) -> MoneyTotal {
    bills[Int(reason.rawValue) * 4 + use.rawValue]
  }

  /// Adds another tally, exactly.
  public mutating func merge(_ other: AttemptTally) {
    outcomes.merge(other.outcomes) { $0 += $1 }
    statuses.merge(other.statuses) { $0 += $1 }
    uses.merge(other.uses) { $0 += $1 }
    bills.merge(other.bills) { $0 += $1 }
    estimate += other.estimate
    inputTokens += other.inputTokens
    cachedInputTokens += other.cachedInputTokens
    outputTokens += other.outputTokens
    firstToken.merge(other.firstToken)
    total.merge(other.total)
  }
}
