import Settings

/// What the products say of a cache that is not configured further: time to live and its bounds.
///
/// - Portkey: simple mode, 7 days, at least 60 s, at most 90 days (hosted; its open-source gateway
///   keeps 24 h). OpenRouter: 300 s, 1 s to 86,400 s, the key has the stream flag. AWS API Gateway
///   (stage cache): 300 s, at most 3,600 s, no response above 1,048,576 bytes. LiteLLM: in memory,
///   600 s, 200 keys. Kong (ai-semantic-cache, also its exact mode): 300 s. Helicone: what
///   `Cache-Control` says; one bucket.
/// - Source: ../shared/semantics/gateways.md §1–§5; litellm.md §8.
struct CachePreset: Sendable {
  var name: String
  var timeToLive: Duration?
  var bounds: ClosedRange<Duration>
  var capacity: Int?
  var maximumBytes = Int.max
  var keyHasStreams = false

  static let anyTime = Duration.milliseconds(1)...Duration.seconds(31_536_000)

  /// No product.
  static let none = CachePreset(name: "none", timeToLive: nil, bounds: anyTime)

  static let all: [CachePreset] = [
    none,
    CachePreset(
      name: "portkey", timeToLive: .seconds(7 * 86_400),
      bounds: .seconds(60) ... .seconds(90 * 86_400)
    ),
    CachePreset(
      name: "openrouter", timeToLive: .seconds(300), bounds: .seconds(1) ... .seconds(86_400),
      keyHasStreams: true),
    CachePreset(
      name: "aws", timeToLive: .seconds(300), bounds: .seconds(1) ... .seconds(3_600),
      maximumBytes: 1_048_576),
    CachePreset(name: "litellm", timeToLive: .seconds(600), bounds: anyTime, capacity: 200),
    CachePreset(name: "kong", timeToLive: .seconds(300), bounds: anyTime),
  ]
}
