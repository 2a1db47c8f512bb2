import Vocabulary

/// One quota at work: its meters, and the charges and refunds that are due when answers end.
struct QuotaState: ~Copyable {
  private let charge: QuotaPlan.Charge
  private let weights: QuotaPlan.Weights
  private let saysRetryAfter: Bool
  private let countsRefused: Bool
  private let steps: CapacitySteps
  private var buckets = QuotaMeters<PermitBucket>()
  private var windows = QuotaMeters<PermitWindow>()
  private var days = QuotaMeters<CalendarWindow>()
  private var ramps = QuotaMeters<RampWindow>()
  private var spend: CalendarWindow?
  private var due = DueCharges()

  /// How long a refusal takes, in nanoseconds.
  let answers: Int64

  init(_ plan: QuotaPlan, incidents: [IncidentPlan]) {
    charge = plan.charge
    weights = plan.weights
    saysRetryAfter = plan.saysRetryAfter
    countsRefused = plan.countsRefused
    answers = max(0, plan.answers.nanoseconds)
    steps = CapacitySteps(incidents)
    spend = plan.spend.map {
      CalendarWindow(limit: $0.count, of: $0.period, plan.calendar)
    }
    for meter in plan.meters {
      if meter.isDaily {
        let limit = PermitWindow.limit(rate: meter.rate, length: 86_400_000_000_000)
        days.add(meter.unit, CalendarWindow(limit: limit, of: .day, plan.calendar))
      } else if let window = plan.window {
        let length = max(1, window.nanoseconds)
        windows.add(meter.unit, PermitWindow(rate: meter.rate, length: length))
      } else {
        buckets.add(meter.unit, PermitBucket(rate: meter.rate, burst: meter.capacity))
      }
    }
    if let acceleration = plan.acceleration { ramps.add(.tokens, RampWindow(acceleration)) }
  }

  /// Judges an attempt against all meters and charges all of them, or none.
  mutating func judge(_ demand: QuotaDemand, at now: Instant) -> QuotaVerdict {
    let now = now.nanoseconds
    settle(until: now)
    advance(to: now)
    if spend?.holds(1) == false { return .spent }
    let factor = steps.factor(at: now)
    let (charge, weights) = (charge, weights)
    let demand = demand.atStart(charge)
    func atStart(_ unit: QuotaPlan.Unit) -> Int64 {
      unit == .requests || charge != .actual ? demand.permits(of: unit, weights) : 0
    }
    func asked(_ unit: QuotaPlan.Unit) -> Int64 { charge == .estimate ? 1 : max(1, atStart(unit)) }
    var wait = QuotaWait()
    buckets.judge(asked, factor: factor, at: now, &wait)
    windows.judge(asked, factor: factor, at: now, &wait)
    days.judge(asked, factor: factor, at: now, &wait)
    ramps.judge(asked, factor: factor, at: now, &wait)
    if wait.isRefused {
      if countsRefused { waste(factor: factor, at: now, &wait) }
      guard saysRetryAfter, let nanoseconds = wait.nanoseconds else { return .refused(.unsaid) }
      return .refused(RetryAfter(.nanoseconds(nanoseconds)))
    }
    buckets.take(atStart)
    windows.take(atStart)
    days.take(atStart)
    ramps.take(atStart)
    return .admitted
  }

  /// Counts a refused request, after which it has to wait for longer.
  @inline(never)
  private mutating func waste(factor: Int64, at now: Int64, _ wait: inout QuotaWait) {
    func asked(_ unit: QuotaPlan.Unit) -> Int64 { unit == .requests ? 1 : 0 }
    buckets.wasteRequest()
    windows.wasteRequest()
    buckets.judge(asked, factor: factor, at: now, &wait)
    windows.judge(asked, factor: factor, at: now, &wait)
  }

  /// Notes what an admitted attempt will have used when it ends; of one that does not say when it
  /// will (`distantFuture`), what is said at its end counts.
  mutating func expect(
    _ usage: QuotaDemand, reserved: QuotaDemand, from start: Instant, at end: Instant,
    bill: Money = .zero, flight: UInt32 = 0
  ) {
    guard charge != .reserve || spend != nil else { return }
    due.add(
      DueCharge(
        at: end.nanoseconds, reservedAt: start.nanoseconds, used: usage, reserved: reserved,
        bill: bill.picodollars, flight: flight))
  }

  /// An attempt has ended at another instant than it had said, or had said none.
  ///
  /// `now` must not lie before the last judgement.
  mutating func end(_ flight: UInt32, used usage: QuotaDemand, bill: Money, at now: Instant) {
    settle(until: now.nanoseconds)
    guard var charge = due.remove(flight: flight) else { return }
    charge.at = now.nanoseconds
    charge.used = usage
    charge.bill = bill.picodollars
    settle(charge)
  }

  /// How many charges and refunds are still to come.
  var pending: Int { due.count }

  @inline(__always)
  private mutating func advance(to now: Int64) {
    spend?.advance(to: now)
    buckets.advance(to: now, steps: steps)
    windows.advance(to: now, steps: steps)
    days.advance(to: now, steps: steps)
    ramps.advance(to: now, steps: steps)
  }

  @inline(__always)
  private mutating func settle(until now: Int64) {
    while let charge = due.removeFirst(until: now) { settle(charge) }
  }

  private mutating func settle(_ due: DueCharge) {
    advance(to: due.at)
    spend?.take(due.bill)
    if charge == .reserve { return }
    let (isCharged, weights) = (charge != .actual, weights)
    let reserved = due.reserved.atStart(charge)
    func change(_ unit: QuotaPlan.Unit) -> Int64 {
      due.used.permits(of: unit, weights) - (isCharged ? reserved.permits(of: unit, weights) : 0)
    }
    buckets.settle(change, chargedAt: due.reservedAt)
    windows.settle(change, chargedAt: due.reservedAt)
    days.settle(change, chargedAt: due.reservedAt)
    ramps.settle(change, chargedAt: due.reservedAt)
  }
}

extension QuotaPlan.Meter {
  /// The most that a continuous bucket holds: the burst, or what the rate gives in a minute, at least 1.
  var capacity: Int64 {
    burst ?? max(1, PermitWindow.limit(rate: rate, length: 60_000_000_000))
  }
}
