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

  /// What the slice holds.
  var groups: [Group] { latencies.groups([tally]) }
  /// Its own series, if it keeps one.
  var series: Series? { slice.keepsSeries ? hot.series : nil }
}
