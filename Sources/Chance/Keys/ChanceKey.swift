public import Vocabulary

/// The part of a draw's key that does not change from call to call: seed, replication, purpose and
/// name, mixed into 128 bits.
///
/// A draw is a pure function of (seed, replication, purpose, name, call, ordinal, counter). Whoever
/// draws often makes its key once and then pays for two multiplications a draw:
///
///     word = scatter(fold(call ⊕ a, (ordinal·2³² + counter) ⊕ b) + a)
///
/// where `fold` exclusive-ors the halves of the 128-bit product (as wyhash does) and `scatter` is
/// the bijective finaliser of splitmix64. Call keys are weakly mixed (source + number × golden
/// ratio); the tests check that neighbouring calls, ordinals, counters, purposes and names are
/// uncorrelated (avalanche, serial correlation, chi-square on pairs).
@frozen
public struct ChanceKey: BitwiseCopyable, Sendable, Hashable {
  @usableFromInline let a: UInt64
  @usableFromInline let b: UInt64

  @inlinable
  init(world: UInt64, purpose: Purpose, name: NameHash) {
    let purposed = Mixing.scatter(
      world &+ Mixing.goldenRatio &* (purpose.rawValue &+ 1))
    let named = Mixing.scatter(Mixing.scatter(purposed ^ name.bits) &+ purposed)
    a = Mixing.scatter(named &+ Mixing.goldenRatio)
    b = Mixing.scatter(named &+ 2 &* Mixing.goldenRatio)
  }

  /// 64 random bits for a call, its `ordinal`-th attempt and the `counter`-th draw within.
  @inlinable @inline(__always)
  public func bits(call: CallKey, ordinal: UInt32 = 0, counter: UInt32 = 0) -> UInt64 {
    let place = UInt64(ordinal) << 32 | UInt64(counter)
    return Mixing.scatter(Mixing.fold(call.bits ^ a, place ^ b) &+ a)
  }

  /// A uniform number in (0, 1) for a call; never 0, never 1.
  @inlinable @inline(__always)
  public func uniform(call: CallKey, ordinal: UInt32 = 0, counter: UInt32 = 0) -> Double {
    ChanceKey.uniform(bits(call: call, ordinal: ordinal, counter: counter))
  }

  /// 64 random bits for a step of a process in time: its place on a fixed grid.
  @inlinable @inline(__always)
  public func bits(step: Int64, counter: UInt32 = 0) -> UInt64 {
    bits(call: CallKey(bits: UInt64(bitPattern: step) &* Mixing.goldenRatio), counter: counter)
  }

  /// A uniform number in (0, 1) for a step of a process in time: its place on a fixed grid.
  @inlinable @inline(__always)
  public func uniform(step: Int64, counter: UInt32 = 0) -> Double {
    ChanceKey.uniform(bits(step: step, counter: counter))
  }

  /// The draws of one call and attempt, one after the other.
  @inlinable @inline(__always)
  public func draws(call: CallKey, ordinal: UInt32 = 0, from counter: UInt32 = 0) -> Draws {
    Draws(key: self, call: call, ordinal: ordinal, counter: counter)
  }

  /// Turns 64 random bits into a number in (0, 1): an odd multiple of 2⁻⁵³.
  ///
  /// The numbers lie symmetrically about 1/2: `1 - u` is exact and as likely as `u`.
  @inlinable @inline(__always)
  public static func uniform(_ bits: UInt64) -> Double {
    Double(Int64(bitPattern: (bits >> 11) | 1)) * 0x1p-53
  }
}
