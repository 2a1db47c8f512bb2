// Dense numbers that names become when a scenario is compiled. They index arrays; they are never
// part of a key of randomness, which is made of names (a dense number changes when the file does).

/// A deployment's index in the compiled scenario.
@frozen
public struct DeploymentID: BitwiseCopyable, Sendable, Hashable, Comparable {
  /// The index.
  public var index: UInt16
  /// Makes the id of the deployment at `index`.
  @inlinable @inline(__always) public init(_ index: Int) {
    self.index = UInt16(truncatingIfNeeded: index)
  }
  /// No deployment: what served nothing.
  @inlinable public static var none: DeploymentID { DeploymentID(0xFFFF) }
  /// Order of the index.
  @inlinable @inline(__always)
  public static func < (left: DeploymentID, right: DeploymentID) -> Bool {
    left.index < right.index
  }
}

/// A model alias' index: what clients ask for.
@frozen
public struct AliasID: BitwiseCopyable, Sendable, Hashable {
  /// The index.
  public var index: UInt16
  /// Makes the id of the alias at `index`.
  @inlinable @inline(__always) public init(_ index: Int) {
    self.index = UInt16(truncatingIfNeeded: index)
  }
}

/// A virtual key's index.
@frozen
public struct KeyID: BitwiseCopyable, Sendable, Hashable {
  /// The index.
  public var index: UInt32
  /// Makes the id of the key at `index`.
  @inlinable @inline(__always) public init(_ index: Int) {
    self.index = UInt32(truncatingIfNeeded: index)
  }
}

/// A user's index.
@frozen
public struct UserID: BitwiseCopyable, Sendable, Hashable {
  /// The index.
  public var index: UInt32
  /// Makes the id of the user at `index`.
  @inlinable @inline(__always) public init(_ index: Int) {
    self.index = UInt32(truncatingIfNeeded: index)
  }
}

/// A team's index.
@frozen
public struct TeamID: BitwiseCopyable, Sendable, Hashable {
  /// The index.
  public var index: UInt16
  /// Makes the id of the team at `index`.
  @inlinable @inline(__always) public init(_ index: Int) {
    self.index = UInt16(truncatingIfNeeded: index)
  }
}

/// A product feature's index.
@frozen
public struct FeatureID: BitwiseCopyable, Sendable, Hashable {
  /// The index.
  public var index: UInt16
  /// Makes the id of the feature at `index`.
  @inlinable @inline(__always) public init(_ index: Int) {
    self.index = UInt16(truncatingIfNeeded: index)
  }
}

/// A gateway replica's index.
@frozen
public struct ReplicaID: BitwiseCopyable, Sendable, Hashable {
  /// The index.
  public var index: UInt16
  /// Makes the id of the replica at `index`.
  @inlinable public init(_ index: Int) { self.index = UInt16(truncatingIfNeeded: index) }
}

/// A request that a gateway replica holds: a slot and the generation of its use.
///
/// A report about a request that has ended carries an old generation; the core drops and counts it.
@frozen
public struct RequestID: BitwiseCopyable, Sendable, Hashable {
  /// The slot in the replica's table.
  public var slot: UInt32
  /// How often the slot had been used before.
  public var generation: UInt32
  /// Makes the id of a slot's use.
  @inlinable @inline(__always)
  public init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }
  /// No request: a poll or a timer that belongs to none.
  @inlinable public static var none: RequestID { RequestID(slot: .max, generation: .max) }
}

/// An upstream attempt that a gateway replica holds: a slot and the generation of its use.
@frozen
public struct AttemptID: BitwiseCopyable, Sendable, Hashable {
  /// The slot in the replica's table.
  public var slot: UInt32
  /// How often the slot had been used before.
  public var generation: UInt32
  /// Makes the id of a slot's use.
  @inlinable @inline(__always)
  public init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }
}

/// What a client wants: the key of all randomness that concerns it.
///
/// Made of the traffic source's name, the call's number in that source and the client's try; never
/// an arrival counter, so that merging another stream or adding a client retry changes no draw.
@frozen
public struct CallKey: BitwiseCopyable, Sendable, Hashable {
  /// The 64 bits that enter every key of randomness about this call.
  public var bits: UInt64
  /// Makes a key of its bits.
  @inlinable @inline(__always) public init(bits: UInt64) { self.bits = bits }
  /// The key of the `number`-th call of a source, at the client's `attempt`-th try.
  @inlinable @inline(__always)
  public init(source: NameHash, number: UInt64, try attempt: UInt8 = 0) {
    bits = (source.bits &+ number &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(attempt) << 56)
  }
  /// The key of the same call at another of the client's tries; `self` is that of try `from`.
  @inlinable @inline(__always)
  public func onTry(_ attempt: UInt8, from earlier: UInt8) -> CallKey {
    CallKey(bits: bits ^ (UInt64(earlier ^ attempt) << 56))
  }
}

/// The 64-bit hash of a name, the same on every machine and in every run.
@frozen
public struct NameHash: BitwiseCopyable, Sendable, Hashable {
  /// The hash.
  public var bits: UInt64
  /// Takes a hash as it is.
  @inlinable public init(bits: UInt64) { self.bits = bits }
  /// Hashes a name: FNV-1a over its UTF-8, then one round of the splitmix64 finaliser.
  @inlinable
  public init(_ name: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    bits = hash ^ (hash >> 31)
  }
}

/// An opaque handle to a stored answer's body; the driver owns the body itself.
@frozen
public struct BodyID: BitwiseCopyable, Sendable, Hashable {
  /// The handle.
  public var bits: UInt64
  /// Makes a handle.
  @inlinable public init(bits: UInt64) { self.bits = bits }
}
