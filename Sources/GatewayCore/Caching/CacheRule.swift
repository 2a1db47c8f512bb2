import Settings
import Vocabulary

/// What an exact cache keeps, for how long, and for whom.
///
/// `like` takes over a product's defaults and bounds (`CachePreset`). A time to live may depend on
/// a tag (`ttls`), as products let a request ask for its own.
public struct CacheRule: BitwiseCopyable, Sendable {
  /// How several answers to one request are kept.
  public enum Fill: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Any fresh answer is a hit, so that more than one are kept only after misses at the same time
    /// (Helicone's gateway).
    case any
    /// One of the places is drawn; while it is empty the request misses and fills it.
    case drawn
  }

  /// How long an entry is fresh, counted from the end of the answer that filled it.
  public var timeToLive: Int64
  /// How much longer it may answer when the route has failed; 0 for never.
  public var staleOnError: Int64
  /// How much it may hold.
  public var capacity: CacheCapacity
  /// Who shares an entry.
  public var scope: CacheScope
  /// What a look-up that hits takes.
  public var latency: Int64
  /// How many answers to one request are kept.
  public var buckets: Int
  /// How they are filled.
  public var fill: Fill
  /// Whether a streamed answer is kept apart from one that is not.
  public var keyHasStreams: Bool
  /// Whose answers it holds.
  public var state: CacheState
  /// What is cached at all.
  var cacheability: Cacheability

  /// The rule of a cache that is never asked.
  static let nothing = CacheRule()

  private init() {
    (timeToLive, staleOnError, capacity) = (0, 0, .nothing)
    (scope, latency, buckets, fill, keyHasStreams) = (.everyone, 0, 1, .any, false)
    state = .local
    cacheability = Cacheability()
  }

  init(reading s: inout SettingsReader, tags: [String]) throws(SettingError) {
    let presets = CachePreset.all
    let like = presets[
      try s.name(
        "like", default: "none", among: presets.map(\.name), kind: "product",
        "the product whose defaults and bounds of ttl, capacity, size and key hold")]
    timeToLive = try s.duration(
      "ttl", default: like.timeToLive, in: like.bounds,
      "how long an entry is fresh, from the end of the answer that filled it"
    ).nanoseconds
    staleOnError =
      try s.optionalDuration(
        "staleOnError", in: .milliseconds(1) ... .seconds(31_536_000),
        "how much longer an entry may answer when the route has failed")?.nanoseconds ?? 0
    capacity = try CacheCapacity(reading: &s, like: like)
    scope = try CacheScope(reading: &s, "who shares an entry")
    latency = try s.duration(
      "latency", default: .zero, in: .zero ... .seconds(60), "what a hit takes"
    ).nanoseconds
    buckets = try s.integer(
      "buckets", default: 1, in: 1...16, "distinct answers that are kept per request")
    fill =
      Fill(
        rawValue: UInt8(
          try s.name(
            "fill", default: "any", among: ["any", "drawn"], kind: "way",
            "with several buckets: any fresh answer is a hit, or only the bucket drawn"))) ?? .any
    keyHasStreams = try s.flag(
      "keyHasStreams", default: like.keyHasStreams,
      "whether streamed and whole answers are kept apart")
    state = try CacheState(reading: &s)
    cacheability = try Cacheability(reading: &s, tags: tags)
  }

  /// The key of a request; requests with equal keys get equal answers.
  @inline(__always)
  func key(of request: borrowing Request) -> UInt128 {
    var owner = scope.owner(of: request)
    if keyHasStreams, request.streams { owner |= 1 << 63 }
    let alias = UInt64(request.alias.index) + 1
    return request.fingerprint
      ^ (UInt128(owner &* 0x9E37_79B9_7F4A_7C15) << 64)
      ^ UInt128(alias &* 0xD6E8_FEB8_6659_FD93)
  }

  /// Whether an answer is kept at all.
  @inline(__always)
  func keeps(_ usage: Usage) -> Bool { cacheability.keeps(usage) && capacity.keeps(usage) }
}

/// A rule, who goes when there is no room, and the times to live that a tag asks for.
public struct CachePlan: Sendable {
  /// A time to live for requests with a tag.
  struct Lifetime: BitwiseCopyable, Sendable {
    var tag: TagSet
    var timeToLive: Int64
  }

  /// The rule.
  public var rule: CacheRule
  /// Who goes.
  public var eviction: any Eviction
  var lifetimes: [Lifetime]

  /// The plan of a cache that is never asked.
  static let nothing = CachePlan(
    rule: .nothing, eviction: LeastRecentlyUsed(), lifetimes: [])

  private init(rule: CacheRule, eviction: any Eviction, lifetimes: [Lifetime]) {
    self.rule = rule
    self.eviction = eviction
    self.lifetimes = lifetimes
  }

  /// Reads an exact cache; `tags` are the tags that requests may carry.
  public init(reading s: inout SettingsReader, tags: [String] = []) throws(SettingError) {
    rule = try CacheRule(reading: &s, tags: tags)
    eviction = try s.choice(
      "eviction", from: Evictions.registry, default: "lru", "who goes when there is no room")
    lifetimes = try s.list("ttls", "times to live by tag; the first that matches holds") {
      setting throws(SettingError) -> Lifetime in
      try setting.object {
        r throws(SettingError) -> Lifetime in
        let tag = try r.tags("tags", among: tags, "requests with one of these tags")
        let ttl = try r.duration(
          "ttl", default: nil, in: CachePreset.anyTime, "how long their answers are fresh")
        return Lifetime(tag: tag, timeToLive: ttl.nanoseconds)
      }
    }
    let least = try s.optionalDuration(
      "minTTL", in: CachePreset.anyTime, "no time to live is shorter")
    let most = try s.optionalDuration(
      "maxTTL", in: CachePreset.anyTime, "no time to live is longer")
    let (low, high) = (least?.nanoseconds ?? 0, most?.nanoseconds ?? .max)
    try s.require(low <= high, "maxTTL", expected: "no shorter than minTTL")
    rule.timeToLive = max(low, min(high, rule.timeToLive))
    for index in lifetimes.indices {
      lifetimes[index].timeToLive = max(low, min(high, lifetimes[index].timeToLive))
    }
  }
}
