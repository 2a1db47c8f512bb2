import Vocabulary

// What a breach says. Kept apart: this code runs only when a law is broken.
extension OpenRequests {
  @inline(never)
  func disorderly(_ record: borrowing AttemptRecord, _ breaches: inout Breaches) {
    breaches.add(
      .causeFirst, request: record.request, at: record.ended,
      "attempt \(record.index): arrived \(text(record.arrived)), started \(text(record.started)), "
        + "first token \(text(record.firstToken)), ended \(text(record.ended))")
  }

  @inline(never)
  func disorderly(_ record: borrowing SideCallRecord, _ breaches: inout Breaches) {
    breaches.add(
      .causeFirst, request: record.request, at: record.ended,
      "side call \(record.number): arrived \(text(record.arrived)), ended \(text(record.ended))")
  }

  @inline(never)
  func disorderly(_ record: borrowing RequestRecord, _ breaches: inout Breaches) {
    breaches.add(
      .causeFirst, request: record.number, at: record.settled,
      "arrived \(text(record.arrived)), began \(text(record.began)), ended \(text(record.ended)), "
        + "settled \(text(record.settled))")
  }

  @inline(never)
  func disorderly(_ record: borrowing RequestRecord, _ seen: Sums, _ breaches: inout Breaches) {
    breaches.add(
      .causeFirst, request: record.number, at: record.settled,
      "arrived \(text(record.arrived)) and settled \(text(record.settled)), but its attempts say "
        + "arrived \(text(seen.arrived)) and the last ended \(text(seen.lastEnd))")
  }

  @inline(never)
  func unbalanced(
    _ record: borrowing RequestRecord, _ truth: borrowing RequestTruth, _ seen: Sums,
    _ breaches: inout Breaches
  ) {
    breaches.add(
      .booksBalance, request: record.number, at: record.settled,
      "billed \(truth.bill.picodollars) p$, its attempts and side calls \(seen.bill.picodollars) p$; "
        + "estimated \(record.estimate.picodollars) p$, its attempts \(seen.estimate.picodollars) p$"
    )
  }

  @inline(never)
  func unbounded(
    _ record: borrowing RequestRecord, _ truth: borrowing RequestTruth, _ breaches: inout Breaches
  ) {
    breaches.add(
      .boundsHold, request: record.number, at: record.ended,
      "bill \(truth.bill.picodollars) p$, floor \(truth.floorBill.picodollars) p$; "
        + "latency \(record.arrived.nanoseconds(to: record.ended)) ns, "
        + "floor \(truth.floorNanoseconds) ns")
  }

  private func text(_ instant: Instant) -> String {
    instant == .distantFuture ? "never" : "\(instant.nanoseconds) ns"
  }
}
