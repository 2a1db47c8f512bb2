import Vocabulary

/// What is worked out once for a record and used by everything that counts it.
struct Seen {
  /// The raw value of its ending.
  let code: UInt8
  let endToEnd: Int64
  let firstToken: Int64
  var good = true
  /// Nanoseconds from the arrival of the call to that of the request.
  var callAge: Int64

  /// How it ended.
  var ending: Ending { Ending(rawValue: code) ?? .failed }
  /// Whether the client has a whole answer.
  @inline(__always) var isSuccess: Bool { code <= Ending.followed.rawValue }
  /// Whether a provider served it.
  @inline(__always) var isServed: Bool { code == Ending.served.rawValue }

  @inline(__always)
  init(_ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>) {
    code = Ending.code(record)
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
    let whole = HotHistogram.Place(seen.endToEnd)
    histograms[proven: row &+ (seen.isServed ? 0 : 1)].record(whole)
    // An answer that is not streamed has the one latency.
    histograms[proven: row &+ 2].record(
      seen.firstToken == seen.endToEnd ? whole : HotHistogram.Place(seen.firstToken))
    if seen.callAge != 0 {
      histograms[proven: row &+ 3].record(whole)
      histograms[proven: row &+ 4].record(seen.endToEnd &+ seen.callAge)
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
