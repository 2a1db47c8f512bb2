/// A small table from 64-bit keys to plain values, for what is in flight.
///
/// Open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 3, 6.4, algorithm
/// R). The key itself is the hash: keys here are arrival numbers, dense and nearly in order, so
/// neighbours lie in neighbouring slots. The key `UInt64.max` is reserved.
/// - Complexity: O(1) expected; at most half full.
struct OpenTable<Value: BitwiseCopyable> {
  private static var empty: UInt64 { .max }
  private var keys: [UInt64]
  private var values: [Value]
  private var mask: Int
  private let blank: Value
  private(set) var count = 0

  init(blank: Value, capacity: Int = 256) {
    self.blank = blank
    keys = Array(repeating: .max, count: capacity)
    values = Array(repeating: blank, count: capacity)
    mask = capacity - 1
  }

  /// The slot of `key`, which is put there with a blank value if it was absent; `nil` for the
  /// reserved key.
  @inline(__always)
  mutating func slot(of key: UInt64) -> Int? {
    if key == Self.empty { return nil }
    var slot = Int(truncatingIfNeeded: key) & mask
    while keys[slot] != key {
      if keys[slot] == Self.empty {
        if count &* 2 >= mask { return growAndInsert(key) }
        keys[slot] = key
        values[slot] = blank
        count &+= 1
        return slot
      }
      slot = (slot &+ 1) & mask
    }
    return slot
  }

  /// The slot of `key`, if it is there.
  @inline(__always)
  func find(_ key: UInt64) -> Int? {
    if key == Self.empty { return nil }
    var slot = Int(truncatingIfNeeded: key) & mask
    while keys[slot] != key {
      if keys[slot] == Self.empty { return nil }
      slot = (slot &+ 1) & mask
    }
    return slot
  }

  subscript(slot: Int) -> Value {
    @inline(__always) get { values[slot] }
    @inline(__always) set { values[slot] = newValue }
  }

  /// Removes what is in `slot` and closes the gap.
  @inline(__always)
  mutating func remove(at slot: Int) {
    var hole = slot
    var next = (slot &+ 1) & mask
    while keys[next] != Self.empty {
      let home = Int(truncatingIfNeeded: keys[next]) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        keys[hole] = keys[next]
        values[hole] = values[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    keys[hole] = Self.empty
    count &-= 1
  }

  /// All keys with their values, in order of the key.
  var sorted: [(key: UInt64, value: Value)] {
    zip(keys, values).filter { $0.0 != Self.empty }.map { (key: $0.0, value: $0.1) }
      .sorted { $0.key < $1.key }
  }

  @inline(never)
  private mutating func growAndInsert(_ key: UInt64) -> Int? {
    let old = zip(keys, values).filter { $0.0 != Self.empty }
    let capacity = keys.count * 2
    keys = Array(repeating: Self.empty, count: capacity)
    values = Array(repeating: blank, count: capacity)
    mask = capacity - 1
    count = 0
    for (key, value) in old {
      if let slot = slot(of: key) { values[slot] = value }
    }
    return slot(of: key)
  }
}
