/// The keys that were sent away last: no answers, only the memory that they had been there.
///
/// It remembers the latest departures whose sizes add up to at most `limit`; one that returns is
/// struck out and keeps its place until it is old enough to fall off. A ring in order of departure
/// and an open-addressed table over it, at most half full.
/// - Complexity: O(1) expected.
struct GhostList: Sendable {
  struct Ghost: BitwiseCopyable, Sendable {
    var key: UInt64
    var size: Int
    var isStruck: Bool
  }

  private let limit: Int
  private var ring: [Ghost] = []
  private var first = 0
  private var count = 0
  private var size = 0
  /// Position in the ring + 1; 0 for empty.
  private var table: [UInt32] = Array(repeating: 0, count: 16)

  init(limit: Int) { self.limit = limit }

  /// Remembers a key that has just been sent away.
  mutating func remember(_ key: UInt64, size: Int) {
    guard size <= limit else { return }
    _ = forget(key)
    while self.size + size > limit { dropOldest() }
    if count == ring.count { grow() }
    let place = (first + count) % ring.count
    ring[place] = Ghost(key: key, size: size, isStruck: false)
    insert(place)
    count += 1
    self.size += size
  }

  /// Strikes a key out; whether it was remembered.
  mutating func forget(_ key: UInt64) -> Bool {
    guard let bucket = find(key) else { return false }
    ring[Int(table[bucket]) - 1].isStruck = true
    remove(bucket)
    return true
  }

  private mutating func dropOldest() {
    let ghost = ring[first]
    if !ghost.isStruck, let bucket = find(ghost.key) { remove(bucket) }
    size -= ghost.size
    first = (first + 1) % ring.count
    count -= 1
  }

  private func home(_ key: UInt64) -> Int {
    let mixed = (key ^ (key >> 32)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 24) & (table.count - 1)
  }

  private func find(_ key: UInt64) -> Int? {
    var bucket = home(key)
    while table[bucket] != 0 {
      if ring[Int(table[bucket]) - 1].key == key { return bucket }
      bucket = (bucket + 1) & (table.count - 1)
    }
    return nil
  }

  private mutating func insert(_ place: Int) {
    var bucket = home(ring[place].key)
    while table[bucket] != 0 { bucket = (bucket + 1) & (table.count - 1) }
    table[bucket] = UInt32(place + 1)
  }

  /// Empties a bucket and closes the gap (Knuth 6.4 R).
  private mutating func remove(_ bucket: Int) {
    let mask = table.count - 1
    var hole = bucket
    var next = (hole + 1) & mask
    while table[next] != 0 {
      let home = home(ring[Int(table[next]) - 1].key)
      if (next - home) & mask >= (next - hole) & mask {
        table[hole] = table[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    table[hole] = 0
  }

  private mutating func grow() {
    var larger: [Ghost] = []
    larger.reserveCapacity(max(8, ring.count * 2))
    for step in 0..<count { larger.append(ring[(first + step) % ring.count]) }
    while larger.count < max(8, ring.count * 2) {
      larger.append(Ghost(key: 0, size: 0, isStruck: true))
    }
    ring = larger
    first = 0
    table = Array(repeating: 0, count: ring.count * 2)
    for place in 0..<count where !ring[place].isStruck { insert(place) }
  }
}
