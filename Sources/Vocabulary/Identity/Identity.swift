/// Who a request comes from: the virtual key and what it stands for.
@frozen
public struct Identity: BitwiseCopyable, Sendable, Hashable {
  /// The virtual key.
  public var key: KeyID
  /// The user.
  public var user: UserID
  /// The team.
  public var team: TeamID
  /// The product feature.
  public var feature: FeatureID

  /// Makes an identity.
  @inlinable
  public init(
    key: KeyID = KeyID(0), user: UserID = UserID(0), team: TeamID = TeamID(0),
    feature: FeatureID = FeatureID(0)
  ) {
    self.key = key
    self.user = user
    self.team = team
    self.feature = feature
  }
}

/// A set of at most 64 interned tags or capabilities.
@frozen
public struct TagSet: OptionSet, BitwiseCopyable, Sendable, Hashable {
  /// One bit a tag.
  public var rawValue: UInt64
  /// Makes a set of its bits.
  @inlinable @inline(__always) public init(rawValue: UInt64) { self.rawValue = rawValue }
}
