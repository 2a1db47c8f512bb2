public import Vocabulary

/// The source of all randomness of one replication: keyed, or scripted in differential tests.
///
/// The world draws through `ChanceKey`s that it makes once (`key(_:name:)`); a gateway's policies
/// draw through `uniform(_:call:ordinal:counter:)`, which asks the script first if there is one. The
/// keyed path touches no reference count.
///
///     let chance = Chance(seed: 1, replication: 0)
///     let fault = chance.key(.fault, name: NameHash("azure/sweden"))
///     fault.uniform(call: call, ordinal: 2)     // the same number in every run, under every policy
@frozen
public struct Chance: Sendable {
  @usableFromInline let world: UInt64
  /// The script that stands in for the keyed draws of policies; `nil` outside differential tests.
  public let script: Script?

  /// Chance for one replication of a seed.
  @inlinable
  public init(seed: UInt64, replication: UInt64) {
    let seeded = Mixing.scatter(seed &+ Mixing.goldenRatio)
    world = Mixing.scatter(
      Mixing.scatter(seeded ^ Mixing.scatter(replication ^ 0xD1B5_4A32_D192_ED03)) &+ seeded)
    script = nil
  }

  @usableFromInline
  init(script: Script) {
    world = Chance(seed: 0, replication: 0).world
    self.script = script
  }

  /// Chance that hands out the given uniforms in order to whichever key asks.
  public static func scripted(_ draws: [Double]) -> Chance { Chance(script: Script(draws)) }

  /// Chance that hands out each purpose's uniforms in order, to its keys without a name.
  ///
  /// Differential tests replay what a real router drew for choices and for pauses, whatever order
  /// the two were drawn in.
  public static func scripted(_ lanes: [Purpose: [Double]]) -> Chance {
    let world = Chance(seed: 0, replication: 0)
    return Chance(
      script: Script(
        lanes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          (key: world.key($0.key), draws: $0.value)
        }))
  }

  /// The key of a purpose and the name of what it is about (a deployment, a stream, an incident).
  @inlinable
  public func key(_ purpose: Purpose, name: NameHash = NameHash(bits: 0)) -> ChanceKey {
    ChanceKey(world: world, purpose: purpose, name: name)
  }

  /// A uniform number in (0, 1) under a key made before: the script's next, or the keyed one.
  @inlinable @inline(__always)
  public func uniform(
    _ key: ChanceKey, call: CallKey, ordinal: UInt32 = 0, counter: UInt32 = 0
  ) -> Double {
    if script != nil { return scriptedUniform(key) }
    return key.uniform(call: call, ordinal: ordinal, counter: counter)
  }

  /// A uniform number in (0, 1) for a purpose and a name: the script's next, or the keyed one.
  @inlinable
  public func uniform(
    _ purpose: Purpose, name: NameHash = NameHash(bits: 0), call: CallKey, ordinal: UInt32 = 0,
    counter: UInt32 = 0
  ) -> Double {
    uniform(key(purpose, name: name), call: call, ordinal: ordinal, counter: counter)
  }

  /// A whole number from 0 up to, not including, `bound`: ⌊uniform × bound⌋; 0 if the bound is 0.
  @inlinable @inline(__always)
  public func index(
    below bound: Int, _ key: ChanceKey, call: CallKey, ordinal: UInt32 = 0, counter: UInt32 = 0
  ) -> Int {
    guard bound > 0 else { return 0 }
    let uniform = uniform(key, call: call, ordinal: ordinal, counter: counter)
    return min(Int(uniform * Double(bound)), bound - 1)
  }

  @inline(never) @usableFromInline
  func scriptedUniform(_ key: ChanceKey) -> Double { script?.next(for: key) ?? 0.5 }
}
