/// What an attempt used, to be charged when it ends.
struct DueCharge: BitwiseCopyable {
  var at: Int64
  var reservedAt: Int64
  var used: QuotaDemand
  var reserved: QuotaDemand
  /// Picodollars.
  var bill: Int64 = 0
}

/// The charges that are still to come, the earliest first: a binary heap.
///
/// Charges commute within an instant, so ties need no further order.
/// - Complexity: O(log pending) per entry and removal; as many entries as attempts in flight.
struct DueCharges: Sendable {
  private var heap: [DueCharge] = []

  var count: Int { heap.count }

  mutating func add(_ charge: DueCharge) {
    heap.append(charge)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].at < heap[parent].at else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Removes the earliest charge if it is due by `now`.
  mutating func removeFirst(until now: Int64) -> DueCharge? {
    guard let first = heap.first, first.at <= now else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < heap.count else { return first }
      if child + 1 < heap.count, heap[child + 1].at < heap[child].at { child += 1 }
      guard heap[child].at < heap[parent].at else { return first }
      heap.swapAt(child, parent)
      parent = child
    }
  }
}
