// The two building blocks of every key: a bijection that scatters, and a fold that joins.

/// Mixing of 64-bit words; internal to the room but inlinable into its callers.
@usableFromInline
enum Mixing {
  /// An odd number with the bits of the golden ratio: the step between key words.
  @usableFromInline static var goldenRatio: UInt64 {
    @inlinable @inline(__always) get { 0x9E37_79B9_7F4A_7C15 }
  }

  /// Scatters a word: a bijection in which each input bit flips each output bit half of the time.
  ///
  /// Two multiplications and three shifts with the constants of D. Stafford's thirteenth variant
  /// (the finaliser of splitmix64).
  @inlinable @inline(__always)
  static func scatter(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Joins two words: the high and the low half of their 128-bit product, exclusive-ored.
  @inlinable @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
