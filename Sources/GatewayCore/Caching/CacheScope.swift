import Settings
import Vocabulary

/// Who shares the entries of a cache.
public enum CacheScope: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Everyone.
  case everyone
  /// The team.
  case team
  /// The user.
  case user
  /// The virtual key.
  case key
  /// The feature.
  case feature

  /// The names in a file, in order of the cases.
  static let names = ["everyone", "team", "user", "key", "feature"]

  /// Reads `scope`.
  init(reading s: inout SettingsReader, _ doc: String) throws(SettingError) {
    let chosen = try s.name(
      "scope", default: "everyone", among: CacheScope.names, kind: "scope", doc)
    self = CacheScope(rawValue: UInt8(chosen)) ?? .everyone
  }

  /// A number of the tenant that a request belongs to; 0 for everyone.
  @inline(__always)
  func owner(of request: borrowing Request) -> UInt64 {
    switch self {
    case .everyone: 0
    case .team: UInt64(request.identity.team.index) + 1
    case .user: UInt64(request.identity.user.index) + 1
    case .key: UInt64(request.identity.key.index) + 1
    case .feature: UInt64(request.identity.feature.index) + 1
    }
  }
}
