import Vocabulary

/// A client that replays a recorded trace; the answers it gets change nothing.
///
/// The first row arrives at the start. `speed` divides the time since then; `loop` begins again one
/// mean gap after the last row, and goes on counting calls.
struct TraceClient: Client {
  /// How a trace is played.
  struct Playing: Sendable, Hashable {
    var speed = 1.0
    var loops = false
    /// How many arrivals there are at most.
    var limit = UInt64.max
  }

  private var reader: TraceReader
  private let playing: Playing
  private let stamp: Stamp
  private let start: Instant
  private let end: Instant
  private let prefixes: PrefixArena?
  /// What the rows say of who asked.
  private let names: TraceNames

  private var row = TraceRow()
  private var number: UInt64 = 0
  /// Rows of the current round so far, its first time, and where it lies on the replay's clock.
  private var rows: Int64 = 0
  private var first: Int64 = 0
  private var roundStart: Int64 = 0
  private var skippedBefore = 0

  init(
    reader: TraceReader, playing: Playing, stamp: Stamp, from start: Instant, until end: Instant,
    prefixes: PrefixArena? = nil
  ) {
    self.reader = reader
    self.reader.readsBlocks = prefixes != nil
    names = TraceNames(reader.format)
    self.prefixes = prefixes
    self.playing = playing
    self.stamp = stamp
    self.start = start
    self.end = end
  }

  var skippedRows: Int { skippedBefore + reader.skippedRows }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    guard number < playing.limit else { return false }
    let last = row.time
    if try !reader.next(into: &row) {
      guard playing.loops else { return false }
      try beginAgain(after: last)
      guard try reader.next(into: &row) else { return false }
    }
    if rows == 0 { first = row.time }
    rows += 1
    let (elapsed, overflow) = roundStart.addingReportingOverflow(row.time - first)
    guard !overflow, let after = scaled(elapsed) else { return false }
    let now = start.advanced(byNanoseconds: after)
    guard now < end else { return false }
    stamp.fill(&arrival, at: now, number: number, row: row)
    if !names.isEmpty { stamp.name(&arrival, number: number, row: row, names) }
    if let prefixes { tellPrefix(&arrival, prefixes) }
    number &+= 1
    return true
  }

  /// Tells the pieces of the prompt.
  ///
  /// Without a conversation of its own a call belongs to that of its second block; the first is often
  /// a system prompt that all share.
  private func tellPrefix(_ arrival: inout Arrival, _ prefixes: PrefixArena) {
    arrival.prefix = prefixes.add(
      blocks: reader.blocks, of: reader.format.blockTokens, tokens: arrival.request.inputTokens,
      at: arrival.at)
    if arrival.request.conversation == 0, let root = reader.blocks.prefix(2).last {
      arrival.request.conversation = root | 1
    }
  }

  private func scaled(_ elapsed: Int64) -> Int64? {
    if playing.speed == 1 { return elapsed }
    let time = Double(elapsed) / playing.speed
    return time < 9.2e18 ? Int64(time) : nil
  }

  private mutating func beginAgain(after last: Int64) throws(TrafficError) {
    guard rows > 1, last > first else {
      throw .unusable(
        file: reader.path,
        reason: "a trace with \(rows) rows over \((last - first) / 1_000_000_000) s cannot loop\n"
          + "  next: remove `loop` from the stream, or use a longer trace")
    }
    let span = last - first
    let (sum, overflow) = roundStart.addingReportingOverflow(span + max(1, span / (rows - 1)))
    roundStart = overflow ? .max : sum
    rows = 0
    skippedBefore += reader.skippedRows
    try reader.rewind()
  }
}

/// Which names the rows of a trace give.
struct TraceNames: OptionSet, Sendable {
  let rawValue: UInt16

  static let team = TraceNames(.team)
  static let user = TraceNames(.user)
  static let key = TraceNames(.key)
  static let feature = TraceNames(.feature)

  init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Those of a format.
  init(_ format: TraceFormat) {
    self.init(format.names.map { TraceNames($0.role) })
  }

  private init(_ role: TraceFormat.Role) { self.init(rawValue: 1 << UInt16(role.rawValue)) }
}
