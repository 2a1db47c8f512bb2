import Vocabulary

/// All laws of one run, fed in one pass over records, truths and notes.
struct LawBook: ~Copyable {
  private var requests: OpenRequests
  private var sojourns: Sojourns
  private var limiters: LimiterWatch
  private var breakers: BreakerWatch
  private var ejections: EjectionWatch

  init(_ plan: MeasuresPlan) {
    requests = OpenRequests(plan)
    sojourns = Sojourns(deployments: plan.deployments)
    limiters = LimiterWatch(plan)
    breakers = BreakerWatch(plan)
    ejections = EjectionWatch(plan)
  }

  mutating func newFlush(_ breaches: inout Breaches) {
    breakers.newFlush(&breaches)
    ejections.newFlush(&breaches)
  }

  @inline(__always)
  mutating func settled(
    _ record: AttemptRecord, _ truth: AttemptTruth, _ breaches: inout Breaches
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
    _ record: RequestRecord, _ truth: RequestTruth, _ breaches: inout Breaches
  ) {
    requests.ended(record, truth, &breaches)
    sojourns.ended(record)
  }

  mutating func noted(_ note: Note, _ breaches: inout Breaches) {
    switch note.kind {
    case .breakerChanged, .probed: breakers.noted(note, &breaches)
    case .bypassed:
      if note.subject == .max { ejections.noted(note) } else { breakers.noted(note, &breaches) }
    case .ejected, .restored: ejections.noted(note)
    case .restarted, .reloaded:
      breakers.began(note)
      ejections.began(note)
    case .limiterCharged, .limiterJudged, .reconciled: limiters.noted(note, &breaches)
    default: break
    }
  }

  mutating func close(_ tally: DriverTally, _ breaches: inout Breaches) {
    breakers.newFlush(&breaches)
    ejections.newFlush(&breaches)
    requests.close(tally.requests, sideCalls: tally.sideCalls, &breaches)
    sojourns.close(tally, &breaches)
    limiters.close(ended: requests, &breaches)
  }
}
