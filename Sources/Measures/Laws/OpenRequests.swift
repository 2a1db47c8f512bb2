import Vocabulary

/// The laws about one request and its attempts: *ends once, settles once, cause first, books
/// balance, attempt maximum, bounds hold*.
///
/// The attempts of a request settle before it does, so what they add up to is kept only between an
/// attempt's record and its request's record. The request's own sums are compared with these and
/// forgotten; a number that has ended is one bit.
struct OpenRequests: ~Copyable {
  struct Sums: BitwiseCopyable {
    var bill = Money.zero
    var estimate = Money.zero
    var arrived = Instant.distantPast
    var lastEnd = Instant.distantPast
    var indices: UInt64 = 0
    var attempts: UInt32 = 0
    var served: UInt32 = 0
    var sideCalls: UInt32 = 0

    @inline(__always)
    mutating func add(_ record: borrowing AttemptRecord, _ truth: AttemptTruth, _ bit: UInt64) {
      indices |= bit
      attempts &+= 1
      served &+= record.served ? 1 : 0
      bill += truth.bill
      estimate += record.estimate
      arrived = record.arrived
      lastEnd = max(lastEnd, record.ended)
    }

    mutating func add(_ record: borrowing SideCallRecord, _ truth: SideCallTruth) {
      sideCalls &+= 1
      bill += truth.bill
      estimate += record.estimate
      arrived = record.arrived
      lastEnd = max(lastEnd, record.ended)
    }
  }

  private var sums = OpenTable(blank: Sums())
  private var numbers = EndedNumbers()
  private let maximum: [Int]
  private let end: Instant
  private var newestSettlement = Instant.distantPast
  private var newestAttempt = Instant.distantPast
  private(set) var records = 0
  private(set) var sideCalls = 0

  init(_ plan: MeasuresPlan) {
    maximum = plan.maximumAttempts
    end = plan.end
  }

  @inline(__always)
  mutating func settled(
    _ record: borrowing AttemptRecord, _ truth: AttemptTruth, _ breaches: inout Breaches
  ) {
    // Cause first.
    var orderly = inOrder(record.arrived, record.started, record.ended)
    if !inOrder(newestAttempt, record.ended, end) { orderly = false }
    if record.firstToken != .distantFuture {
      if !inOrder(record.started, record.firstToken, record.ended) { orderly = false }
    }
    if !orderly { disorderly(record, &breaches) }
    newestAttempt = max(newestAttempt, record.ended)

    // Settles once.
    if numbers.contains(record.request) {
      breaches.add(
        .settlesOnce, request: record.request, at: record.ended,
        "attempt \(record.index) settled after its request had")
      return
    }
    guard let slot = sums.slot(of: record.request) else {
      breaches.add(.settlesOnce, at: record.ended, "an attempt belongs to no request")
      return
    }
    let bit: UInt64 = record.index < 64 ? 1 << UInt64(record.index) : 0
    if sums[slot].indices & bit != 0 {
      breaches.add(
        .settlesOnce, request: record.request, at: record.ended,
        "attempt \(record.index) settled twice")
    }
    if sums[slot].attempts > 0, sums[slot].arrived != record.arrived {
      breaches.add(
        .causeFirst, request: record.request, at: record.ended,
        "its attempts do not agree when it arrived")
    }
    sums[slot].add(record, truth, bit)
  }

  /// A side call has ended: it settles once, before its request, and its bill is the request's.
  mutating func ended(
    _ record: borrowing SideCallRecord, _ truth: SideCallTruth, _ breaches: inout Breaches
  ) {
    sideCalls &+= 1
    if !inOrder(record.arrived, record.ended, end) { disorderly(record, &breaches) }
    if numbers.contains(record.request) {
      breaches.add(
        .settlesOnce, request: record.request, at: record.ended,
        "side call \(record.number) ended after its request had settled")
      return
    }
    guard let slot = sums.slot(of: record.request) else {
      breaches.add(.settlesOnce, at: record.ended, "a side call belongs to no request")
      return
    }
    sums[slot].add(record, truth)
  }

