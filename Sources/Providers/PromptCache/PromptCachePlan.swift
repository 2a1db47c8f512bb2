import Vocabulary

/// A provider's prompt cache: beginnings of prompts that it has computed and need not compute again.
///
/// What is found is billed at the cached rate and adds nothing to the time to the first token
/// (`perInputToken` and prefill count uncached tokens only). It is state of the world that follows
/// from what was sent where: routing that scatters a conversation loses it.
public struct PromptCachePlan: Sendable, Hashable {
  /// For how long an entry lives after its last use; `nil` for ever.
  public var ttl: Duration?
  /// The shortest beginning that is kept or found, in tokens.
  public var minimum: UInt32
  /// Beginnings count in whole blocks of so many tokens.
  public var block: UInt32
  /// The most tokens that are kept, the least recently used going first; `nil` for no bound.
  public var capacity: Int64?
  /// Whether tokens that are newly kept are reported and billed as written.
  public var reportsWrites: Bool
  /// The deployments that name the same pool share one cache; `nil` for one of its own.
  public var pool: String?

  /// Makes a plan.
  public init(
    ttl: Duration? = .seconds(300), minimum: UInt32 = 1024, block: UInt32 = 128,
    capacity: Int64? = nil, reportsWrites: Bool = false, pool: String? = nil
  ) {
    self.ttl = ttl
    self.minimum = minimum
    self.block = max(1, block)
    self.capacity = capacity
    self.reportsWrites = reportsWrites
    self.pool = pool
  }
}
