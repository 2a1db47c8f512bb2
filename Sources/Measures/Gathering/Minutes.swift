import Vocabulary

/// A slice minute by minute: whole tallies, and latencies in coarse buckets.
///
/// Every measure of the catalogue can be asked of a minute or of several in a row. Latencies stand
/// in the buckets of `Series` (8 to an octave, so at most 12.5 % wide); a quantile is interpolated
/// inside its bucket. A minute takes about 3 KB.
/// - Complexity: `add` O(1); `group` O(minutes asked for + buckets).
public struct Minutes: Sendable, Equatable {
  /// Which latency a row of buckets holds.
  private enum Clock: Int, CaseIterable {
    case served, shared, firstToken, perToken
  }

  /// The width of a minute in nanoseconds: sixty seconds, unless the plan says otherwise.
  public let bucket: Int64
  private var tallies: [Tally] = []
  private var latencies: [UInt32] = []
  private var throttled: [Int] = []

  private static let rowLength = Series.rowLength * Clock.allCases.count

  /// The measured interval: a minute that lies only partly in it is not whole.
  private let from: Instant
  private let to: Instant

  /// Makes an empty one for the arrivals in [from, to).
  init(bucket: Duration, from: Instant, to: Instant) {
    self.bucket = max(1, bucket.nanoseconds)
    (self.from, self.to) = (from, to)
  }

  /// How many minutes there are, from the start of the run.
  public var count: Int { tallies.count }

  /// When the minute at `index` begins.
  public func start(of index: Int) -> Instant { Instant(nanoseconds: Int64(index) * bucket) }

  /// The minutes that lie wholly in [from, to) and in the measured interval.
  public func indices(from begin: Instant, to end: Instant) -> Range<Int> {
    let (opens, closes) = (max(begin, from), min(end, to))
    let first = opens <= .start ? 0 : Int((opens.nanoseconds + bucket - 1) / bucket)
    let last = min(Int64(count), max(0, closes.nanoseconds / bucket))
    return first < Int(last) ? first..<Int(last) : 0..<0
  }

  mutating func add(
    _ record: UnsafePointer<RequestRecord>, _ truth: UnsafePointer<RequestTruth>, _ seen: Seen,
    perToken: Int64?
  ) {
    let index = place(of: record.pointee.arrived)
    tallies[index].add(record, truth, seen)
    guard seen.ending.isSuccess else { return }
    count(seen.endToEnd, seen.ending == .served ? .served : .shared, at: index)
    count(seen.firstToken, .firstToken, at: index)
    if let perToken { count(perToken, .perToken, at: index) }
  }

  /// Counts the answer of a call that is not where its request is.
  mutating func shift(at instant: Instant, by count: Int) {
    tallies[place(of: instant)].answersElsewhere += count
  }

  mutating func addThrottled(at arrived: Instant) {
    throttled[place(of: arrived)] += 1
  }

  private mutating func count(_ latency: Int64, _ clock: Clock, at index: Int) {
    let column = Series.column(of: latency)
    latencies[index * Minutes.rowLength + clock.rawValue * Series.rowLength + column] &+= 1
  }

  private mutating func place(of arrived: Instant) -> Int {
    let index = Int(min(max(0, arrived.nanoseconds) / bucket, Int64(Series.longest - 1)))
    if index >= tallies.count {
      let more = index + 1 - tallies.count
      tallies.append(contentsOf: repeatElement(Tally(), count: more))
      throttled.append(contentsOf: repeatElement(0, count: more))
      latencies.append(contentsOf: repeatElement(0, count: more * Minutes.rowLength))
    }
    return index
  }

  /// The requests of some minutes in a row as one group.
  public func group(_ range: Range<Int>) -> Group {
    var group = Group()
    var rows = [UInt32](repeating: 0, count: Minutes.rowLength)
    let kept = range.clamped(to: 0..<count)
    for index in kept {
      group.tally.merge(tallies[index])
      group.throttled += throttled[index]
      let begin = index * Minutes.rowLength
      for column in rows.indices { rows[column] &+= latencies[begin + column] }
    }
    group.measured = Int64(range.count) * bucket
    func histogram(_ clock: Clock) -> Histogram {
      let begin = clock.rawValue * Series.rowLength
      return Histogram(coarse: rows[begin..<begin + Series.rowLength])
    }
    group.servedEndToEnd = histogram(.served)
    group.sharedEndToEnd = histogram(.shared)
    group.firstToken = histogram(.firstToken)
    group.perOutputToken = histogram(.perToken)
    return group
  }

  /// Adds another run's minutes, exactly.
  public mutating func merge(_ other: Minutes) {
    guard other.bucket == bucket else { return }
    tallies.merge(other.tallies) { $0.merge($1) }
    throttled.merge(other.throttled) { $0 += $1 }
    latencies.merge(other.latencies) { $0 &+= $1 }
  }
}

extension Histogram {
  /// The counts of coarse buckets, each spread evenly over the fine ones inside it.
  init(coarse row: ArraySlice<UInt32>) {
    self.init()
    for (column, count) in row.enumerated() where count > 0 {
      let low = Int64(Series.lowerBound(of: column))
      let high = max(low + 1, Int64(Series.lowerBound(of: column + 1)))
      let steps = min(Int64(count), Int64(32))
      for step in 0..<steps {
        // The middles of equal parts, and the counts that fall to each.
        let value = low + (high - low) * (2 * step + 1) / (2 * steps)
        let share = Int64(count) * (step + 1) / steps - Int64(count) * step / steps
        record(value, times: UInt64(share))
      }
    }
  }
}
