import Engine
import GatewayCore
import Providers
import Vocabulary

// The caches that replicas share.

extension SlowWire {
  /// An answer on its way to a shared cache.
  struct PostedAnswer {
    var cache: Int
    var letter: UInt32
    var kind: SideCallKind
    var replica: Int
  }

  /// Bodies in a shared cache belong to no replica: their handles have the highest bit.
  static let nobody = -1
  static func isShared(_ body: BodyID) -> Bool { body.bits >= 1 << 63 }

  /// A replica turns to the caches that are those of its policy.
  func connect(_ replica: Int, toCacheOf plan: GatewayPlan) {
    let serving = [cacheOf[replica]] + cacheOf
    cacheOf[replica] = nil
    guard plan.services.contains(.cache) || plan.services.contains(.vectors) else { return }
    cacheOf[replica] =
      serving.lazy.compactMap { $0 }.first { self.caches[$0].wording == plan.cacheWording }
    guard cacheOf[replica] == nil else { return }
    caches.append(CacheStore(plan, chance: world.chance))
    cacheOf[replica] = caches.count - 1
  }

  func found(_ request: Request, _ id: SideCallID, _ replica: Int) -> CachedAnswer {
    guard let cache = cacheOf[replica] else { return .nothing }
    let stale = gateways[replica].looksForStale(inSlot: id.request.slot)
    if id.kind == .cache {
      return caches[cache].look(request, stale: stale, at: now, into: &output)
    }
    guard let vector = meaning(id.request.slot, replica) else { return .nothing }
    return caches[cache].look(
      request, meaning: vector.span, stale: stale, at: now, into: &output)
  }

  /// An answer goes to the cache of its replica, if that can be reached.
  func post(_ id: RequestID, _ kind: SideCallKind, _ replica: Int) {
    guard let cache = cacheOf[replica] else { return }
    let request = gateways[replica].request(inSlot: id.slot)
    let promise = services.start(
      kind, request.call, number: .max, inputTokens: request.inputTokens, at: now)
    guard promise.succeeds else { return }
    let (usage, deployment) = gateways[replica].served(inSlot: id.slot)
    let letter: UInt32
    if kind == .cache {
      letter = caches[cache].post(request, usage: usage, from: deployment)
    } else {
      guard let vector = meaning(id.slot, replica) else { return }
      letter = caches[cache].post(request, meaning: vector.span, usage: usage, from: deployment)
    }
    schedule(
      .posted(PostedAnswer(cache: cache, letter: letter, kind: kind, replica: replica)),
      at: promise.end)
  }

  func cacheKeeps(_ posted: PostedAnswer) {
    shared += 1
    let body = BodyID(bits: 1 << 63 | shared)
    bodies.insert(Of(SlowWire.nobody, body))
    caches[posted.cache].deliver(
      posted.letter, posted.kind, as: body, at: now, replica: ReplicaID(posted.replica),
      into: &output)
    carryOut(posted.replica)
  }

  private func meaning(_ slot: UInt32, _ replica: Int) -> [Float]? {
    var vector = [Float](repeating: 0, count: EmbeddingSource.dimensions)
    var span = vector.mutableSpan
    return gateways[replica].copyMeaning(inSlot: slot, into: &span) ? vector : nil
  }
}
