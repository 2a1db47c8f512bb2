import Vocabulary

/// All laws of one run, fed in one pass over records, truths and notes.
struct LawBook: ~Copyable {
  private var requests: OpenRequests
  private var calls = CallWatch()
  private var sojourns: Sojourns
  private var limiters: LimiterWatch
  private var concurrency: ConcurrencyWatch
  private var breakers: BreakerWatch
  private var ejections: EjectionWatch
  private let standing: StandingBooks

  init(_ plan: MeasuresPlan) {
    requests = OpenRequests(plan)
    sojourns = Sojourns(deployments: plan.deployments)
    limiters = LimiterWatch(plan)
    concurrency = ConcurrencyWatch(plan)
    breakers = BreakerWatch(plan)
    ejections = EjectionWatch(plan)
    standing = StandingBooks(plan)
  }

  mutating func newFlush(_ breaches: inout Breaches) {
    breakers.newFlush(&breaches)
    ejections.newFlush(&breaches)
  }

  @inline(__always)
  mutating func settled(
    _ record: UnsafePointer<AttemptRecord>, _ truth: AttemptTruth, _ breaches: inout Breaches
  ) {
    requests.settled(record, truth, &breaches)
    sojourns.settled(record)
    breakers.settled(record)
    ejections.settled(record)
  }

  mutating func ended(
    _ record: SideCallRecord, _ truth: SideCallTruth, _ breaches: inout Breaches
  ) {
    requests.ended(record, truth, &breaches)
  }

  @inline(__always)
  mutating func ended(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>,
    _ breaches: inout Breaches
  ) {
    requests.ended(record, truth, &breaches)
    calls.ended(record, truth, &breaches)
    sojourns.ended(record)
  }

  @inline(__always)
  mutating func noted(_ note: UnsafePointer<Note>, _ breaches: inout Breaches) {
    switch note.pointee.kind {
    case .limiterCharged:
      if note.pointee.subject < ConcurrencyWatch.subject {
        limiters.charged(note, &breaches)
      } else {
        concurrency.noted(note.pointee, &breaches)
      }
    case .breakerChanged, .probed: breakers.noted(note.pointee, &breaches)
    case .bypassed where note.pointee.subject != .max: breakers.noted(note.pointee, &breaches)
    case .bypassed, .ejected, .restored: ejections.noted(note.pointee)
    case .restarted, .reloaded:
      breakers.began(note.pointee)
      ejections.began(note.pointee)
      limiters.noted(note.pointee, &breaches)
      concurrency.noted(note.pointee, &breaches)
    case .limiterJudged, .reconciled, .limiterCounted: limiters.noted(note.pointee, &breaches)
    case .limitAdapted: concurrency.noted(note.pointee, &breaches)
    default: break
    }
  }

  mutating func close(_ tally: DriverTally, _ breaches: inout Breaches) {
    breakers.newFlush(&breaches)
    ejections.newFlush(&breaches)
    requests.close(tally.requests, sideCalls: tally.sideCalls, &breaches)
    calls.close(tally, &breaches)
    sojourns.close(tally, &breaches)
    limiters.close(ended: requests, &breaches)
    standing.close(tally, &breaches)
  }
}
