/// Which entry goes when a cache is full.
///
/// A policy sees entries as small numbers, which are given again after a removal, and a 64-bit hash
/// of what each is an answer to. Sizes and the capacity are in the same unit: entries (each of size
/// 1) or bytes. The cache tells it in this order:
/// - a hit: `used`;
/// - a new answer: `arriving`, then `victim` as often as room lacks, each followed by `removed`,
///   then `stored`;
/// - an entry that expires or is overwritten by one of another size: `removed`.
/// - Complexity: each call O(1), amortised; no allocation once the cache has had its capacity.
public protocol Eviction: Sendable {
  /// Learns the capacity in its unit, and about how many entries that is.
  mutating func prepare(capacity: Int, entries: Int)
  /// An entry has answered a request, or has been given a newer answer.
  mutating func used(_ entry: UInt32)
  /// An answer to a new key is about to be stored.
  mutating func arriving(_ key: UInt64)
  /// The entry that goes to make room for `size` units; asked of a cache that is not empty.
  mutating func victim(for size: Int) -> UInt32
  /// An answer has been stored.
  mutating func stored(_ entry: UInt32, key: UInt64, size: Int)
  /// An entry has gone, as the victim or for another reason.
  mutating func removed(_ entry: UInt32)
}

extension Eviction {
  /// Nothing: most policies look at what is stored only.
  public mutating func arriving(_ key: UInt64) {}
}
