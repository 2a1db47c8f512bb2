import Vocabulary

/// Sums of whole amounts over a sliding window, several for each child.
///
/// The window is cut into slices on a fixed grid; an amount falls out with its whole slice, so the
/// sums cover between (slices − 1)/slices and the whole of the window.
/// - Complexity: O(lanes) an amount and a reading, amortised; memory is fixed by `prepare`.
struct SlicedSums: Sendable {
  private let width: Int64
  private let slices: Int
  private let lanes: Int
  private var sums: [Int64] = []
  private var totals: [Int64] = []
  /// The slice that each child has reached, counted from the start of the run.
  private var reached: [Int64] = []

  /// Sums over a window of so many nanoseconds.
  init(window: Int64, slices: Int = 12, lanes: Int = 1) {
    self.slices = slices
    self.lanes = lanes
    width = max(1, window / Int64(slices))
  }

  mutating func prepare(_ count: Int) {
    sums = Array(repeating: 0, count: count * slices * lanes)
    totals = Array(repeating: 0, count: count * lanes)
    reached = Array(repeating: 0, count: count)
  }

  /// Adds an amount to a child's lane.
  @inline(__always)
  mutating func add(_ amount: Int64, to child: Int, lane: Int = 0, at now: Instant) {
    advance(child, at: now)
    let slice = Int(reached[child] % Int64(slices))
    sums[(child * slices + slice) * lanes + lane] &+= amount
    totals[child * lanes + lane] &+= amount
  }

  /// The sum of a child's lane over the window; drops what has left it.
  @inline(__always)
  mutating func total(_ child: Int, lane: Int = 0, at now: Instant) -> Int64 {
    advance(child, at: now)
    return totals[child * lanes + lane]
  }

  /// The same without dropping anything: for those who only look.
  func look(_ child: Int, lane: Int = 0, at now: Instant) -> Int64 {
    let current = now.nanoseconds / width
    let gone = current - reached[child]
    if gone <= 0 { return totals[child * lanes + lane] }
    if gone >= Int64(slices) { return 0 }
    var total = totals[child * lanes + lane]
    for step in 1...gone {
      let slice = Int((reached[child] + step) % Int64(slices))
      total &-= sums[(child * slices + slice) * lanes + lane]
    }
    return total
  }

  /// Forgets a child's amounts.
  mutating func reset(_ child: Int) {
    for place in child * slices * lanes..<(child + 1) * slices * lanes { sums[place] = 0 }
    for lane in 0..<lanes { totals[child * lanes + lane] = 0 }
  }

  @inline(__always)
  private mutating func advance(_ child: Int, at now: Instant) {
    let current = now.nanoseconds / width
    if current > reached[child] { drop(child, upTo: current) }
  }

  private mutating func drop(_ child: Int, upTo current: Int64) {
    var number = max(reached[child], current - Int64(slices)) + 1
    while number <= current {
      // What this slice held has left the window.
      let first = (child * slices + Int(number % Int64(slices))) * lanes
      for lane in 0..<lanes {
        totals[child * lanes + lane] &-= sums[first + lane]
        sums[first + lane] = 0
      }
      number += 1
    }
    reached[child] = current
  }
}
