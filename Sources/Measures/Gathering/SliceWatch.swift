import Vocabulary

/// One slice while it is being filled: its whole and, if it keeps them, its minutes.
final class SliceWatch {
  private let slice: Slice
  /// Nanoseconds of the slice's interval that are measured.
  private let measured: Int64
  private var tally = Tally()
  private var latencies = HotLatencies(groups: 1)
  private var tokenTimes = HotHistogram()
  private var throttled = 0
  private var kept: Minutes

  init(_ slice: Slice, _ plan: MeasuresPlan) {
    self.slice = slice
    let (from, to) = (max(slice.from, plan.from), min(slice.to, plan.to))
    measured = max(0, from.nanoseconds(to: to))
    kept = Minutes(bucket: plan.seriesBucket, from: plan.from, to: plan.to)
  }

  deinit { tokenTimes.free() }

  func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen
  ) {
    guard slice.concerns(record, seen) else { return }
    let perToken = slice.timesTokens ? SliceWatch.tokenTime(record, seen) : nil
    if slice.keepsMinutes { kept.add(record, truth, seen, perToken: perToken) }
    guard slice.covers(record.pointee.arrived) else { return }
    tally.add(record, truth, seen)
    if seen.isSuccess { latencies.add(0, seen) }
    if let perToken { tokenTimes.record(perToken) }
  }

  /// Counts an attempt that its provider throttled, if the slice asks for that.
  func add(_ attempt: UnsafePointer<AttemptRecord>) {
    guard slice.countsThrottled, attempt.pointee.outcome.status == 429, slice.concerns(attempt)
    else { return }
    if slice.keepsMinutes { kept.addThrottled(at: attempt.pointee.arrived) }
    if slice.covers(attempt.pointee.arrived) { throttled += 1 }
  }

  /// Nanoseconds from the first token to the end, by output token after the first.
  private static func tokenTime(_ record: UnsafePointer<RequestRecord>, _ seen: Seen) -> Int64? {
    guard seen.isServed, record.pointee.streams, record.pointee.outputTokens > 1 else {
      return nil
    }
    return (seen.endToEnd - seen.firstToken) / Int64(record.pointee.outputTokens - 1)
  }

  /// Counts the answer of a call that is not where its request is: in the interval or the slice.
  func shift(
    _ record: UnsafePointer<RequestRecord>, _ seen: Seen, began: Instant, _ from: Instant,
    _ to: Instant
  ) {
    guard slice.concerns(record, seen) else { return }
    let arrived = record.pointee.arrived
    let (isHere, isThere) = (arrived >= from && arrived < to, began >= from && began < to)
    let here = isHere && slice.covers(arrived)
    let there = isThere && slice.covers(began)
    tally.answersElsewhere += (there ? 1 : 0) - (here ? 1 : 0)
    guard slice.keepsMinutes else { return }
    if isHere { kept.shift(at: arrived, by: -1) }
    if isThere { kept.shift(at: began, by: 1) }
  }

  /// What the slice holds.
  var groups: [Group] {
    latencies.groups([tally]).map { group in
      var group = group
      group.perOutputToken = tokenTimes.histogram
      group.throttled = throttled
      group.measured = measured
      return group
    }
  }

  /// Its minutes, if it keeps them.
  var minutes: Minutes? { slice.keepsMinutes ? kept : nil }
}
