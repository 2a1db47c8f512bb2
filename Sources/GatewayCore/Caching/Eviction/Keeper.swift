/// Who says what goes: nobody in a cache without bounds, least recently used without a dynamic
/// call, or any other policy.
///
/// Which it is, is known when the policy is compiled: one predictable branch per hit.
struct Keeper: Sendable {
  enum Way: UInt8, BitwiseCopyable, Sendable {
    case nobody
    case recency
    case other
  }

  let way: Way
  private var recency = LeastRecentlyUsed()
  private var other: any Eviction = LeastRecentlyUsed()

  /// A keeper for a cache of so many units, which are about so many entries; `nil` for no bound.
  init(_ eviction: any Eviction, capacity: Int?, entries: Int) {
    guard let capacity else {
      way = .nobody
      return
    }
    if eviction is LeastRecentlyUsed {
      way = .recency
    } else {
      way = .other
      other = eviction
      other.prepare(capacity: capacity, entries: entries)
    }
  }

  @inline(__always)
  mutating func used(_ entry: UInt32) {
    switch way {
    case .nobody: break
    case .recency: recency.used(entry)
    case .other: other.used(entry)
    }
  }

  @inline(__always)
  mutating func arriving(_ key: UInt64) { if way == .other { other.arriving(key) } }

  /// Asked of a bounded cache that holds something.
  @inline(__always)
  mutating func victim(for size: Int) -> UInt32 {
    way == .recency ? recency.victim(for: size) : other.victim(for: size)
  }

  @inline(__always)
  mutating func stored(_ entry: UInt32, key: UInt64, size: Int) {
    switch way {
    case .nobody: break
    case .recency: recency.stored(entry, key: key, size: size)
    case .other: other.stored(entry, key: key, size: size)
    }
  }

  @inline(__always)
  mutating func removed(_ entry: UInt32) {
    switch way {
    case .nobody: break
    case .recency: recency.removed(entry)
    case .other: other.removed(entry)
    }
  }
}
