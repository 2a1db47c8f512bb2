import Vocabulary

/// Which bodies have arrived before: a set of 64-bit hashes, by open addressing.
///
/// Two different bodies share a hash with probability 2⁻⁶⁴; the bound that reads this set then
/// becomes lower, never wrong.
/// - Complexity: O(1) expected.
struct FingerprintSet: ~Copyable {
  private var slots: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private var count = 0

  init() {
    mask = 4095
    slots = .allocate(capacity: 4096)
    slots.initialize(repeating: 0, count: 4096)
  }

  deinit { slots.deallocate() }

  /// Adds a body asked of an alias; `true` if it was there.
  ///
  /// A fingerprint of zero is no body.
  mutating func insert(_ fingerprint: UInt128, _ alias: AliasID) -> Bool {
    guard fingerprint != 0 else { return false }
    let mixed = FingerprintSet.hash(fingerprint, alias)
    if (count + 1) * 2 > mask { grow() }
    var place = Int(truncatingIfNeeded: mixed >> 20) & mask
    while slots[place] != 0 {
      if slots[place] & ~1 == mixed {
        slots[place] = mixed | 1
        return true
      }
      place = (place &+ 1) & mask
    }
    slots[place] = mixed
    count += 1
    return false
  }

  /// Whether a body has been asked of an alias more than once.
  func isShared(_ fingerprint: UInt128, _ alias: AliasID) -> Bool {
    guard fingerprint != 0 else { return false }
    let mixed = FingerprintSet.hash(fingerprint, alias)
    var place = Int(truncatingIfNeeded: mixed >> 20) & mask
    while slots[place] != 0 {
      if slots[place] & ~1 == mixed { return slots[place] & 1 == 1 }
      place = (place &+ 1) & mask
    }
    return false
  }

  /// The hash of a body asked of an alias; its lowest bit says whether it was asked again.
  @inline(__always)
  private static func hash(_ fingerprint: UInt128, _ alias: AliasID) -> UInt64 {
    let folded =
      UInt64(truncatingIfNeeded: fingerprint) ^ UInt64(truncatingIfNeeded: fingerprint >> 64)
      ^ UInt64(alias.index) &* 0xD6E8_FEB8_6659_FD93
    return max(2, (folded ^ (folded >> 32)) &* 0x9E37_79B9_7F4A_7C15 & ~1)
  }

  private mutating func grow() {
    let (old, oldMask) = (slots, mask)
    mask = mask * 2 + 1
    slots = .allocate(capacity: mask + 1)
    slots.initialize(repeating: 0, count: mask + 1)
    for i in 0...oldMask where old[i] != 0 {
      var place = Int(truncatingIfNeeded: old[i] >> 20) & mask
      while slots[place] != 0 { place = (place &+ 1) & mask }
      slots[place] = old[i]
    }
    old.deallocate()
  }
}
