/// Values by a 64-bit key, at most `capacity` of them: the one not touched for longest goes first.
///
/// Open addressing with linear probing, at most half full; entries are linked from the latest
/// touched to the one that was touched first, and a removal closes its gap (Knuth 6.4, R).
/// - Complexity: O(1) expected per operation; grows by doubling until it holds `capacity` entries,
///   then allocates nothing.
struct RecencyTable<Value: BitwiseCopyable & Sendable>: Sendable {
  private struct Entry: BitwiseCopyable, Sendable {
    var key: UInt64
    var value: Value
    var newer: UInt32
    var older: UInt32
  }

  let capacity: Int
  private var entries: [Entry] = []
  /// Entry number + 1 per bucket, 0 for empty.
  private var index: [UInt32]
  private var mask: Int
  private var newest = UInt32.max
  private var oldest = UInt32.max
  /// The entries given back, linked by `older`.
  private var free = UInt32.max
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    mask = 63
    index = [UInt32](repeating: 0, count: 64)
  }

  /// The value of a key.
  func value(of key: UInt64) -> Value? {
    guard let number = find(key) else { return nil }
    return entries[number].value
  }

  /// The value of the key that was not touched for longest.
  var last: Value? { oldest == .max ? nil : entries[Int(oldest)].value }

  /// Sets the value of a key and makes it the latest.
  mutating func set(_ key: UInt64, to value: Value) {
    if let number = find(key) {
      entries[number].value = value
      guard newest != UInt32(number) else { return }
      unlink(number)
      link(number)
      return
    }
    if count == capacity { removeLast() }
    if (count + 1) * 2 > mask { grow() }
    let number: Int
    if free != .max {
      number = Int(free)
      free = entries[number].older
      entries[number] = Entry(key: key, value: value, newer: .max, older: .max)
    } else {
      number = entries.count
      entries.append(Entry(key: key, value: value, newer: .max, older: .max))
    }
    put(number)
    link(number)
    count += 1
  }

  /// Calls `body` with every key and its value, the one not touched for longest first.
  func forEachFromOldest(_ body: (UInt64, Value) -> Void) {
    var number = oldest
    while number != .max {
      body(entries[Int(number)].key, entries[Int(number)].value)
      number = entries[Int(number)].newer
    }
  }

  /// Changes the value of a key where it stands, without touching it.
  mutating func replace(_ key: UInt64, by value: Value) {
    if let number = find(key) { entries[number].value = value }
  }

  /// Removes the key that was not touched for longest.
  mutating func removeLast() {
    guard oldest != .max else { return }
    let number = Int(oldest)
    var hole = bucket(of: entries[number].key)
    while index[hole] != UInt32(number) + 1 { hole = (hole + 1) & mask }
    var next = (hole + 1) & mask
    while index[next] != 0 {
      let home = bucket(of: entries[Int(index[next]) - 1].key)
      if (next &- home) & mask >= (next &- hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    index[hole] = 0
    unlink(number)
    entries[number].older = free
    free = UInt32(number)
    count -= 1
  }

  @inline(__always)
  private func bucket(of key: UInt64) -> Int {
    let mixed = (key ^ (key >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: mixed >> 20) & mask
  }

  @inline(__always)
  private func find(_ key: UInt64) -> Int? {
    var place = bucket(of: key)
    while index[place] != 0 {
      let number = Int(index[place]) - 1
      if entries[number].key == key { return number }
      place = (place + 1) & mask
    }
    return nil
  }

  private mutating func put(_ number: Int) {
    var place = bucket(of: entries[number].key)
    while index[place] != 0 { place = (place + 1) & mask }
    index[place] = UInt32(number) + 1
  }

  private mutating func link(_ number: Int) {
    entries[number].older = newest
    entries[number].newer = .max
    if newest != .max { entries[Int(newest)].newer = UInt32(number) }
    newest = UInt32(number)
    if oldest == .max { oldest = UInt32(number) }
  }

  private mutating func unlink(_ number: Int) {
    let (newer, older) = (entries[number].newer, entries[number].older)
    if newer != .max { entries[Int(newer)].older = older } else { newest = older }
    if older != .max { entries[Int(older)].newer = newer } else { oldest = newer }
  }

  private mutating func grow() {
    mask = mask * 2 + 1
    index = [UInt32](repeating: 0, count: mask + 1)
    var number = newest
    while number != .max {
      put(Int(number))
      number = entries[Int(number)].older
    }
  }
}
