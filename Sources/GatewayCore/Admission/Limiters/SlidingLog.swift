import Vocabulary

/// A sliding window, exactly: a log of what was charged when.
///
/// A permit charged at t counts until t + length. The log has a fixed number of entries; when it is
/// full, its two oldest become one at the later instant, so it may refuse a little too long but
/// never admits too much. What is given back is taken from the entry of its charge. The log grows to
/// that number as it needs room: of many tenants most are seldom there.
/// - Source: the "sliding log" of Cloudflare's and Redis' rate limiting guides.
/// - Envelope: `most` in any half-open stretch of one length, hence `most` + `most` × t / length in
///   any stretch of t.
/// - Complexity: O(1) amortised; a refusal walks over the entries that must end first.
public struct SlidingLog: Limiter, Equatable {
  private struct Entry: BitwiseCopyable, Equatable {
    var at: Instant
    var permits: Int64
  }

  /// As large as has been needed so far.
  private var ring: [Entry] = []
  private var head = 0
  private var count = 0
  private var sum: Int64 = 0
  private var now: Instant = .start

  /// The rule that many logs share.
  public struct Rule: BitwiseCopyable, Sendable, Hashable {
    /// Permits of a window.
    public let most: Int64
    /// Nanoseconds of a window.
    public let length: Int64
    /// Entries of a log.
    public let entries: Int

    /// A rule; `nil` if a number is not positive, or if there are fewer than two entries.
    public init?(most: Int64, length: Duration, entries: Int = 1024) {
      guard most > 0, length.nanoseconds > 0, entries >= 2 else { return nil }
      self.most = most
      self.length = length.nanoseconds
      self.entries = entries
    }
  }

  /// An empty log.
  public init(_ rule: Rule) {}

  /// Forgets what is older than the window.
  @inline(__always)
  public mutating func refill(_ rule: Rule, at now: Instant) {
    guard now > self.now else { return }
    self.now = now
    while count > 0, ring[head].at.advanced(byNanoseconds: rule.length) <= now {
      sum &-= ring[head].permits
      head = head + 1 == ring.count ? 0 : head + 1
      count -= 1
    }
  }

  /// Whether the window has room for so many.
  @inline(__always)
  public func holds(_ permits: Int64, _ rule: Rule) -> Bool {
    let (total, overflow) = sum.addingReportingOverflow(permits)
    return !overflow && total <= rule.most
  }

  /// When enough of the log has ended.
  public func instant(holding permits: Int64, _ rule: Rule) -> Instant {
    if holds(permits, rule) { return now }
    guard permits <= rule.most else { return .distantFuture }
    var rest = sum
    for place in 0..<count {
      let entry = ring[(head + place) % ring.count]
      rest -= entry.permits
      if rest + permits <= rule.most { return entry.at.advanced(byNanoseconds: rule.length) }
    }
    return now
  }

  /// Logs a charge.
  public mutating func charge(_ permits: Int64, _ rule: Rule) {
    guard permits != 0 else { return }
    let bounded = min(permits, Int64.max / 4 - max(0, sum))
    sum &+= bounded
    if count > 0 {
      let last = (head + count - 1) % ring.count
      if ring[last].at == now {
        ring[last].permits &+= bounded
        return
      }
    }
    if count == ring.count, count < rule.entries {
      grow(to: min(rule.entries, max(8, 2 * count)))
    } else if count == ring.count {
      let next = head + 1 == ring.count ? 0 : head + 1
      ring[next].permits &+= ring[head].permits
      head = next
      count -= 1
    }
    ring[(head + count) % ring.count] = Entry(at: now, permits: bounded)
    count += 1
  }

  private mutating func grow(to size: Int) {
    var larger: [Entry] = []
    larger.reserveCapacity(size)
    for place in 0..<count { larger.append(ring[(head + place) % ring.count]) }
    while larger.count < size { larger.append(Entry(at: .start, permits: 0)) }
    (ring, head) = (larger, 0)
  }

  /// Takes back from the entry of the charge, if it still counts.
  public mutating func giveBack(_ permits: Int64, chargedAt charged: Instant, _ rule: Rule) {
    guard charged.advanced(byNanoseconds: rule.length) > now else { return }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if ring[(head + middle) % ring.count].at < charged {
        low = middle + 1
      } else {
        high = middle
      }
    }
    guard low < count else { return }
    let place = (head + low) % ring.count
    let back = max(0, min(permits, ring[place].permits))
    ring[place].permits -= back
    sum -= back
  }

  /// What the window has room for.
  public func permits(_ rule: Rule) -> Int64 { rule.most - sum }
}
