import Chance
import Vocabulary

/// Answers kept by the fingerprint of their request, for a time to live, as long as there is room.
///
/// A hit needs now < expiry and does not refresh the entry. Storing overwrites. An entry that has
/// expired is removed when it is met, and two entries are inspected per store, so that the memory
/// follows what is fresh; with `staleOnError` it stays that much longer, for `lookStale`. With
/// several buckets a request has as many keys, one for each answer that is kept.
/// - Complexity: O(1) expected per look-up and store (× buckets); open addressing at most a quarter
///   full, so that most keys lie where they hash to; no allocation once grown to the working size.
struct ExactCache: ~Copyable {
  struct Entry: BitwiseCopyable {
    var key: UInt128
    var expires: Instant
    var usage: Usage
    var body: UInt64
    var size: UInt32
    var deployment: DeploymentID
    var isLive: Bool
  }

  /// An answer that was kept.
  struct Hit {
    var usage: Usage
    var deployment: DeploymentID
    var body: BodyID
  }

  let rule: CacheRule
  /// Whether a request has more than one key.
  let hasBuckets: Bool
  let draws: CacheDraws
  private let lifetimes: [CachePlan.Lifetime]
  private let limit: Int
  private var keeper: Keeper
  private var entries: Slab<Entry>
  /// One word per bucket: the hash of the key in the high half, entry number + 1 in the low one; 0
  /// for empty.
  ///
  /// The hash is there so that entries, which lie far apart, are read only when it agrees.
  private var index: UnsafeMutablePointer<UInt64>
  private var mask: Int
  private var hand: UInt32 = 0
  /// How many entries it holds.
  private(set) var count = 0
  /// How much of its capacity is taken.
  private(set) var size = 0

  init(_ plan: CachePlan, chance: Chance = Chance(seed: 0, replication: 0)) {
    rule = plan.rule
    hasBuckets = plan.rule.buckets > 1
    draws = CacheDraws(chance)
    lifetimes = plan.lifetimes
    limit = plan.rule.capacity.limit ?? .max
    keeper = Keeper(
      plan.eviction, capacity: plan.rule.capacity.limit, entries: plan.rule.capacity.entries)
    entries = Slab(
      blank: Entry(
        key: 0, expires: .distantPast, usage: .none, body: 0, size: 0, deployment: .none,
        isLive: false), capacity: 1024)
    mask = 2047
    index = .allocate(capacity: 2048)
    index.initialize(repeating: 0, count: 2048)
  }

  deinit { index.deallocate() }

  /// Where the answer to a request lies, fresh or not, if it is one that is to be looked up.
  ///
  /// Changes nothing. The memory of a cache is far away: asked for before the limits are judged, it
  /// arrives while they are.
  @inline(__always)
  func glimpse(_ request: borrowing Request) -> UInt32? {
    // A fingerprint of zero is no body: nobody knows whether two such requests are equal.
    guard count > 0, request.fingerprint != 0, looks(for: request) else { return nil }
    return hasBuckets ? nil : find(rule.key(of: request))
  }

  /// The fresh answer for `key`, if there is one.
  @inline(__always)
  mutating func look(_ key: UInt128, at now: Instant, into output: inout Output) -> Hit? {
    guard count > 0, let number = find(key) else { return nil }
    return look(at: number, at: now, into: &output)
  }

  /// The answer that was glimpsed, if it is fresh.
  @inline(__always)
  mutating func look(at number: UInt32, at now: Instant, into output: inout Output) -> Hit? {
    guard now < entries[number].expires else {
      if rule.staleOnError == 0 || now >= goes(entries[number].expires) {
        output.commands.append(.releaseBody(BodyID(bits: entries[number].body)))
        remove(number)
      }
      return nil
    }
    keeper.used(number)
    return hit(number)
  }

  /// The answer for `key`, fresh or as stale as a failed route allows.
  mutating func lookStale(_ key: UInt128, at now: Instant) -> Hit? {
    guard let number = find(key), now < goes(entries[number].expires) else { return nil }
    keeper.used(number)
    return hit(number)
  }

  /// Whether a fresh answer is kept for `key`; changes nothing.
  func isFresh(_ key: UInt128, at now: Instant) -> Bool {
    guard let number = find(key) else { return false }
    return now < entries[number].expires
  }

