import Settings
import Vocabulary

@testable import GatewayCore

/// The rule of a semantic cache as a reader of its documentation would note it down.
struct SemanticTwinRule {
  var threshold = 0.9
  var timeToLive: Int64 = 1_000_000_000
  var staleOnError: Int64 = 0
  var scope = "everyone"
  var matchTags = false
  var matchOutputCap = false
  var matchStreams = false
  /// In percent of the longer prompt.
  var matchTokens = 100
  var only = TagSet()
  var never = TagSet()
  var bypass = TagSet()
  var refresh = TagSet()
  var noStore = TagSet()
  var refreshShare = 0
  var leastInput = 0
  var mostInput = Int(UInt32.max)
  var mostOutput = Int(UInt32.max)
  var streamed = true
  /// In entries or bytes; `nil` for no bound.
  var capacity: Int?
  var countsBytes = false
  var bytesPerToken = 4
  var overhead = 512
  var maximumBytes = Int.max
  var eviction = "lru"
  var dimensions = 32
  var cell = 8
  var embeddingDeadline: Int64 = 200_000_000
  var failsWithoutEmbedding = false

  /// Any rule; what it says of tenants, answers and room is as often stated as not.
  init(drawing random: inout SplitMix64) {
    func draw(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
    threshold = [0.75, 0.85, 0.95].randomElement(using: &random) ?? 0.9
    timeToLive = Int64.random(in: 50...3_000, using: &random) * 1_000_000
    if draw(0.5) { staleOnError = Int64.random(in: 50...3_000, using: &random) * 1_000_000 }
    scope = CacheScope.names.randomElement(using: &random) ?? "everyone"
    (matchTags, matchOutputCap, matchStreams) = (draw(0.3), draw(0.3), draw(0.3))
    if draw(0.3) { matchTokens = 20 }
    if draw(0.2) { only = TagSet(rawValue: 0b011) }
    if draw(0.2) { never = TagSet(rawValue: 0b001) }
    if draw(0.3) { bypass = TagSet(rawValue: 0b010) }
    if draw(0.3) { refresh = TagSet(rawValue: 0b100) }
    if draw(0.3) { noStore = TagSet(rawValue: 0b010) }
    if draw(0.3) { refreshShare = 25 }
    if draw(0.2) { leastInput = 500 }
    if draw(0.2) { mostInput = 1_000 }
    if draw(0.2) { mostOutput = 300 }
    streamed = draw(0.8)
    if draw(0.8) { capacity = Int.random(in: 1...30, using: &random) }
    if let entries = capacity, draw(0.5) {
      countsBytes = true
      bytesPerToken = Int.random(in: 0...8, using: &random)
      overhead = Int.random(in: 1...900, using: &random)
      capacity = entries * (overhead + 1_500)
    }
    if draw(0.2) { maximumBytes = 2_500 }
    eviction = Evictions.registry.names.randomElement(using: &random) ?? "lru"
    dimensions = [16, 32, 48, 64].randomElement(using: &random) ?? 32
    cell = Int.random(in: 8...24, using: &random)
    embeddingDeadline = Int64.random(in: 1...200, using: &random) * 1_000_000
    failsWithoutEmbedding = draw(0.5)
  }

  /// The same in a file.
  var setting: Setting {
    var members: [(String, Setting)] = [
      ("threshold", Setting(floatLiteral: threshold)),
      ("ttl", "\(timeToLive / 1_000_000)ms"), ("scope", Setting(.string(scope))),
      ("matchTags", Setting(.bool(matchTags))),
      ("matchOutputCap", Setting(.bool(matchOutputCap))),
      ("matchStreams", Setting(.bool(matchStreams))), ("matchTokens", "\(matchTokens)%"),
      ("refreshShare", "\(refreshShare)%"), ("streamed", Setting(.bool(streamed))),
      ("minInputTokens", Setting(integerLiteral: leastInput)),
      ("maxInputTokens", Setting(integerLiteral: mostInput)),
      ("maxOutputTokens", Setting(integerLiteral: mostOutput)),
      ("bytesPerToken", Setting(integerLiteral: bytesPerToken)),
      ("overhead", Setting(integerLiteral: overhead)),
      ("maxBytes", Setting(integerLiteral: maximumBytes)),
      ("eviction", Setting(.string(eviction))), ("latency", "3ms"),
      ("index", ["cell": Setting(integerLiteral: cell)]),
      (
        "embedding",
        [
          "dimensions": Setting(integerLiteral: dimensions),
          "deadline": "\(embeddingDeadline / 1_000_000)ms",
          "onFailure": failsWithoutEmbedding ? "fail" : "miss",
        ]
      ),
    ]
    if staleOnError > 0 { members.append(("staleOnError", "\(staleOnError / 1_000_000)ms")) }
    for (key, tags) in [
      ("only", only), ("never", never), ("bypass", bypass), ("refresh", refresh),
      ("noStore", noStore),
    ] where !tags.isEmpty { members.append((key, SemanticTwinRule.object(of: tags))) }
    if let capacity {
      members.append((countsBytes ? "bytes" : "capacity", Setting(integerLiteral: capacity)))
    }
    return SemanticTwinRule.object(members)
  }

  static func object(_ members: [(String, Setting)]) -> Setting {
    Setting(.object(members.map { .init(key: $0.0, keyPosition: .code, value: $0.1) }))
  }

  private static func object(of tags: TagSet) -> Setting {
    var words: [String: [Setting]] = [:]
    for (bit, tag) in PolicyNames.letters.tags.enumerated()
    where tags.contains(TagSet(rawValue: 1 << UInt64(bit))) {
      let parts = tag.split(separator: "=")
      words[String(parts[0]), default: []].append(Setting(.string(String(parts[1]))))
    }
    return object(words.sorted { $0.key < $1.key }.map { ($0.key, Setting(.array($0.value))) })
  }
}
