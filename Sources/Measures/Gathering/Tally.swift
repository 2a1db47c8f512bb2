import Vocabulary

/// The exact counters of one group of requests: integers only, so merging never rounds.
public struct Tally: BitwiseCopyable, Sendable, Equatable {
  /// How the requests ended.
  public var endings = EndingCounts()
  /// Requests that were the client's first try of their call: the number of calls.
  public var calls = 0
  /// Answered calls beyond the successes counted here: plus those whose answer came to a request
  /// outside the interval, less the successes of calls that had arrived before it.
  public var answersElsewhere = 0
  /// Nanoseconds from the arrival of the call to that of the request, over the successes.
  public var callAge: Int128 = 0
  /// Successes within the objective.
  public var good = 0
  /// Attempts started.
  public var attempts = 0
  /// Of these, tries of the same node.
  public var retries = 0
  /// Of these, moves to a next child.
  public var fallbacks = 0
  /// Of these, hedges.
  public var hedges = 0
  /// What the providers billed.
  public var bill = MoneyTotal.zero
  /// What the gateway's own books say it cost.
  public var estimate = MoneyTotal.zero
  /// Of the estimate, what bought no answer.
  public var wasted = MoneyTotal.zero
  /// What cache hits would have cost.
  public var saved = MoneyTotal.zero
  /// Successes from the cache for a request that meant the same.
  public var semanticHits = 0
  /// Of these, those that got the answer to another question.
  public var wrong = 0
  /// Successes whose answer was worse than it looked.
  public var degraded = 0
  /// Input tokens of the successes.
  public var inputTokens = 0
  /// Output tokens of the successes.
  public var outputTokens = 0
  /// Nanoseconds from arrival to end, over all successes.
  public var endToEnd: Int128 = 0
  /// Nanoseconds from arrival to end, over the successes that a provider served.
  public var servedEndToEnd: Int128 = 0
  /// Nanoseconds from arrival to the answer's begin, over the successes.
  public var firstToken: Int128 = 0
  /// Successes whose bounds are known.
  public var bounded = 0
  /// What those successes were billed.
  public var boundedBill = MoneyTotal.zero
  /// The least that those successes could have cost.
  public var floorBill = MoneyTotal.zero
  /// Nanoseconds from arrival to end of those successes.
  public var boundedEndToEnd: Int128 = 0
  /// The least that those could have been.
  public var floorEndToEnd: Int128 = 0

  /// Makes an empty tally.
  public init() {}

  /// Requests that arrived and have ended.
  public var arrived: Int { endings.all }
  /// Requests whose client has a whole answer.
  public var succeeded: Int { endings.succeeded }
  /// Calls with a whole answer, whichever of their tries got it.
  public var answeredCalls: Int { succeeded + answersElsewhere }
  /// Requests that the tenant's own limits or budgets refused.
  public var rejectedByOwnLimits: Int { endings.rejectedByOwnLimits }
  /// Requests that were refused, for whatever reason.
  public var rejected: Int { endings.rejected }
  /// Requests that were not refused.
  public var admitted: Int { arrived - rejected }
  /// Admitted requests that neither the cache nor another's answer served.
  public var misses: Int { admitted - endings[.hit] - endings[.followed] }

  @inline(__always)
  mutating func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen
  ) {
    endings.add(seen.code)
    calls &+= record.pointee.clientTry == 0 ? 1 : 0
    attempts &+= Int(record.pointee.attempts)
    bill += truth.pointee.bill
    estimate += record.pointee.estimate
    if record.pointee.attempts > 1 {
      retries &+= Int(record.pointee.retries)
      fallbacks &+= Int(record.pointee.fallbacks)
      hedges &+= Int(record.pointee.hedges)
    }
    if record.pointee.wasted.picodollars != 0 { wasted += record.pointee.wasted }
    guard seen.isSuccess else { return }
    good &+= seen.good ? 1 : 0
    inputTokens &+= Int(record.pointee.inputTokens)
    outputTokens &+= Int(record.pointee.outputTokens)
    firstToken &+= Int128(seen.firstToken)
    endToEnd &+= Int128(seen.endToEnd)
    if seen.callAge != 0 { callAge &+= Int128(seen.callAge) }
    servedEndToEnd &+= Int128(seen.isServed ? seen.endToEnd : 0)
    saved += record.pointee.saved
    degraded &+= truth.pointee.isDegraded ? 1 : 0
    if record.pointee.source == .semantic {
      semanticHits &+= 1
      wrong &+= truth.pointee.isWrong ? 1 : 0
    }
    if truth.pointee.floorBill.picodollars != .max {
      bounded &+= 1
      boundedBill += truth.pointee.bill
      floorBill += truth.pointee.floorBill
      boundedEndToEnd &+= Int128(seen.endToEnd)
      let floor = truth.pointee.floorNanoseconds
      floorEndToEnd &+= Int128(floor == .max ? seen.endToEnd : floor)
    }
  }

  /// Adds another tally, exactly.
  public mutating func merge(_ other: Tally) {
    endings.merge(other.endings)
    calls += other.calls
    answersElsewhere += other.answersElsewhere
    callAge += other.callAge
    good += other.good
    attempts += other.attempts
    retries += other.retries
    fallbacks += other.fallbacks
    hedges += other.hedges
    bill += other.bill
    estimate += other.estimate
    wasted += other.wasted
    saved += other.saved
    semanticHits += other.semanticHits
    wrong += other.wrong
    degraded += other.degraded
    inputTokens += other.inputTokens
    outputTokens += other.outputTokens
    endToEnd += other.endToEnd
    servedEndToEnd += other.servedEndToEnd
    firstToken += other.firstToken
    bounded += other.bounded
    boundedBill += other.boundedBill
    floorBill += other.floorBill
    boundedEndToEnd += other.boundedEndToEnd
    floorEndToEnd += other.floorEndToEnd
  }
}