  /// Stores an answer that fits; returns how many entries had to go.
  mutating func store(
    _ key: UInt128, usage: Usage, from deployment: DeploymentID, body: BodyID,
    timeToLive: Int64? = nil, at now: Instant, into output: inout Output
  ) -> Int {
    sweep(at: now, into: &output)
    let expires = now.advanced(byNanoseconds: timeToLive ?? rule.timeToLive)
    let needed = rule.capacity.size(of: usage)
    if let number = find(key) {
      output.commands.append(.releaseBody(BodyID(bits: entries[number].body)))
      if Int(entries[number].size) == needed {
        entries[number].expires = expires
        entries[number].usage = usage
        entries[number].deployment = deployment
        entries[number].body = body.bits
        keeper.used(number)
        return 0
      }
      remove(number)
    }
    let hash = ExactCache.folded(key)
    keeper.arriving(hash)
    var evicted = 0
    while size &+ needed > limit {
      let victim = keeper.victim(for: needed)
      output.commands.append(.releaseBody(BodyID(bits: entries[victim].body)))
      remove(victim)
      evicted += 1
    }
    if (count + 1) * 4 > mask { grow() }
    let number = entries.take()
    entries[number] = Entry(
      key: key, expires: expires, usage: usage, body: body.bits, size: UInt32(needed),
      deployment: deployment, isLive: true)
    insert(number)
    keeper.stored(number, key: hash, size: needed)
    count += 1
    size += needed
    return evicted
  }

  /// Whether a request may be answered with what is kept.
  @inline(__always)
  func looks(for request: borrowing Request) -> Bool {
    rule.cacheability.isPlain ? true : treatment(of: request).looks
  }

  /// Whether the answer to a request may be kept.
  @inline(__always)
  func keeps(for request: borrowing Request) -> Bool {
    rule.cacheability.isPlain ? true : treatment(of: request).keeps
  }

  @inline(never)
  private func treatment(of request: borrowing Request) -> Cacheability.Treatment {
    rule.cacheability.treatment(of: request, draws: draws)
  }

  /// How long the answer to a request is fresh.
  @inline(__always)
  func timeToLive(of request: borrowing Request) -> Int64 {
    for index in lifetimes.indices where !request.tags.isDisjoint(with: lifetimes[index].tag) {
      return lifetimes[index].timeToLive
    }
    return rule.timeToLive
  }

  /// The last instant but one of an entry.
  @inline(__always)
  private func goes(_ expires: Instant) -> Instant {
    expires.advanced(byNanoseconds: rule.staleOnError)
  }

  @inline(__always)
  private func hit(_ number: UInt32) -> Hit {
    Hit(
      usage: entries[number].usage, deployment: entries[number].deployment,
      body: BodyID(bits: entries[number].body))
  }

  @inline(__always)
  static func folded(_ key: UInt128) -> UInt64 {
    UInt64(truncatingIfNeeded: key) ^ UInt64(truncatingIfNeeded: key >> 64)
  }

  /// 32 bits of a key: where its probe sequence begins, and what its word in the index says.
  @inline(__always)
  private static func hash(_ key: UInt128) -> UInt64 {
    let folded = folded(key)
    return ((folded ^ (folded >> 32)) &* 0xD6E8_FEB8_6659_FD93) >> 32
  }

  @inline(__always)
  private func find(_ key: UInt128) -> UInt32? {
    let hash = ExactCache.hash(key)
    var place = Int(truncatingIfNeeded: hash) & mask
    while true {
      let word = index[place]
      if word == 0 { return nil }
      if word >> 32 == hash {
        let number = UInt32(truncatingIfNeeded: word) &- 1
        if entries[number].key == key { return number }
      }
      place = (place &+ 1) & mask
    }
  }

  private mutating func insert(_ number: UInt32) {
    let hash = ExactCache.hash(entries[number].key)
    var place = Int(truncatingIfNeeded: hash) & mask
    while index[place] != 0 { place = (place &+ 1) & mask }
    index[place] = hash << 32 | UInt64(number &+ 1)
  }

  /// Removes an entry and closes the gap in its probe sequence (backward shift, Knuth 6.4 R).
  private mutating func remove(_ number: UInt32) {
    let hash = ExactCache.hash(entries[number].key)
    let word = hash << 32 | UInt64(number &+ 1)
    var hole = Int(truncatingIfNeeded: hash) & mask
    while index[hole] != word { hole = (hole &+ 1) & mask }
    var next = (hole &+ 1) & mask
    while index[next] != 0 {
      let home = Int(truncatingIfNeeded: index[next] >> 32) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    index[hole] = 0
    keeper.removed(number)
    entries[number].isLive = false
    entries.give(number)
    count -= 1
    size -= Int(entries[number].size)
  }

  private mutating func sweep(at now: Instant, into output: inout Output) {
    for _ in 0..<2 where count > 0 {
      if Int(hand) >= entries.used { hand = 0 }
      if entries[hand].isLive, now >= goes(entries[hand].expires) {
        output.commands.append(.releaseBody(BodyID(bits: entries[hand].body)))
        remove(hand)
      }
      hand &+= 1
    }
  }

  private mutating func grow() {
    index.deallocate()
    mask = mask * 2 + 1
    index = .allocate(capacity: mask + 1)
    index.initialize(repeating: 0, count: mask + 1)
    for number in 0..<UInt32(entries.used) where entries[number].isLive { insert(number) }
  }
}
