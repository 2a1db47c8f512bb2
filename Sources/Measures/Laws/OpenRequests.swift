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
    mutating func add(_ record: UnsafePointer<AttemptRecord>, _ truth: AttemptTruth, _ bit: UInt64)
    {
      indices |= bit
      attempts &+= 1
      served &+= record.pointee.served ? 1 : 0
      bill += truth.bill
      estimate += record.pointee.estimate
      arrived = record.pointee.arrived
      lastEnd = max(lastEnd, record.pointee.ended)
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
  private var maximum: Rows<Int>
  /// The maxima of policies that are taken over later, by policy and alias.
  private let laterMaxima: [[Int]]
  private let clock: PolicyClock
  private let end: Instant
  private var newestSettlement = Instant.distantPast
  private var newestAttempt = Instant.distantPast
  private(set) var records = 0
  private(set) var sideCalls = 0

  init(_ plan: MeasuresPlan) {
    maximum = Rows(repeating: 0, count: plan.maximumAttempts.count)
    for index in plan.maximumAttempts.indices { maximum[index] = plan.maximumAttempts[index] }
    clock = PolicyClock(plan)
    laterMaxima = clock.ticks ? plan.laterPromises.map(\.maximumAttempts) : []
    end = plan.end
  }

  @inline(__always)
  mutating func settled(
    _ record: UnsafePointer<AttemptRecord>, _ truth: AttemptTruth, _ breaches: inout Breaches
  ) {
    // Cause first.
    var orderly = inOrder(record.pointee.arrived, record.pointee.started, record.pointee.ended)
    if !inOrder(newestAttempt, record.pointee.ended, end) { orderly = false }
    if record.pointee.firstToken != .distantFuture {
      if !inOrder(record.pointee.started, record.pointee.firstToken, record.pointee.ended) {
        orderly = false
      }
    }
    if !orderly { disorderly(record.pointee, &breaches) }
    newestAttempt = max(newestAttempt, record.pointee.ended)

    // Settles once.
    if numbers.contains(record.pointee.request) {
      breaches.add(
        .settlesOnce, request: record.pointee.request, at: record.pointee.ended,
        "attempt \(record.pointee.index) settled after its request had")
      return
    }
    guard let slot = sums.slot(of: record.pointee.request) else {
      breaches.add(.settlesOnce, at: record.pointee.ended, "an attempt belongs to no request")
      return
    }
    let bit: UInt64 = record.pointee.index < 64 ? 1 << UInt64(record.pointee.index) : 0
    if sums[slot].indices & bit != 0 {
      breaches.add(
        .settlesOnce, request: record.pointee.request, at: record.pointee.ended,
        "attempt \(record.pointee.index) settled twice")
    }
    if sums[slot].attempts > 0, sums[slot].arrived != record.pointee.arrived {
      breaches.add(
        .causeFirst, request: record.pointee.request, at: record.pointee.ended,
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
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>,
    _ breaches: inout Breaches
  ) {
    records &+= 1
    switch numbers.insert(record.pointee.number) {
    case .new: break
    case .twice:
      breaches.add(
        .endsOnce, request: record.pointee.number, at: record.pointee.settled, "it ended twice")
      return
    case .beyond:
      breaches.add(
        .endsOnce, request: record.pointee.number, at: record.pointee.settled,
        "no arrival has that number")
      return
    }
    if (record.pointee.end == .rejected) != (record.pointee.rejection != .none) {
      breaches.add(
        .endsOnce, request: record.pointee.number, at: record.pointee.settled,
        "it ended as \(record.pointee.end) with rejection \(record.pointee.rejection)")
    }

    // Cause first.
    var orderly = inOrder(record.pointee.arrived, record.pointee.ended, record.pointee.settled)
    // A cache hit ends when its look-up does, which may be after later records have been written.
    if record.pointee.source != .cache, record.pointee.source != .semantic {
      if !inOrder(newestSettlement, record.pointee.settled, end) { orderly = false }
      newestSettlement = max(newestSettlement, record.pointee.settled)
    }
    if record.pointee.began != .distantFuture {
      if !inOrder(record.pointee.arrived, record.pointee.began, record.pointee.ended) {
        orderly = false
      }
    } else if record.pointee.end == .succeeded {
      orderly = false
    }
    if !orderly { disorderly(record.pointee, &breaches) }

    // What its attempts and side calls add up to.
    if record.pointee.attempts == 0, record.pointee.sideCalls == 0 {
      // Nothing is looked up: what it left behind nevertheless is found at the end.
      let servedByNobody = record.pointee.end == .succeeded && record.pointee.source == .provider
      if servedByNobody || truth.pointee.bill != .zero || record.pointee.estimate != .zero {
        compare(record, truth, Sums(), &breaches)
      }
    } else {
      var seen = Sums()
      if let slot = sums.find(record.pointee.number) {
        seen = sums[slot]
        sums.remove(at: slot)
        let (settled, arrived) = (record.pointee.settled, record.pointee.arrived)
        if seen.lastEnd > settled || seen.arrived != arrived {
          disorderly(record.pointee, seen, &breaches)
        }
      }
      compare(record, truth, seen, &breaches)
    }
    let attempts = Int(record.pointee.attempts)

    // Attempt maximum.
    let alias = Int(record.pointee.alias.index)
    var most = alias < maximum.count ? maximum[alias] : .max
    if !laterMaxima.isEmpty { most = maximumOfAll(record, alias, first: most) }
    let causes =
      Int(record.pointee.retries) &+ Int(record.pointee.fallbacks) &+ Int(record.pointee.hedges)
    if attempts > most || (attempts > 0 && attempts != causes &+ 1) {
      let allowed = most == .max ? "any number" : "\(most)"
      breaches.add(
        .attemptMaximum, request: record.pointee.number, at: record.pointee.settled,
        "\(attempts) attempts (\(causes) retries, fallbacks and hedges); allowed: \(allowed)")
    }

    // Bounds hold.
    if record.pointee.end == .succeeded {
      let (floor, fastest) = (truth.pointee.floorBill, truth.pointee.floorNanoseconds)
      let latency = record.pointee.arrived.nanoseconds(to: record.pointee.ended)
      let cheap = truth.pointee.bill < floor && floor.picodollars != .max
      let fast = latency < fastest && fastest != .max
      if cheap || fast { unbounded(record.pointee, truth.pointee, &breaches) }
    }
  }

  /// Compares a request's own sums with what its attempts and side calls add up to.
  @inline(__always)
  private func compare(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Sums,
    _ breaches: inout Breaches
  ) {
    let attempts = Int(record.pointee.attempts)
    if Int(seen.attempts) != attempts
      || (attempts < 64 && seen.indices != (1 << UInt64(attempts)) &- 1)
    {
      breaches.add(
        .settlesOnce, request: record.pointee.number, at: record.pointee.settled,
        "\(seen.attempts) of its \(attempts) attempts have settled")
    }
    if seen.sideCalls & 0xFF != UInt32(record.pointee.sideCalls) {
      breaches.add(
        .settlesOnce, request: record.pointee.number, at: record.pointee.settled,
        "\(seen.sideCalls) of its \(record.pointee.sideCalls) side calls have ended")
    }
    if record.pointee.end == .succeeded, record.pointee.source == .provider, seen.served == 0 {
      breaches.add(
        .settlesOnce, request: record.pointee.number, at: record.pointee.settled,
        "no attempt served the provider's answer")
    }
    if seen.bill != truth.pointee.bill || seen.estimate != record.pointee.estimate {
      unbalanced(record.pointee, truth.pointee, seen, &breaches)
    }
  }

  /// The most attempts that any of the policies allows which were in force during a request.
  @inline(never)
  private func maximumOfAll(
    _ record: UnsafePointer<RequestRecord>, _ alias: Int, first: Int
  ) -> Int {
    let (arrived, settled) = (record.pointee.arrived, record.pointee.settled)
    var most = 0
    for promise in clock.promises(of: record.pointee.replica, from: arrived, to: settled) {
      let allowed =
        promise == 0
        ? first
        : alias < laterMaxima[promise - 1].count ? laterMaxima[promise - 1][alias] : .max
      most = max(most, allowed)
    }
    return most
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
    for number in openNumbers where numbers.contains(number) {
      breaches.add(
        .settlesOnce, request: number, at: tally.changed,
        "attempts or side calls settled of which its record says nothing")
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
