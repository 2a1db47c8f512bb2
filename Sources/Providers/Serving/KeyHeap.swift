import Vocabulary

/// A set of jobs in an order of their own, the least first: a binary heap over 128-bit keys.
///
/// A key is (rank 64 bits, number of arrival 40, slot 24): equal ranks go by arrival. Entries of jobs
/// that have left meanwhile stay until they come up; whoever looks at the head passes over them.
/// - Complexity: O(log n) per entry and removal, without allocation once grown.
struct KeyHeap: ~Copyable, @unchecked Sendable {
  /// Slots that a key can name.
  static let slots = 1 << 24
  private static let numberMask: UInt64 = (1 << 40) - 1

  private var keys = Buffer<UInt128>()

  static func key(rank: UInt64, number: UInt64, slot: Int) -> UInt128 {
    UInt128(rank) << 64 | UInt128((number & numberMask) << 24 | UInt64(slot))
  }

  static func slot(of key: UInt128) -> Int { Int(truncatingIfNeeded: key) & (slots - 1) }

  static func rank(of key: UInt128) -> UInt64 { UInt64(truncatingIfNeeded: key >> 64) }

  /// Whether a key is about the job with that number of arrival.
  static func isAbout(_ key: UInt128, number: UInt64) -> Bool {
    UInt64(truncatingIfNeeded: key) >> 24 == number & numberMask
  }

  var count: Int { keys.count }

  /// The least key; the heap must not be empty.
  var first: UInt128 {
    mutating get { keys[0] }
  }

  mutating func push(_ key: UInt128) {
    var hole = keys.count
    keys.append(key)
    while hole > 0 {
      let parent = (hole &- 1) >> 1
      let above = keys[parent]
      if above <= key { break }
      keys[hole] = above
      hole = parent
    }
    keys[hole] = key
  }

  mutating func removeFirst() {
    let last = keys.removeLast()
    let count = keys.count
    guard count > 0 else { return }
    var hole = 0
    while true {
      var child = 2 &* hole &+ 1
      guard child < count else { break }
      if child &+ 1 < count, keys[child &+ 1] < keys[child] { child &+= 1 }
      if last <= keys[child] { break }
      keys[hole] = keys[child]
      hole = child
    }
    keys[hole] = last
  }
}

/// The slots of jobs that a replica has taken and not yet begun, first in, first out.
/// - Complexity: O(1), amortised.
struct SlotLine: ~Copyable, @unchecked Sendable {
  private var slots = Buffer<UInt32>()
  private var head = 0

  var count: Int { slots.count - head }

  /// The slot at a place behind the head.
  subscript(place: Int) -> Int {
    mutating get { Int(slots[head &+ place]) }
  }

  mutating func append(_ slot: Int) { slots.append(UInt32(slot)) }

  mutating func removeFirst() {
    head &+= 1
    if head == slots.count {
      slots.removeAll()
      head = 0
    } else if head > 32, head &* 2 > slots.count {
      let count = slots.count &- head
      for place in 0..<count { slots[place] = slots[head &+ place] }
      for _ in 0..<head { _ = slots.removeLast() }
      head = 0
    }
  }
}
