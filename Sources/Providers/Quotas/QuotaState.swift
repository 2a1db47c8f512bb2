import Vocabulary

/// One quota at work: its meters, and the charges and refunds that are due when answers end.
struct QuotaState: Sendable {
  private enum Level: Sendable {
    case bucket(PermitBucket)
    case window(PermitWindow)
    case day(CalendarWindow)
    case ramp(RampWindow)
  }

  private struct Meter: Sendable {
    let unit: QuotaPlan.Unit
    var level: Level
  }

  private let charge: QuotaPlan.Charge
  private let weights: QuotaPlan.Weights
  private let saysRetryAfter: Bool
  private let steps: CapacitySteps
  private var meters: [Meter]
  private var spend: CalendarWindow?
  private var due = DueCharges()

  /// How long a refusal takes, in nanoseconds.
  let answers: Int64

  init(_ plan: QuotaPlan, incidents: [IncidentPlan]) {
    charge = plan.charge
    weights = plan.weights
    saysRetryAfter = plan.saysRetryAfter
    answers = max(0, plan.answers.nanoseconds)
    steps = CapacitySteps(incidents)
    spend = plan.spend.map {
      CalendarWindow(limit: $0.count, of: $0.period, plan.calendar)
    }
    var meters = plan.meters.map { meter in
      if meter.isDaily {
        let limit = PermitWindow.limit(rate: meter.rate, length: 86_400_000_000_000)
        return Meter(
          unit: meter.unit, level: .day(CalendarWindow(limit: limit, of: .day, plan.calendar)))
      }
      if let window = plan.window {
        let length = max(1, window.nanoseconds)
        return Meter(
          unit: meter.unit, level: .window(PermitWindow(rate: meter.rate, length: length)))
      }
      return Meter(
        unit: meter.unit,
        level: .bucket(PermitBucket(rate: meter.rate, burst: meter.capacity)))
    }
    if let acceleration = plan.acceleration {
      meters.append(Meter(unit: .tokens, level: .ramp(RampWindow(acceleration))))
    }
    self.meters = meters
  }

  /// Judges an attempt against all meters and charges all of them, or none.
  mutating func judge(_ demand: QuotaDemand, at now: Instant) -> QuotaVerdict {
    settle(until: now.nanoseconds)
    advance(to: now.nanoseconds)
    if let spend, !spend.holds(1) { return .spent }
    let factor = steps.factor(at: now.nanoseconds)
    var isRefused = false
    var wait: Int64? = 0
    for meter in meters {
      let asked = charge == .estimate ? 1 : max(1, atStart(demand, meter.unit))
      let missing: Int64??
      switch meter.level {
      case .bucket(let bucket):
        missing = bucket.holds(asked) ? nil : .some(bucket.wait(for: asked, factor: factor))
      case .window(let window):
        missing =
          window.holds(asked, factor: factor)
          ? nil : .some(window.wait(for: asked, factor: factor, at: now.nanoseconds))
      case .day(let day):
        missing = day.holds(asked) ? nil : .some(day.wait(for: asked, at: now.nanoseconds))
      case .ramp(let ramp):
        missing = ramp.holds(asked) ? nil : .some(ramp.wait(at: now.nanoseconds))
      }
      guard let missing else { continue }
      isRefused = true
      if let soFar = wait, let missing { wait = max(soFar, missing) } else { wait = nil }
    }
    if isRefused {
      guard saysRetryAfter, let wait else { return .refused(.unsaid) }
      return .refused(RetryAfter(.nanoseconds(wait)))
    }
    for index in meters.indices { take(atStart(demand, meters[index].unit), from: index) }
    return .admitted
  }

  /// Notes what an admitted attempt will have used when it ends.
  mutating func expect(
    _ usage: QuotaDemand, reserved: QuotaDemand, from start: Instant, at end: Instant,
    bill: Money = .zero
  ) {
    guard charge != .reserve || spend != nil, end != .distantFuture else { return }
    due.add(
      DueCharge(
        at: end.nanoseconds, reservedAt: start.nanoseconds, used: usage, reserved: reserved,
        bill: bill.picodollars))
  }

  /// How many charges and refunds are still to come.
  var pending: Int { due.count }

  private func atStart(_ demand: QuotaDemand, _ unit: QuotaPlan.Unit) -> Int64 {
    unit == .requests || charge != .actual ? demand.permits(of: unit, weights) : 0
  }

  private mutating func advance(to now: Int64) {
    spend?.advance(to: now)
    for index in meters.indices {
      switch meters[index].level {
      case .bucket(var bucket):
        bucket.advance(to: now, steps: steps)
        meters[index].level = .bucket(bucket)
      case .window(var window):
        window.advance(to: now)
        meters[index].level = .window(window)
      case .day(var day):
        day.advance(to: now)
        meters[index].level = .day(day)
      case .ramp(var ramp):
        ramp.advance(to: now)
        meters[index].level = .ramp(ramp)
      }
    }
  }

  private mutating func take(_ permits: Int64, from index: Int) {
    switch meters[index].level {
    case .bucket(var bucket):
      bucket.take(permits)
      meters[index].level = .bucket(bucket)
    case .window(var window):
      window.take(permits)
      meters[index].level = .window(window)
    case .day(var day):
      day.take(permits)
      meters[index].level = .day(day)
    case .ramp(var ramp):
      ramp.take(permits)
      meters[index].level = .ramp(ramp)
    }
  }

  private mutating func settle(until now: Int64) {
    while let charge = due.removeFirst(until: now) {
      advance(to: charge.at)
      spend?.take(charge.bill)
      if self.charge == .reserve { continue }
      for index in meters.indices where meters[index].unit != .requests {
        let unit = meters[index].unit
        var change = charge.used.permits(of: unit, weights)
        if self.charge != .actual { change -= charge.reserved.permits(of: unit, weights) }
        // A refund belongs to the window that was charged; a later one knows nothing of it.
        if change < 0, !isOfPresent(charge.reservedAt, index) { continue }
        take(change, from: index)
      }
    }
  }
}

extension QuotaState {
  /// Whether an instant lies in the window that a meter counts now; always, if it has none.
  private func isOfPresent(_ instant: Int64, _ index: Int) -> Bool {
    switch meters[index].level {
    case .bucket: true
    case .window(let window): window.window(of: instant) == window.index
    case .day(let day): day.holds(instant: instant)
    case .ramp(let ramp): ramp.holds(instant: instant)
    }
  }
}

extension QuotaPlan.Meter {
  /// The most that a continuous bucket holds: the burst, or what the rate gives in a minute, at least 1.
  var capacity: Int64 {
    burst ?? max(1, PermitWindow.limit(rate: rate, length: 60_000_000_000))
  }
}
