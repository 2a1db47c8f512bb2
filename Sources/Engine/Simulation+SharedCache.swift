import GatewayCore
import Providers
import Traffic
import Vocabulary

// The caches that replicas share: outside of them, looked into when they ask, filled when an answer
// has got there.
//
// A look is answered by what is there when it is put; it takes its service's time. A new answer takes
// a message's time, and is lost if the service is down or fails; it is not billed. A restart of a
// replica takes nothing from them.

extension Simulation {
  /// An answer on its way to a shared cache.
  struct PostedAnswer {
    var cache: Int
    var letter: UInt32
    var kind: SideCallKind
    var replica: Int
    var cluster: UInt32
  }

  /// Connects a replica with the shared caches of its policy: those of a replica whose policy says the
  /// same of caches, or new ones.
  mutating func connect(_ replica: Int, toCacheOf plan: GatewayPlan) {
    let serving = [cacheOf[replica]] + cacheOf
    cacheOf[replica] = -1
    guard !plan.services.isDisjoint(with: [.cache, .vectors]) else { return }
    let shared = serving.first { $0 >= 0 && caches[$0].wording == plan.cacheWording }
    cacheOf[replica] = shared ?? caches.count
    if shared == nil { caches.append(CacheStore(plan, chance: chance)) }
  }

  /// What the shared cache of a replica holds for a request that looks.
  mutating func looked(_ id: SideCallID, _ replica: Int) -> CachedAnswer {
    guard id.request != .none, cacheOf[replica] >= 0 else { return .nothing }
    let slot = id.request.slot
    let request = gateways[replica].request(inSlot: slot)
    let stale = gateways[replica].looksForStale(inSlot: slot)
    let cache = caches[cacheOf[replica]]
    guard id.kind == .vectors else {
      return cache.look(request, stale: stale, at: now, into: &output)
    }
    guard copyMeaning(of: slot, replica) else { return .nothing }
    return cache.look(
      request, meaning: UnsafeBufferPointer(vector).span, stale: stale, at: now, into: &output)
  }

  /// Carries out `shareAnswer`.
  mutating func share(_ id: RequestID, by kind: SideCallKind, _ replica: Int) {
    guard cacheOf[replica] >= 0 else { return }
    let cache = cacheOf[replica]
    let request = gateways[replica].request(inSlot: id.slot)
    let served = gateways[replica].served(inSlot: id.slot)
    let promise = services.start(
      kind, request.call, number: .max, inputTokens: request.inputTokens, at: now)
    guard promise.succeeds else { return }
    let letter: UInt32
    if kind == .vectors {
      guard copyMeaning(of: id.slot, replica) else { return }
      letter = caches[cache].post(
        request, meaning: UnsafeBufferPointer(vector).span, usage: served.usage,
        from: served.deployment)
    } else {
      letter = caches[cache].post(request, usage: served.usage, from: served.deployment)
    }
    let cluster = calls[Int(id.slot) &* replicas &+ replica].truth.cluster
    send(
      .answer(
        PostedAnswer(cache: cache, letter: letter, kind: kind, replica: replica, cluster: cluster)),
      at: promise.end)
  }

  /// A posted answer has arrived.
  mutating func cacheKeeps(_ posted: PostedAnswer) throws(TrafficError) {
    let body = BodyID(bits: BodyQuestions.shared | nextBody)
    nextBody &+= 1
    if asksMeaning { questions.keep(body, of: 0, replicas, cluster: posted.cluster) }
    caches[posted.cache].deliver(
      posted.letter, posted.kind, as: body, at: now, replica: ReplicaID(posted.replica),
      into: &output)
    if !output.commands.isEmpty { try perform(posted.replica) }
  }

  private mutating func copyMeaning(of slot: UInt32, _ replica: Int) -> Bool {
    var span = vector.mutableSpan
    return gateways[replica].copyMeaning(inSlot: slot, into: &span)
  }
}
