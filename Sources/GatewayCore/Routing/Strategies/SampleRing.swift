import Settings
import Vocabulary

/// The latest samples of each child, and their mean or a percentile.
///
/// At most `samples` a child are kept; of these, with a *sliding* window those that are no older
/// than it; with a *tumbling* window all children's samples are forgotten together, `window` after
/// the first of them. A percentile is the nearest rank: of n samples the ⌈p·n⌉-th smallest.
/// - Complexity: O(1) a sample (O(samples) with a percentile, a shift in a sorted row); a reading
///   O(1), and O(samples) additions once after a change.
struct SampleRing: Sendable {
  private let capacity: Int
  private let window: Int64
  private let isTumbling: Bool
  /// The percentile's share; 0 for the mean.
  private let rank: Double
  private var values: [Double] = []
  private var stamps: [Int64] = []
  private var sorted: [Double] = []
  private var oldest: [Int] = []
  private var counts: [Int] = []
  private var known: [Double] = []
  private var isKnown: [Bool] = []
  /// When the tumbling window was opened; `.max` while nothing is in it.
  private var opened = Int64.max

  /// Reads `samples`, `window`, `kind` and `percentile`, the latter with the median as default.
  init(
    reading s: inout SettingsReader, samples: Int, median: Bool = false
  ) throws(SettingError) {
    capacity = try s.integer(
      "samples", default: samples, in: 1...256, "how many of a child's latest samples count")
    window =
      try s.optionalDuration(
        "window", in: .milliseconds(1) ... .seconds(86_400 * 30),
        "how long samples count; without it as long as no later ones push them out")?.nanoseconds
      ?? .max
    isTumbling =
      try s.name(
        "kind", default: "sliding", among: ["sliding", "tumbling"], kind: "window",
        "sliding: each sample for the window; tumbling: all are forgotten together") == 1
    if median {
      rank = try s.share(
        "percentile", default: Probability(0.5), "the percentile of the samples (nearest rank)"
      ).value
    } else {
      rank =
        try s.optionalShare(
          "percentile", "this percentile of the samples (nearest rank) instead of their mean"
        )?.value ?? 0
    }
  }

  mutating func prepare(_ count: Int) {
    values = Array(repeating: 0, count: count * capacity)
    stamps = Array(repeating: 0, count: count * capacity)
    sorted = rank > 0 ? values : []
    oldest = Array(repeating: 0, count: count)
    counts = oldest
    known = Array(repeating: 0, count: count)
    isKnown = Array(repeating: false, count: count)
  }

  /// Whether any child has a sample.
  var isOpen: Bool { opened != .max }

  /// How many samples a child has.
  @inline(__always) func count(_ child: Int) -> Int { counts[child] }

  /// Forgets everything if the tumbling window is over; whether it was.
  @discardableResult @inline(__always)
  mutating func expire(at now: Instant) -> Bool {
    guard isTumbling, opened != .max, now.nanoseconds &- opened > window else { return false }
    forgetAll()
    return true
  }

  /// Forgets everything.
  mutating func forgetAll() {
    for child in counts.indices {
      counts[child] = 0
      isKnown[child] = false
    }
    opened = .max
  }

  /// Forgets a child's samples.
  mutating func reset(_ child: Int) {
    counts[child] = 0
    isKnown[child] = false
  }

  /// Takes in a sample.
  mutating func add(_ value: Double, to child: Int, at now: Instant) {
    expire(at: now)
    if opened == .max { opened = now.nanoseconds }
    if counts[child] == capacity { dropOldest(child) }
    let place = child * capacity + wrapped(oldest[child] + counts[child])
    values[place] = value
    stamps[place] = now.nanoseconds
    if rank > 0 { insert(value, child) }
    counts[child] += 1
    isKnown[child] = false
  }

  /// The mean or the percentile of a child's samples; `nil` if it has none.
  @inline(__always)
  mutating func statistic(of child: Int, at now: Instant) -> Double? {
    if !isTumbling, window != .max {
      while counts[child] > 0,
        now.nanoseconds &- stamps[child * capacity + oldest[child]] > window
      { dropOldest(child) }
    }
    guard counts[child] > 0 else { return nil }
    if !isKnown[child] {
      known[child] = computed(child)
      isKnown[child] = true
    }
    return known[child]
  }

  /// The same, computed anew and without forgetting anything: for those who only look.
  func look(_ child: Int, at now: Instant) -> Double? {
    var copy = self
    copy.expire(at: now)
    return copy.statistic(of: child, at: now)
  }

  private func computed(_ child: Int) -> Double {
    let count = counts[child]
    if rank > 0 {
      let exact = rank * Double(count)
      let whole = Int(exact)
      let place = Double(whole) < exact ? whole + 1 : whole
      return sorted[child * capacity + max(1, min(count, place)) - 1]
    }
    var sum = 0.0
    for number in 0..<count {
      sum += values[child * capacity + wrapped(oldest[child] + number)]
    }
    return sum / Double(count)
  }

  @inline(__always)
  private func wrapped(_ place: Int) -> Int { place >= capacity ? place - capacity : place }

  private mutating func dropOldest(_ child: Int) {
    let value = values[child * capacity + oldest[child]]
    oldest[child] = wrapped(oldest[child] + 1)
    if rank > 0 { remove(value, child) }
    counts[child] -= 1
    isKnown[child] = false
  }

  /// The first place of a child's sorted row that is not below `value`.
  private func place(of value: Double, _ child: Int) -> Int {
    var low = child * capacity
    var high = low + counts[child]
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func insert(_ value: Double, _ child: Int) {
    let place = place(of: value, child)
    var last = child * capacity + counts[child]
    while last > place {
      sorted[last] = sorted[last - 1]
      last -= 1
    }
    sorted[place] = value
  }

  private mutating func remove(_ value: Double, _ child: Int) {
    let end = child * capacity + counts[child]
    var place = place(of: value, child)
    while place + 1 < end {
      sorted[place] = sorted[place + 1]
      place += 1
    }
  }
}
