import Vocabulary

/// What is worked out once for a record and used by everything that counts it.
struct Seen {
  var ending: Ending
  var endToEnd: Int64
  var firstToken: Int64
  var good = true
  /// Nanoseconds from the arrival of the call to that of the request.
  var callAge: Int64

  @inline(__always)
  init(_ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>) {
    ending = Ending(record)
    callAge = truth.pointee.callAge
    endToEnd = record.pointee.arrived.nanoseconds(to: record.pointee.ended)
    firstToken = record.pointee.arrived.nanoseconds(to: record.pointee.began)
  }
}

/// The latencies of the groups of one grouping while they are being filled.
struct HotLatencies: ~Copyable {
  /// Five for each group: served, shared, first token; and of further tries of a call the time of
  /// the request and that of the call.
  private var histograms: Rows<HotHistogram>
  private let groups: Int
  private static var kinds: Int { 5 }

  init(groups: Int) {
    self.groups = max(0, groups)
    histograms = Rows(repeating: HotHistogram(), count: self.groups * HotLatencies.kinds)
  }

  deinit {
    for index in 0..<histograms.count { histograms[index].free() }
  }

  /// Counts a success in the group at `index`; an index outside counts nowhere.
  @inline(__always)
  mutating func add(_ index: Int, _ seen: Seen) {
    guard index >= 0, index < groups else { return }
    let row = index &* HotLatencies.kinds
    histograms[row &+ (seen.ending == .served ? 0 : 1)].record(seen.endToEnd)
    histograms[row &+ 2].record(seen.firstToken)
    if seen.callAge != 0 {
      histograms[row &+ 3].record(seen.endToEnd)
      histograms[row &+ 4].record(seen.endToEnd &+ seen.callAge)
    }
  }

  /// Joins the latencies with the tallies of the same groups.
  func groups(_ tallies: [Tally]) -> [Group] {
    tallies.enumerated().map { index, tally in
      var group = Group()
      group.tally = tally
      guard index < groups else { return group }
      let row = index * HotLatencies.kinds
      group.servedEndToEnd = histograms[row].histogram
      group.sharedEndToEnd = histograms[row + 1].histogram
      group.firstToken = histograms[row + 2].histogram
      group.furtherTries = histograms[row + 3].histogram
      group.furtherCalls = histograms[row + 4].histogram
      return group
    }
  }
}
