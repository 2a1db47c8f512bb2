/// A small table from 64-bit keys to plain values, for what is in flight.
///
/// Open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 3, 6.4, algorithm
/// R). The key itself is the hash: keys here are arrival numbers, dense and nearly in order, so
/// neighbours lie in neighbouring slots. The key `UInt64.max` is reserved.
/// - Complexity: O(1) expected; at most half full.
struct OpenTable<Value: BitwiseCopyable>: ~Copyable {
  struct Entry: BitwiseCopyable {
    var key: UInt64
    var value: Value
  }
  private static var empty: UInt64 { .max }
  private var entries: Rows<Entry>
  private var mask: Int
  private let blank: Value
  private(set) var count = 0

  init(blank: Value, capacity: Int = 256) {
    self.blank = blank
    entries = Rows(repeating: Entry(key: .max, value: blank), count: capacity)
    mask = capacity - 1
  }

  /// The slot of `key`, which is put there with a blank value if it was absent; `nil` for the
  /// reserved key.
  @inline(__always)
  mutating func slot(of key: UInt64) -> Int? {
    if key == Self.empty { return nil }
    var slot = Int(truncatingIfNeeded: key) & mask
    while entries[proven: slot].key != key {
      if entries[proven: slot].key == Self.empty {
        if count &* 2 >= mask { return growAndInsert(key) }
        entries[proven: slot] = Entry(key: key, value: blank)
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
    while entries[proven: slot].key != key {
      if entries[proven: slot].key == Self.empty { return nil }
      slot = (slot &+ 1) & mask
    }
    return slot
  }

  subscript(slot: Int) -> Value {
    @inline(__always) _read { yield entries[proven: slot].value }
    @inline(__always) _modify { yield &entries[proven: slot].value }
  }

  /// Where `slot` lies, until the table grows.
  @inline(__always)
  mutating func address(of slot: Int) -> UnsafeMutablePointer<Entry> {
    entries.address(of: slot)
  }

  /// Removes what is in `slot` and closes the gap.
  @inline(__always)
  mutating func remove(at slot: Int) {
    var hole = slot
    var next = (slot &+ 1) & mask
    while entries[proven: next].key != Self.empty {
      let home = Int(truncatingIfNeeded: entries[proven: next].key) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        entries[proven: hole] = entries[proven: next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    entries[proven: hole].key = Self.empty
    count &-= 1
  }

  /// All keys with their values, in order of the key.
  var sorted: [(key: UInt64, value: Value)] {
    entries.array().filter { $0.key != Self.empty }.map { (key: $0.key, value: $0.value) }
      .sorted { $0.key < $1.key }
  }

  @inline(never)
  private mutating func growAndInsert(_ key: UInt64) -> Int? {
    let old = sorted
    let capacity = entries.count * 2
    entries = Rows(repeating: Entry(key: Self.empty, value: blank), count: capacity)
    mask = capacity - 1
    count = 0
    for (key, value) in old {
      if let slot = slot(of: key) { entries[slot].value = value }
    }
    return slot(of: key)
  }
}
