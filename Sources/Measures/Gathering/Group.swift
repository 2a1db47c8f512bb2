import Vocabulary

/// One group of requests as the measures see it: exact counters and, if asked for, latencies.
public struct Group: Sendable, Equatable {
  /// The counters.
  public var tally = Tally()
  /// Nanoseconds to the first token (or the whole answer, if it is not streamed), over successes.
  public var firstToken = Histogram()
  /// Nanoseconds to the end, over successes that a provider served.
  public var servedEndToEnd = Histogram()
  /// Nanoseconds to the end, over successes from the cache or from another request's answer.
  public var sharedEndToEnd = Histogram()
  /// Nanoseconds by output token after the first, over streamed answers; only where asked for.
  public var perOutputToken = Histogram()
  /// Attempts that their provider answered with 429; only where asked for.
  public var throttled = 0
  /// Nanoseconds over which it was gathered; 0 where nobody asks for rates.
  public var measured: Int64 = 0
  /// Of the successes of further tries of a call: nanoseconds from the try to the end.
  public var furtherTries = Histogram()
  /// Of the same: nanoseconds from the call's first try to the end.
  public var furtherCalls = Histogram()
  /// Charges that no attempt bears; only the whole population has them.
  public var standingCharges = MoneyTotal.zero

  /// Makes an empty group.
  public init() {}

  /// What it cost: the bills, and the charges that no attempt bears.
  public var cost: MoneyTotal {
    var cost = tally.bill
    cost += standingCharges
    return cost
  }

  /// Nanoseconds to the end, over all successes.
  public var endToEnd: Histogram {
    var all = servedEndToEnd
    all.merge(sharedEndToEnd)
    return all
  }

  /// Nanoseconds from the arrival of the call to the end, over all successes.
  public var callLatency: Histogram {
    var all = endToEnd
    if furtherTries.counts.isEmpty { return all }
    all.remove(furtherTries)
    all.merge(furtherCalls)
    return all
  }

  /// Adds another group, exactly.
  public mutating func merge(_ other: Group) {
    tally.merge(other.tally)
    firstToken.merge(other.firstToken)
    servedEndToEnd.merge(other.servedEndToEnd)
    sharedEndToEnd.merge(other.sharedEndToEnd)
    perOutputToken.merge(other.perOutputToken)
    throttled += other.throttled
    measured += other.measured
    furtherTries.merge(other.furtherTries)
    furtherCalls.merge(other.furtherCalls)
    standingCharges += other.standingCharges
  }
}

extension Array {
  /// Merges `other` place by place; places that only `other` has are appended.
  mutating func merge(_ other: [Element], _ mergeOne: (inout Element, Element) -> Void) {
    for index in other.indices {
      if index < count { mergeOne(&self[index], other[index]) } else { append(other[index]) }
    }
  }
}
