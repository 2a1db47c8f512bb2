import Settings
import Vocabulary

/// What an exact cache keeps, for how long, and for whom.
///
/// `like` takes over a product's defaults and bounds (`CachePreset`). A time to live may depend on
/// a tag (`ttls`), as products let a request ask for its own. The bytes of an answer are its output
/// tokens × `bytesPerToken` + `overhead`; the defaults (4 bytes a token of English text, half a
/// kibibyte for key and headers) are assumptions.
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
  /// How much it may hold, in entries or bytes; `nil` for no bound.
  public var capacity: Int?
  /// Whether the capacity is in bytes.
  public var countsBytes: Bool
  /// Bytes of an output token.
  public var bytesPerToken: Int
  /// Bytes of an answer without tokens.
  public var overhead: Int
  /// The largest answer that is kept, in bytes.
  public var maximumBytes: Int
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
  /// What is cached at all.
  var cacheability: Cacheability

  /// The rule of a cache that is never asked.
  static let nothing = CacheRule()

  private init() {
    (timeToLive, staleOnError, capacity, countsBytes) = (0, 0, 1, false)
    (bytesPerToken, overhead, maximumBytes) = (4, 512, .max)
    (scope, latency, buckets, fill, keyHasStreams) = (.everyone, 0, 1, .any, false)
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
    let entries = try s.optionalInteger(
      "capacity", in: 1...100_000_000, "entries it may hold; without capacity and bytes no bound")
    let bytes = try s.optionalInteger(
      "bytes", in: 1...1_000_000_000_000, "bytes it may hold, instead of a capacity in entries")
    try s.require(
      entries == nil || bytes == nil, "bytes", expected: "either capacity or bytes, not both")
    capacity = bytes ?? entries ?? like.capacity
    countsBytes = bytes != nil
    bytesPerToken = try s.integer(
      "bytesPerToken", default: 4, in: 0...1000, "bytes of an output token")
    overhead = try s.integer(
      "overhead", default: 512, in: 1...1_000_000, "bytes of an answer besides its tokens")
    maximumBytes = try s.integer(
      "maxBytes", default: like.maximumBytes, in: 1 ... .max, "larger answers are not kept")
    scope =
      CacheScope(
        rawValue: UInt8(
          try s.name(
            "scope", default: "everyone", among: CacheScope.names, kind: "scope",
            "who shares an entry"))) ?? .everyone
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

  /// The bytes of an answer.
  @inline(__always)
  func bytes(of usage: Usage) -> Int { Int(usage.outputTokens) * bytesPerToken + overhead }

  /// What an answer takes of the capacity.
  @inline(__always)
  func size(of usage: Usage) -> Int { countsBytes ? bytes(of: usage) : 1 }

  /// Whether an answer is kept at all.
  @inline(__always)
  func keeps(_ usage: Usage) -> Bool {
    guard cacheability.keeps(usage) else { return false }
    let bytes = bytes(of: usage)
    return bytes <= maximumBytes && (!countsBytes || bytes <= capacity ?? .max)
  }
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
