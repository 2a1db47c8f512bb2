import Settings
import Vocabulary

/// What an exact cache keeps, for how long, and for whom.
public struct CacheRule: BitwiseCopyable, Sendable {
  /// Who shares an entry.
  public enum Scope: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Everyone.
    case everyone
    /// The team.
    case team
    /// The user.
    case user
    /// The virtual key.
    case key
  }

  /// How long an entry is fresh, counted from the end of the answer that filled it.
  public var timeToLive: Int64
  /// How many entries it may hold; `nil` for no bound.
  public var capacity: Int?
  /// Who shares an entry.
  public var scope: Scope
  /// What a look-up that hits takes.
  public var latency: Int64

  /// The rule of a cache that is never asked.
  static let nothing = CacheRule(timeToLive: 0, capacity: 1, scope: .everyone, latency: 0)

  private init(timeToLive: Int64, capacity: Int?, scope: Scope, latency: Int64) {
    self.timeToLive = timeToLive
    self.capacity = capacity
    self.scope = scope
    self.latency = latency
  }

  /// Reads the rule of an exact cache.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    timeToLive = try s.duration(
      "ttl", default: nil, in: .milliseconds(1) ... .seconds(31_536_000),
      "how long an entry is fresh, from the end of the answer that filled it"
    ).nanoseconds
    capacity = try s.optionalInteger(
      "capacity", in: 1...100_000_000, "entries it may hold; without it there is no bound")
    scope =
      Scope(
        rawValue: UInt8(
          try s.name(
            "scope", default: "everyone", among: ["everyone", "team", "user", "key"],
            kind: "scope", "who shares an entry"))) ?? .everyone
    latency = try s.duration(
      "latency", default: .zero, in: .zero ... .seconds(60), "what a hit takes"
    ).nanoseconds
  }

  @inline(__always)
  func key(of request: borrowing Request) -> UInt128 {
    let owner: UInt64 =
      switch scope {
      case .everyone: 0
      case .team: UInt64(request.identity.team.index) + 1
      case .user: UInt64(request.identity.user.index) + 1
      case .key: UInt64(request.identity.key.index) + 1
      }
    let alias = UInt64(request.alias.index) + 1
    return request.fingerprint
      ^ (UInt128(owner &* 0x9E37_79B9_7F4A_7C15) << 64)
      ^ UInt128(alias &* 0xD6E8_FEB8_6659_FD93)
  }
}

/// Answers kept by the fingerprint of their request: time to live, least recently used goes first.
///
/// A hit needs now < expiry; a hit makes the entry the most recently used and does not refresh it.
/// Storing overwrites. An entry that has expired is removed when it is met, and two entries are
/// inspected per store, so that the memory follows what is fresh.
/// - Complexity: O(1) expected per look-up and store; open addressing at most half full.
struct ExactCache: ~Copyable {
  struct Entry: BitwiseCopyable {
    var key: UInt128
    var expires: Instant
    var usage: Usage
    var deployment: DeploymentID
    var isLive: Bool
    var newer: UInt32
    var older: UInt32
    var body: UInt64
  }

  /// A fresh answer.
  struct Hit {
    var usage: Usage
    var deployment: DeploymentID
    var body: BodyID
  }

  let rule: CacheRule
  private var entries: Slab<Entry>
  /// Entry number + 1 per bucket, 0 for empty.
  private var index: UnsafeMutablePointer<UInt32>
  private var mask: Int
  private var newest = UInt32.max
  private var oldest = UInt32.max
  private var hand: UInt32 = 0
  private(set) var count = 0

  init(_ rule: CacheRule) {
    self.rule = rule
    entries = Slab(
      blank: Entry(
        key: 0, expires: .distantPast, usage: .none, deployment: .none, isLive: false,
        newer: .max, older: .max, body: 0), capacity: 1024)
    mask = 2047
    index = .allocate(capacity: 2048)
    index.initialize(repeating: 0, count: 2048)
  }

  deinit { index.deallocate() }

