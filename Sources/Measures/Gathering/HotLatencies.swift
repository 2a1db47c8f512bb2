import Vocabulary

/// What is worked out once for a record and used by everything that counts it.
struct Seen {
  var ending: Ending
  var endToEnd: Int64
  var firstToken: Int64
  var good = true

  @inline(__always)
  init(_ record: UnsafePointer<RequestRecord>) {
    ending = Ending(record)
    endToEnd = record.pointee.arrived.nanoseconds(to: record.pointee.ended)
    firstToken = record.pointee.arrived.nanoseconds(to: record.pointee.began)
  }
}

/// The latencies of the groups of one grouping while they are being filled.
struct HotLatencies: ~Copyable {
  /// Three for each group: served, shared, first token.
  private var histograms: Rows<HotHistogram>
  private let groups: Int

  init(groups: Int) {
    self.groups = max(0, groups)
    histograms = Rows(repeating: HotHistogram(), count: self.groups * 3)
  }

  deinit {
    for index in 0..<histograms.count { histograms[index].free() }
  }

  /// Counts a success in the group at `index`; an index outside counts nowhere.
  @inline(__always)
  mutating func add(_ index: Int, _ seen: Seen) {
    guard index >= 0, index < groups else { return }
    histograms[index &* 3 &+ (seen.ending == .served ? 0 : 1)].record(seen.endToEnd)
    histograms[index &* 3 &+ 2].record(seen.firstToken)
  }

  /// Joins the latencies with the tallies of the same groups.
  func groups(_ tallies: [Tally]) -> [Group] {
    tallies.enumerated().map { index, tally in
      var group = Group()
      group.tally = tally
      guard index < groups else { return group }
      group.servedEndToEnd = histograms[index * 3].histogram
      group.sharedEndToEnd = histograms[index * 3 + 1].histogram
      group.firstToken = histograms[index * 3 + 2].histogram
      return group
    }
  }
}
