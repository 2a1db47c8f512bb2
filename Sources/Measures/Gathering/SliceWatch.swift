import Vocabulary

/// One slice while it is being filled: its tally, its latencies and, if it keeps one, its series.
final class SliceWatch {
  private let slice: Slice
  private var tally = Tally()
  private var latencies = HotLatencies(groups: 1)
  private var hot: HotSeries

  init(_ slice: Slice, _ plan: MeasuresPlan) {
    self.slice = slice
    hot = HotSeries(bucket: plan.seriesBucket, deployments: plan.deployments)
  }

  func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen
  ) {
    guard slice.contains(record) else { return }
    tally.add(record, truth, seen)
    if seen.isSuccess { latencies.add(0, seen) }
    if slice.keepsSeries { hot.add(record, truth, seen) }
  }

  /// Counts the answer of a call that is not where its request is: in the interval or the slice.
  func shift(_ record: UnsafePointer<RequestRecord>, began: Instant, _ from: Instant, _ to: Instant)
  {
    let arrived = record.pointee.arrived
    let here = arrived >= from && arrived < to && slice.contains(record)
    let there = began >= from && began < to && slice.contains(record, arrivedAt: began)
    tally.answersElsewhere += (there ? 1 : 0) - (here ? 1 : 0)
  }

  /// What the slice holds.
  var groups: [Group] { latencies.groups([tally]) }
  /// Its own series, if it keeps one.
  var series: Series? { slice.keepsSeries ? hot.series : nil }
}
