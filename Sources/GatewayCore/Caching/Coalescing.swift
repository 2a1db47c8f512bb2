import Settings
import Vocabulary

/// Whether, and how, identical requests in flight share one answer.
///
/// The first request with a fingerprint leads; who comes while it is on its way follows, makes no
/// attempt, and is answered when the leader is (a stream: from its first token; who comes later
/// gets at once what has been sent). Same means: same fingerprint, alias, tags, capabilities and
/// way of answering (streamed or not), in the same scope; a fingerprint of zero is like no other.
/// If the leader's client leaves, the leader goes on, detached, for its followers; when the last of
/// them has left too, it is withdrawn. If the leader fails, its followers fail with it, or the first
/// of them is promoted: it makes its own attempts, and the others follow it (`promote`; never once
/// an answer has begun). A follower costs nothing; what it saves is counted as for a cache hit.
/// Source: Go `singleflight`; nginx `proxy_cache_lock`; Bifrost and LiteLLM have none.
/// - Complexity: O(1) expected a request, O(followers) an end.
public struct CoalescingRule: BitwiseCopyable, Sendable, Equatable {
  /// What becomes of the followers of a leader that fails.
  public enum LeaderFailure: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// They fail with it.
    case fail
    /// The first goes on by itself, the others follow it.
    case promote
  }

  /// What becomes of the followers of a leader that fails.
  public var onLeaderFailure: LeaderFailure
  /// Who may share an answer.
  public var scope: CacheScope

  /// The rule of a gateway in which nobody follows.
  static let none = CoalescingRule(onLeaderFailure: .fail, scope: .everyone)

  init(onLeaderFailure: LeaderFailure, scope: CacheScope) {
    self.onLeaderFailure = onLeaderFailure
    self.scope = scope
  }

  /// Reads what happens when a leader fails, and the scope.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    onLeaderFailure =
      LeaderFailure(
        rawValue: UInt8(
          try s.name(
            "onLeaderFailure", default: "promote",
            among: LeaderFailure.allCases.map { "\($0)" }, kind: "treatment",
            "when the leader fails: its followers fail too, or the first goes on by itself")))
      ?? .promote
    scope = try CacheScope(reading: &s, "who may share an answer")
  }

  /// The key under which a request is the same as another.
  @inline(__always)
  func key(of request: borrowing Request) -> UInt128 {
    let owner = scope.owner(of: request)
    var high = owner &* 0x9E37_79B9_7F4A_7C15
    high ^= request.tags.rawValue &* 0xA24B_AED4_963E_E407
    high ^= ~request.capabilities.rawValue &* 0x9FB2_1C65_1E98_DF25
    var low = (UInt64(request.alias.index) + 1) &* 0xD6E8_FEB8_6659_FD93
    if request.streams { low ^= 0xC2B2_AE3D_27D4_EB4F }
    return request.fingerprint ^ (UInt128(high) << 64) ^ UInt128(low)
  }
}

extension GatewayPlan {
  /// Reads whether identical requests in flight share one answer.
  mutating func readCoalescing(_ s: inout SettingsReader) throws(SettingError) {
    let own = try s.object("coalesce", "identical requests in flight share one answer") {
      r throws(SettingError) -> CoalescingRule in try CoalescingRule(reading: &r)
    }
    if let own { coalescing = own }
  }
}

/// The leaders in flight, by what they ask.
///
/// Open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 3, 6.4,
/// algorithm R), at most half full.
/// - Complexity: O(1) expected; no allocation once grown to the working size.
struct CoalescingTable: ~Copyable {
  struct Entry: BitwiseCopyable {
    var key: UInt128 = 0
    var slot = UInt32.max
  }

  let rule: CoalescingRule
  private var entries = Buffer<Entry>(capacity: 64)
  private var mask = 63
  private(set) var count = 0

  init(_ rule: CoalescingRule) {
    self.rule = rule
    entries.fill(upTo: 64, with: Entry())
  }

  /// The leader for a key, if there is one.
  func leader(_ key: UInt128) -> UInt32? {
    var place = home(key)
    while entries[place].slot != .max {
      if entries[place].key == key { return entries[place].slot }
      place = (place &+ 1) & mask
    }
    return nil
  }

  /// Makes a request the leader for a key that has none.
  mutating func insert(_ key: UInt128, _ slot: UInt32) {
    if (count + 1) * 2 > mask { grow() }
    var place = home(key)
    while entries[place].slot != .max { place = (place &+ 1) & mask }
    entries[place] = Entry(key: key, slot: slot)
    count += 1
  }

  /// Removes a leader, if it is the one that is known for the key.
  mutating func remove(_ key: UInt128, _ slot: UInt32) {
    var hole = home(key)
    while entries[hole].key != key || entries[hole].slot != slot {
      if entries[hole].slot == .max { return }
      hole = (hole &+ 1) & mask
    }
    var next = (hole &+ 1) & mask
    while entries[next].slot != .max {
      if (next &- home(entries[next].key)) & mask >= (next &- hole) & mask {
        entries[hole] = entries[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    entries[hole].slot = .max
    count -= 1
  }

  @inline(__always)
  private func home(_ key: UInt128) -> Int {
    let folded = UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64)
    return Int(truncatingIfNeeded: ((folded ^ (folded >> 32)) &* 0xD6E8_FEB8_6659_FD93) >> 20)
      & mask
  }

  private mutating func grow() {
    var larger = Buffer<Entry>(capacity: entries.count * 2)
    larger.fill(upTo: entries.count * 2, with: Entry())
    mask = larger.count - 1
    for old in 0..<entries.count where entries[old].slot != .max {
      var place = home(entries[old].key)
      while larger[place].slot != .max { place = (place &+ 1) & mask }
      larger[place] = entries[old]
    }
    entries = larger
  }
}
