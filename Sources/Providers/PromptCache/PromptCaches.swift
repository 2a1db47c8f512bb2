import Vocabulary

/// The prompt caches of a fleet: one for each pool, and which deployment uses which.
struct PromptCaches: ~Copyable, @unchecked Sendable {
  /// The cache of each deployment; negative if it has none.
  private let cacheOf: [Int32]
  private let caches: UnsafeMutablePointer<PromptCache>
  private let count: Int
  private let prefixes: PrefixArena?
  private var single: UnsafeMutablePointer<PrefixPiece>

  init(_ plan: FleetPlan, prefixes: PrefixArena?) {
    var pools: [String] = []
    var plans: [PromptCachePlan] = []
    cacheOf = plan.deployments.map { deployment in
      guard let cache = deployment.promptCache else { return -1 }
      if let pool = cache.pool, let known = pools.firstIndex(of: pool) { return Int32(known) }
      // A name without a pool cannot be that of one.
      pools.append(cache.pool ?? "\u{0}" + deployment.name)
      plans.append(cache)
      return Int32(plans.count - 1)
    }
    count = plans.count
    caches = .allocate(capacity: count)
    for (place, plan) in plans.enumerated() { (caches + place).initialize(to: PromptCache(plan)) }
    self.prefixes = prefixes
    single = .allocate(capacity: 1)
    single.initialize(to: PrefixPiece(key: 0, tokens: 0))
  }

  deinit {
    caches.deinitialize(count: count)
    caches.deallocate()
    single.deallocate()
  }

  /// Whether no deployment has a cache.
  var isEmpty: Bool { count == 0 }

  /// The cache of a deployment; `nil` if it has none.
  func cache(of deployment: DeploymentID) -> Int? {
    let cache = Int(cacheOf[Int(deployment.index)])
    return cache < 0 ? nil : cache
  }

  /// What an attempt finds in a cache.
  mutating func look(_ cache: Int, for attempt: AttemptStart, at now: Instant)
    -> PromptCache.Finding
  {
    caches[cache].look(
      pieces(of: attempt), tokens: attempt.inputTokens, at: now.nanoseconds)
  }

  /// Keeps the prompt of an attempt that has been computed.
  mutating func keep(_ cache: Int, _ attempt: AttemptStart, at now: Instant) {
    caches[cache].keep(pieces(of: attempt), tokens: attempt.inputTokens, at: now.nanoseconds)
  }

  /// The pieces of the prompt, if they are known; else the conversation so far is one piece.
  private func pieces(of attempt: AttemptStart) -> UnsafeBufferPointer<PrefixPiece> {
    if attempt.prefix.count > 0, let prefixes {
      let pieces = prefixes.pieces(attempt.prefix)
      if pieces.count > 0 { return pieces }
    }
    guard attempt.conversation != 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
    single.pointee = PrefixPiece(key: attempt.conversation, tokens: attempt.inputTokens)
    return UnsafeBufferPointer(start: single, count: 1)
  }
}
