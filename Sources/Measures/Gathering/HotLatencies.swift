import Vocabulary

/// What is worked out once for a record and used by everything that counts it.
struct Seen {
  /// The raw value of its ending.
  let code: UInt8
  let endToEnd: Int64
  let firstToken: Int64
  var good = true

  /// How it ended.
  var ending: Ending { Ending(rawValue: code) ?? .failed }
  /// Whether the client has a whole answer.
  @inline(__always) var isSuccess: Bool { code <= Ending.followed.rawValue }
  /// Whether a provider served it.
  @inline(__always) var isServed: Bool { code == Ending.served.rawValue }

  @inline(__always)
  init(_ record: UnsafePointer<RequestRecord>) {
    code = Ending.code(record)
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
    let bucket = HotHistogram.Place(seen.endToEnd)
    histograms[proven: index &* 3 &+ (seen.isServed ? 0 : 1)].record(bucket)
    // An answer that is not streamed has the one latency.
    histograms[proven: index &* 3 &+ 2].record(
      seen.firstToken == seen.endToEnd ? bucket : HotHistogram.Place(seen.firstToken))
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
