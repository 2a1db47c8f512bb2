import Settings
import Vocabulary

/// Whose answers a cache holds, where there are several replicas.
///
/// `local`: each replica keeps what it has fetched itself, in its own memory; a restart forgets it.
/// `central`: the replicas share one cache outside of them (Redis, a vector store). A look is then a
/// side call: it takes that service's latency, is billed by it, and may be late or fail, which is a
/// miss, or an error if the policy says so. A new answer is written without anybody waiting for it:
/// it can be found when it has got there, and is lost while the service is down. A replica that
/// starts anew loses nothing.
///
/// There is no `gossiped`: replicas tell each other counts and verdicts, and never the bodies of
/// answers.
/// - Source: LiteLLM `cache_params.type`: local, redis, redis-semantic, qdrant-semantic (a failed
///   look is logged and goes on as a miss); Helicone's gateway and Kong's `ai-semantic-cache`: in
///   memory, Redis.
/// - Complexity: one side call a look; one message an answer.
public struct CacheState: BitwiseCopyable, Sendable, Hashable {
  /// Where it is.
  public enum Scope: UInt8, BitwiseCopyable, Sendable, Hashable {
    /// In the replica.
    case local
    /// Outside of all replicas.
    case central
  }

  /// What happens if a look fails or is late.
  public enum OnFailure: UInt8, BitwiseCopyable, Sendable, Hashable, CaseIterable {
    /// The request goes on as after a miss.
    case miss
    /// It fails with 503.
    case fail
  }

  /// Where it is.
  public var scope = Scope.local
  /// Nanoseconds that a look may take.
  public var deadline: Int64 = 0
  /// What happens then.
  public var onFailure = OnFailure.miss

  /// In each replica.
  public static let local = CacheState()

  /// Whether replicas share it.
  public var isShared: Bool { scope == .central }

  /// The scopes that a file may name.
  public static let registry = Registry<CacheState>(
    "scope of a cache",
    [
      .init(
        "local", "each replica keeps what it has fetched itself",
        make: { (_) throws(SettingError) in CacheState() }),
      .init(
        "central", "replicas share one cache; a look is a side call",
        source: "LiteLLM cache type redis; Helicone; Kong", shorthand: "deadline",
        make: { s throws(SettingError) in try CacheState(central: &s) }),
    ])

  /// Reads `state`.
  init(reading s: inout SettingsReader) throws(SettingError) {
    self = try s.choice(
      "state", from: CacheState.registry, default: "local",
      "whose answers it holds, where there are several replicas")
  }

  private init(central s: inout SettingsReader) throws(SettingError) {
    scope = .central
    deadline = try s.duration(
      "deadline", default: .milliseconds(100), in: .milliseconds(1) ... .seconds(60),
      "how long a look may take"
    ).nanoseconds
    onFailure =
      OnFailure(
        rawValue: UInt8(
          try s.name(
            "onFailure", default: "miss", among: OnFailure.allCases.map { "\($0)" },
            kind: "treatment",
            "when a look fails or is late: go on as after a miss, or fail with 503"))) ?? .miss
  }

  private init() {}
}
