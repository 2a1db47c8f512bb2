import Vocabulary

/// All laws of one run, fed in one pass over records, truths and notes.
struct LawBook: ~Copyable {
  private var requests: OpenRequests
  private var sojourns: Sojourns
  private var limiters: LimiterWatch
  private var concurrency: ConcurrencyWatch
  private var breakers: BreakerWatch

  init(_ plan: MeasuresPlan) {
    requests = OpenRequests(plan)
    sojourns = Sojourns(deployments: plan.deployments)
    limiters = LimiterWatch(plan)
    concurrency = ConcurrencyWatch(plan)
    breakers = BreakerWatch(plan)
  }

  mutating func newFlush(_ breaches: inout Breaches) {
    breakers.newFlush(&breaches)
  }

  @inline(__always)
  mutating func settled(
    _ record: AttemptRecord, _ truth: AttemptTruth, _ breaches: inout Breaches
  ) {
    requests.settled(record, truth, &breaches)
    sojourns.settled(record)
    breakers.settled(record)
  }

  mutating func ended(
    _ record: SideCallRecord, _ truth: SideCallTruth, _ breaches: inout Breaches
  ) {
    requests.ended(record, truth, &breaches)
  }

  @inline(__always)
  mutating func ended(
    _ record: RequestRecord, _ truth: RequestTruth, _ breaches: inout Breaches
  ) {
    requests.ended(record, truth, &breaches)
    sojourns.ended(record)
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    switch note.kind {
    case .breakerChanged, .probed, .bypassed: breakers.noted(note, &breaches)
    case .limiterCharged, .limiterJudged, .reconciled:
      if note.subject < ConcurrencyWatch.subject {
        limiters.noted(note, &breaches)
      } else {
        concurrency.noted(note, &breaches)
      }
    case .limitAdapted, .restarted, .reloaded: concurrency.noted(note, &breaches)
    default: break
    }
  }

  mutating func close(_ tally: DriverTally, _ breaches: inout Breaches) {
    breakers.newFlush(&breaches)
    requests.close(tally.requests, sideCalls: tally.sideCalls, &breaches)
    sojourns.close(tally, &breaches)
    limiters.close(ended: requests, &breaches)
  }
}
