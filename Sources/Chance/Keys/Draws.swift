public import Vocabulary

/// The draws of one call and attempt, one after the other: the counter advances inside one key.
@frozen
public struct Draws: BitwiseCopyable, Sendable {
  @usableFromInline let key: ChanceKey
  @usableFromInline let call: CallKey
  @usableFromInline let ordinal: UInt32
  /// The counter of the next draw.
  public var counter: UInt32

  @inlinable @inline(__always)
  init(key: ChanceKey, call: CallKey, ordinal: UInt32, counter: UInt32) {
    self.key = key
    self.call = call
    self.ordinal = ordinal
    self.counter = counter
  }

  /// The next 64 random bits.
  @inlinable @inline(__always)
  public mutating func bits() -> UInt64 {
    let bits = key.bits(call: call, ordinal: ordinal, counter: counter)
    counter &+= 1
    return bits
  }

  /// The next uniform number in (0, 1).
  @inlinable @inline(__always)
  public mutating func uniform() -> Double { ChanceKey.uniform(bits()) }

  /// A whole number from 0 up to, not including, `bound`; 0 if the bound is 0.
  ///
  /// The high half of a 64×64-bit product: off from even shares by less than bound·2⁻⁶⁴.
  @inlinable @inline(__always)
  public mutating func index(below bound: Int) -> Int {
    guard bound > 0 else { return 0 }
    return Int(truncatingIfNeeded: bits().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