  /// The fresh answer for `key`, if there is one.
  @inline(__always)
  mutating func look(_ key: UInt128, at now: Instant, into output: inout Output) -> Hit? {
    guard count > 0, let number = find(key) else { return nil }
    guard now < entries[number].expires else {
      output.commands.append(.releaseBody(BodyID(bits: entries[number].body)))
      remove(number)
      return nil
    }
    if rule.capacity != nil { touch(number) }
    let entry = entries[number]
    return Hit(
      usage: entry.usage, deployment: entry.deployment, body: BodyID(bits: entry.body))
  }

  /// Stores an answer; returns how many entries had to go.
  mutating func store(
    _ key: UInt128, usage: Usage, from deployment: DeploymentID, body: BodyID, at now: Instant,
    into output: inout Output
  ) -> Int {
    sweep(at: now, into: &output)
    let expires = now.advanced(byNanoseconds: rule.timeToLive)
    if let number = find(key) {
      output.commands.append(.releaseBody(BodyID(bits: entries[number].body)))
      entries[number].expires = expires
      entries[number].usage = usage
      entries[number].deployment = deployment
      entries[number].body = body.bits
      if rule.capacity != nil { touch(number) }
      return 0
    }
    var evicted = 0
    if let capacity = rule.capacity, count >= capacity {
      output.commands.append(.releaseBody(BodyID(bits: entries[oldest].body)))
      remove(oldest)
      evicted = 1
    }
    if (count + 1) * 2 > mask { grow() }
    let number = entries.take()
    entries[number] = Entry(
      key: key, expires: expires, usage: usage, deployment: deployment, isLive: true,
      newer: .max, older: .max, body: body.bits)
    insert(number)
    if rule.capacity != nil { link(number) }
    count += 1
    return evicted
  }

  @inline(__always)
  private func bucket(of key: UInt128) -> Int {
    let folded = UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64)
    let mixed = (folded ^ (folded >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return Int(truncatingIfNeeded: mixed >> 20) & mask
  }

  @inline(__always)
  private func find(_ key: UInt128) -> UInt32? {
    var place = bucket(of: key)
    while index[place] != 0 {
      let number = index[place] &- 1
      if entries[number].key == key { return number }
      place = (place &+ 1) & mask
    }
    return nil
  }

  private mutating func insert(_ number: UInt32) {
    var place = bucket(of: entries[number].key)
    while index[place] != 0 { place = (place &+ 1) & mask }
    index[place] = number &+ 1
  }

  /// Removes an entry and closes the gap in its probe sequence (backward shift, Knuth 6.4 R).
  private mutating func remove(_ number: UInt32) {
    var hole = bucket(of: entries[number].key)
    while index[hole] != number &+ 1 { hole = (hole &+ 1) & mask }
    var next = (hole &+ 1) & mask
    while index[next] != 0 {
      let home = bucket(of: entries[index[next] &- 1].key)
      if (next &- home) & mask >= (next &- hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    index[hole] = 0
    if rule.capacity != nil { unlink(number) }
    entries[number].isLive = false
    entries.give(number)
    count -= 1
  }

  private mutating func sweep(at now: Instant, into output: inout Output) {
    for _ in 0..<2 where count > 0 {
      if Int(hand) >= entries.used { hand = 0 }
      if entries[hand].isLive, now >= entries[hand].expires {
        output.commands.append(.releaseBody(BodyID(bits: entries[hand].body)))
        remove(hand)
      }
      hand &+= 1
    }
  }

  private mutating func link(_ number: UInt32) {
    entries[number].older = newest
    entries[number].newer = .max
    if newest != .max { entries[newest].newer = number }
    newest = number
    if oldest == .max { oldest = number }
  }

  private mutating func unlink(_ number: UInt32) {
    let (newer, older) = (entries[number].newer, entries[number].older)
    if newer != .max { entries[newer].older = older } else { newest = older }
    if older != .max { entries[older].newer = newer } else { oldest = newer }
  }

  private mutating func touch(_ number: UInt32) {
    guard newest != number else { return }
    unlink(number)
    link(number)
  }

  private mutating func grow() {
    index.deallocate()
    mask = mask * 2 + 1
    index = .allocate(capacity: mask + 1)
    index.initialize(repeating: 0, count: mask + 1)
    for number in 0..<UInt32(entries.used) where entries[number].isLive { insert(number) }
  }
}
