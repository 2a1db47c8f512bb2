import Vocabulary

/// The groups of one grouping while they are being filled.
struct HotGroups: ~Copyable {
  private var tallies: Rows<Tally>
  /// Three for each group, if latencies are kept: served, shared, first token.
  private var histograms: Rows<HotHistogram>
  var count: Int { tallies.count }

  init(count: Int, timed: Bool) {
    tallies = Rows(repeating: Tally(), count: count)
    histograms = Rows(repeating: HotHistogram(), count: timed ? count * 3 : 0)
  }

  deinit {
    for index in 0..<histograms.count { histograms[index].free() }
  }

  /// Counts a request in the group at `index`; an index outside counts nowhere.
  @inline(__always)
  mutating func add(
    _ index: Int, _ record: borrowing RequestRecord, _ truth: borrowing RequestTruth,
    _ seen: Seen
  ) {
    guard index >= 0, index < tallies.count else { return }
    tallies[index].add(record, truth, seen)
    guard histograms.count > 0, seen.ending.isSuccess else { return }
    histograms[index &* 3 &+ (seen.ending == .served ? 0 : 1)].record(seen.endToEnd)
    histograms[index &* 3 &+ 2].record(seen.firstToken)
  }

  /// The groups as ordinary values.
  var groups: [Group] {
    (0..<tallies.count).map { index in
      var group = Group()
      group.tally = tallies[index]
      guard histograms.count > 0 else { return group }
      group.servedEndToEnd = histograms[index * 3].histogram
      group.sharedEndToEnd = histograms[index * 3 + 1].histogram
      group.firstToken = histograms[index * 3 + 2].histogram
      return group
    }
  }
}

/// What is worked out once for a record and used by every group.
struct Seen {
  var ending: Ending
  var endToEnd: Int64
  var firstToken: Int64
  var good = true

  @inline(__always)
  init(_ record: borrowing RequestRecord) {
    ending = Ending(record)
    endToEnd = record.arrived.nanoseconds(to: record.ended)
    firstToken = record.arrived.nanoseconds(to: record.began)
  }
}
