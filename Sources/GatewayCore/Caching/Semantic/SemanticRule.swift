import Settings
import Vocabulary

/// What a semantic cache takes for the same question, and what it keeps.
///
/// Two texts are the same question if the cosine of their embeddings is at least `threshold`
/// (Portkey: 0.95; LiteLLM `similarity_threshold`), or their `distance` 1 − cosine at most so much
/// (Azure API Management's `score-threshold`, where lower is stricter), and scope, alias,
/// capabilities and what else must match are equal. The most similar entry decides: if its prompt is
/// of another length (`matchTokens`) there is no hit. Kong's time to live is 300 s. Portkey asks it
/// for prompts below 8,191 tokens only (`maxInputTokens`).
///
/// What an eviction policy remembers of entries that are gone (the ghosts of `s3-fifo`, the counts of
/// `w-tinylfu`) goes by a key made of the vector's bits: it knows the same text again, not a
/// paraphrase of it, whose vector is another one.
public struct SemanticRule: BitwiseCopyable, Sendable {
  /// What happens if the embedding fails or is late.
  public enum OnFailure: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// The request goes on as after a miss.
    case miss
    /// The request fails with 503.
    case fail
  }

  /// The least cosine of a hit.
  public var threshold: Float
  /// How long an entry is fresh, counted from the end of the answer that filled it.
  public var timeToLive: Int64
  /// How much longer it may answer when the route has failed; 0 for never.
  public var staleOnError: Int64
  /// How much it may hold; a vector counts as 4 bytes a number.
  public var capacity: CacheCapacity
  /// Who shares an entry.
  public var scope: CacheScope
  /// What a look-up that hits takes, after the embedding.
  public var latency: Int64
  /// How long the embedding may take.
  public var deadline: Int64
  /// What happens if it takes longer or fails.
  public var onFailure: OnFailure
  /// Numbers in a vector: a multiple of 16.
  public var dimensions: Int
  /// Up to so many entries the nearest is found for certain.
  public var exactUpTo: Int
  /// Entries of a cell of the index.
  public var cellSize: Int
  /// Cells that a look-up opens above `exactUpTo`.
  public var probes: Int
  /// By how much of the longer one the prompts of question and entry may differ in length.
  public var lengthTolerance: Double
  private var matchesTags: Bool
  private var matchesOutputCap: Bool
  private var matchesStreams: Bool
  /// Whose answers it holds.
  public var state: CacheState
  /// What is cached at all.
  var cacheability: Cacheability

  /// The rule of a cache that is never asked.
  static let nothing = SemanticRule()

  private init() {
    (threshold, timeToLive, capacity, scope, latency) = (1, 0, .nothing, .everyone, 0)
    (staleOnError, lengthTolerance) = (0, 1)
    (deadline, onFailure, dimensions) = (0, .miss, 16)
    (exactUpTo, cellSize, probes) = (0, 8, 1)
    (matchesTags, matchesOutputCap, matchesStreams) = (false, false, false)
    state = .local
    cacheability = Cacheability()
  }

  init(reading s: inout SettingsReader, tags: [String]) throws(SettingError) {
    let similarity = try s.optionalNumber(
      "threshold", in: 0.1...1, "the least cosine similarity of a hit; higher is stricter")
    let distance = try s.optionalNumber(
      "distance", in: 0...0.9, "instead: the greatest distance 1 − cosine; lower is stricter")
    try s.require(
      (similarity == nil) != (distance == nil), "threshold",
      expected: "a threshold, or a distance, and not both")
    threshold = Float(similarity ?? 1 - (distance ?? 0.05))
    timeToLive = try s.duration(
      "ttl", default: nil, in: CachePreset.anyTime,
      "how long an entry is fresh, from the end of the answer that filled it"
    ).nanoseconds
    staleOnError =
      try s.optionalDuration(
        "staleOnError", in: .milliseconds(1) ... .seconds(31_536_000),
        "how much longer an entry may answer when the route has failed")?.nanoseconds ?? 0
    capacity = try CacheCapacity(reading: &s, like: .none)
    scope = try CacheScope(reading: &s, "who shares an entry")
    latency = try s.duration(
      "latency", default: .zero, in: .zero ... .seconds(60), "what a hit takes after the embedding"
    ).nanoseconds
    matchesTags = try s.flag(
      "matchTags", default: false, "whether the tags of question and entry must be equal")
    matchesOutputCap = try s.flag(
      "matchOutputCap", default: false, "whether the output caps must be equal")
    matchesStreams = try s.flag(
      "matchStreams", default: false, "whether both must be streamed, or neither")
    lengthTolerance = try s.share(
      "matchTokens", default: .always,
      "by how much of the longer one both prompts may differ in tokens; 100% for any"
    ).value
    let embedding = try s.object("embedding", "how the vector of a text is asked for") {
      e throws(SettingError) -> (Int64, OnFailure, Int) in
      let deadline = try e.duration(
        "deadline", default: .milliseconds(200), in: .milliseconds(1) ... .seconds(60),
        "how long it may take")
      let onFailure = try e.name(
        "onFailure", default: "miss", among: ["miss", "fail"], kind: "treatment",
        "when it fails or is late: go on as after a miss, or fail with 503")
      let blocks = try e.integer(
        "dimensions", default: 64, in: 16...4096, "numbers in a vector, a multiple of 16")
      try e.require(blocks % 16 == 0, "dimensions", expected: "a multiple of 16")
      return (deadline.nanoseconds, OnFailure(rawValue: UInt8(onFailure)) ?? .miss, blocks)
    }
    (deadline, onFailure, dimensions) = embedding ?? (200_000_000, .miss, 64)
    let index = try s.object("index", "how the nearest entry is found") {
      i throws(SettingError) -> (Int, Int, Int) in
      (
        try i.integer(
          "exactUpTo", default: 10_000, in: 0...10_000_000,
          "up to so many entries the nearest is found for certain"),
        try i.integer("cell", default: 128, in: 8...4096, "entries of a cell"),
        try i.integer("probes", default: 12, in: 1...1024, "cells that a look-up opens beyond that")
      )
    }
    (exactUpTo, cellSize, probes) = index ?? (10_000, 128, 12)
    if capacity.countsBytes { capacity.overhead += 4 * dimensions }
    state = try CacheState(reading: &s)
    cacheability = try Cacheability(reading: &s, tags: tags)
  }

  /// Whether an answer is kept at all.
  @inline(__always)
  func keeps(_ usage: Usage) -> Bool { cacheability.keeps(usage) && capacity.keeps(usage) }

  /// Whether prompts of those lengths may be the same question.
  @inline(__always)
  func matches(_ tokens: UInt32, _ others: UInt32) -> Bool {
    let (shorter, longer) = (Double(min(tokens, others)), Double(max(tokens, others)))
    return longer - shorter <= lengthTolerance * longer
  }

  /// What must be equal besides the meaning, as one number.
  ///
  /// Every word is scattered before the next one is added: owner 1 of alias 0 is not owner 3 of
  /// alias 2.
  func tag(of request: borrowing Request) -> UInt64 {
    var mixed = FrequencySketch.scattered(scope.owner(of: request))
    func add(_ word: UInt64) { mixed = FrequencySketch.scattered(mixed ^ word) }
    add(UInt64(request.alias.index))
    add(request.capabilities.rawValue)
    if matchesTags { add(request.tags.rawValue) }
    if matchesOutputCap { add(UInt64(request.outputCap)) }
    if matchesStreams { add(request.streams ? 1 : 2) }
    return mixed
  }
}

/// A semantic cache's rule, and who goes when there is no room.
public struct SemanticPlan: Sendable {
  /// The rule.
  public var rule: SemanticRule
  /// Who goes.
  public var eviction: any Eviction

  /// The plan of a cache that is never asked.
  static let nothing = SemanticPlan(rule: .nothing, eviction: LeastRecentlyUsed())

  private init(rule: SemanticRule, eviction: any Eviction) {
    self.rule = rule
    self.eviction = eviction
  }

  /// Reads a semantic cache; `tags` are the tags that requests may carry.
  public init(reading s: inout SettingsReader, tags: [String] = []) throws(SettingError) {
    rule = try SemanticRule(reading: &s, tags: tags)
    eviction = try s.choice(
      "eviction", from: Evictions.registry, default: "lru",
      "who goes when there is no room; what s3-fifo and w-tinylfu remember of those who are gone is "
        + "the same text, no paraphrase of it")
  }
}