  @inline(__always)
  mutating func ended(
    _ record: borrowing RequestRecord, _ truth: borrowing RequestTruth,
    _ breaches: inout Breaches
  ) {
    records &+= 1
    switch numbers.insert(record.number) {
    case .new: break
    case .twice:
      breaches.add(.endsOnce, request: record.number, at: record.settled, "it ended twice")
      return
    case .beyond:
      breaches.add(
        .endsOnce, request: record.number, at: record.settled, "no arrival has that number")
      return
    }
    if (record.end == .rejected) != (record.rejection != .none) {
      breaches.add(
        .endsOnce, request: record.number, at: record.settled,
        "it ended as \(record.end) with rejection \(record.rejection)")
    }

    // Cause first.
    var orderly = inOrder(record.arrived, record.ended, record.settled)
    // A cache hit ends when its look-up does, which may be after later records have been written.
    if record.source != .cache {
      if !inOrder(newestSettlement, record.settled, end) { orderly = false }
      newestSettlement = max(newestSettlement, record.settled)
    }
    if record.began != .distantFuture {
      if !inOrder(record.arrived, record.began, record.ended) { orderly = false }
    } else if record.end == .succeeded {
      orderly = false
    }
    if !orderly { disorderly(record, &breaches) }

    // What its attempts add up to.
    var seen = Sums()
    if let slot = sums.find(record.number) {
      seen = sums[slot]
      sums.remove(at: slot)
      let (settled, arrived) = (record.settled, record.arrived)
      if seen.lastEnd > settled || seen.arrived != arrived {
        disorderly(record, seen, &breaches)
      }
    }
    let attempts = Int(record.attempts)
    if Int(seen.attempts) != attempts
      || (attempts < 64 && seen.indices != (1 << UInt64(attempts)) &- 1)
    {
      breaches.add(
        .settlesOnce, request: record.number, at: record.settled,
        "\(seen.attempts) of its \(attempts) attempts have settled")
    }
    if seen.sideCalls & 0xFF != UInt32(record.sideCalls) {
      breaches.add(
        .settlesOnce, request: record.number, at: record.settled,
        "\(seen.sideCalls) of its \(record.sideCalls) side calls have ended")
    }
    if record.end == .succeeded, record.source == .provider, seen.served == 0 {
      breaches.add(
        .settlesOnce, request: record.number, at: record.settled,
        "no attempt served the provider's answer")
    }
    let (bill, estimate) = (truth.bill, record.estimate)
    if seen.bill != bill || seen.estimate != estimate {
      unbalanced(record, truth, seen, &breaches)
    }

    // Attempt maximum.
    let alias = Int(record.alias.index)
    let most = alias < maximum.count ? maximum[alias] : .max
    let causes = Int(record.retries) &+ Int(record.fallbacks) &+ Int(record.hedges)
    if attempts > most || (attempts > 0 && attempts != causes &+ 1) {
      let allowed = most == .max ? "any number" : "\(most)"
      breaches.add(
        .attemptMaximum, request: record.number, at: record.settled,
        "\(attempts) attempts (\(causes) retries, fallbacks and hedges); allowed: \(allowed)")
    }

    // Bounds hold.
    if record.end == .succeeded {
      let (floor, fastest) = (truth.floorBill, truth.floorNanoseconds)
      let latency = record.arrived.nanoseconds(to: record.ended)
      let cheap = bill < floor && floor.picodollars != .max
      let fast = latency < fastest && fastest != .max
      if cheap || fast { unbounded(record, truth, &breaches) }
    }
  }

  @inline(__always)
  private func inOrder(_ first: Instant, _ second: Instant, _ third: Instant) -> Bool {
    first <= second && second <= third
  }

  /// Compares with what the driver counted by itself.
  mutating func close(
    _ tally: StationTally, sideCalls asked: StationTally, _ breaches: inout Breaches
  ) {
    if sideCalls > asked.left {
      breaches.add(
        .settlesOnce, at: tally.changed,
        "\(sideCalls) side calls have records, but only \(asked.left) ended")
    }
    if tally.entered != records + tally.open {
      let missing = numbers.missing(below: UInt64(max(0, tally.entered)), most: 1)
      breaches.add(
        .endsOnce, request: missing.first, at: tally.changed,
        "\(tally.entered) arrived, \(records) ended and \(tally.open) are open")
    } else if let stray = numbers.missing(
      below: UInt64(max(0, tally.entered)), most: tally.open + 1
    ).dropFirst(tally.open).first {
      breaches.add(
        .endsOnce, request: stray, at: tally.changed, "it neither ended nor is it open")
    }
    for number in openNumbers where number >= UInt64(max(0, tally.entered)) {
      breaches.add(
        .settlesOnce, request: number, at: tally.changed,
        "attempts settled for a request that never arrived")
    }
  }

  /// Whether the request of that number has ended.
  func hasEnded(_ number: UInt64) -> Bool { numbers.contains(number) }

  /// The requests with settled attempts that have not ended.
  var openNumbers: [UInt64] { sums.sorted.map(\.key) }
}
