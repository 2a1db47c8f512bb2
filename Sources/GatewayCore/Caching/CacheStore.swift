import Chance
import Vocabulary

/// The caches that replicas share: the same two caches as a replica's own, outside of every replica.
///
/// A driver owns it (the simulator in virtual time; a server would put the same rules into Redis and
/// a store of vectors). It is looked into when a replica makes a side call of kind `cache` or
/// `vectors`; what it has found goes back by `Gateway.found`. A new answer is posted at once and
/// delivered when it has got there: from then on it can be found, and its time to live counts.
/// - Complexity: as `ExactCache` and `VectorIndex`; memory follows what is kept and what is on its
///   way.
public final class CacheStore {
  /// An answer that is on its way.
  private struct Letter: BitwiseCopyable {
    var request: Request
    var usage: Usage
    var deployment: DeploymentID
    var hasVector: Bool
  }

  /// What the policy's file says of its caches: a store serves replicas whose policies say the same.
  public let wording: String
  private var exact: ExactCache
  private var semantic: SemanticCache
  private var letters: Slab<Letter>
  /// Vectors are held by the place of their letter, from 1; 0 is that of the look.
  private static let ofLook = RequestID(slot: 0, generation: 0)

  /// A store that holds nothing.
  public init(_ plan: GatewayPlan, chance: Chance) {
    wording = plan.cacheWording
    exact = ExactCache(plan.cache ?? .nothing, chance: chance)
    semantic = SemanticCache(plan.semantic ?? .nothing, draws: CacheDraws(chance))
    letters = Slab(
      blank: Letter(
        request: Request(call: CallKey(bits: 0), inputTokens: 0, alias: AliasID(0)), usage: .none,
        deployment: .none, hasVector: false))
  }

  /// How many answers it holds by fingerprint, and by meaning.
  public var counts: (exact: Int, semantic: Int) { (exact.count, semantic.count) }

  /// The answer kept under the fingerprint of a request.
  ///
  /// With `stale` one that has expired will do, as far as the policy allows it for failed routes.
  public func look(
    _ request: borrowing Request, stale: Bool, at now: Instant, into output: inout Output
  ) -> CachedAnswer {
    let hit =
      stale
      ? exact.lookStale(for: request, at: now) : exact.look(for: request, at: now, into: &output)
    guard let hit else { return .nothing }
    return CachedAnswer(hit.body, usage: hit.usage, from: hit.deployment)
  }

  /// The answer to a question that means the same; `meaning` is the embedding of the request.
  public func look(
    _ request: borrowing Request, meaning: Span<Float>, stale: Bool, at now: Instant,
    into output: inout Output
  ) -> CachedAnswer {
    guard semantic.hold(meaning, for: CacheStore.ofLook, isUnit: true) else { return .nothing }
    if stale {
      guard let hit = semantic.lookStale(request, CacheStore.ofLook, at: now, into: &output) else {
        return .nothing
      }
      return CachedAnswer(hit.body, usage: hit.usage, from: hit.deployment)
    }
    let found = semantic.look(request, CacheStore.ofLook, at: now, into: &output)
    guard let hit = found.hit else {
      var nothing = CachedAnswer.nothing
      nothing.similarity = found.millionths
      return nothing
    }
    return CachedAnswer(
      hit.body, usage: hit.usage, from: hit.deployment, similarity: found.millionths)
  }

  /// Takes an answer to be kept by fingerprint.
  ///
  /// - Returns: what to deliver it by, or to drop it by if it is lost.
  public func post(
    _ request: borrowing Request, usage: Usage, from deployment: DeploymentID
  ) -> UInt32 {
    let letter = letters.take()
    letters[letter] = Letter(
      request: copy request, usage: usage, deployment: deployment, hasVector: false)
    return letter
  }

  /// Takes an answer to be kept by meaning; likewise.
  public func post(
    _ request: borrowing Request, meaning: Span<Float>, usage: Usage, from deployment: DeploymentID
  ) -> UInt32 {
    let letter = post(request, usage: usage, from: deployment)
    letters[letter].hasVector = semantic.hold(
      meaning, for: RequestID(slot: letter + 1, generation: 0), isUnit: true)
    return letter
  }

  /// A posted answer has got here; it is kept under the handle `body`.
  ///
  /// `kind` is the side call by which it is found.
  public func deliver(
    _ letter: UInt32, _ kind: SideCallKind, as body: BodyID, at now: Instant, replica: ReplicaID,
    into output: inout Output
  ) {
    let (request, usage) = (letters[letter].request, letters[letter].usage)
    let deployment = letters[letter].deployment
    let evicted: Int
    if kind == .cache {
      evicted = exact.store(
        for: request, usage: usage, from: deployment, body: body, at: now, into: &output)
    } else if letters[letter].hasVector {
      evicted = semantic.store(
        request, RequestID(slot: letter + 1, generation: 0), usage: usage, from: deployment,
        body: body, at: now, into: &output)
    } else {
      output.commands.append(.releaseBody(body))
      evicted = 0
    }
    letters.give(letter)
    guard evicted > 0 || output.explains(request.number) else { return }
    output.notes.append(
      Note(
        .cacheStored, at: now, request: request.number, deployment: deployment,
        subject: kind == .cache ? 0 : 1,
        value: Int64(kind == .cache ? exact.count : semantic.count), other: Int64(evicted),
        replica: replica))
  }

  /// A posted answer is lost on its way.
  public func drop(_ letter: UInt32) { letters.give(letter) }
}
