import Vocabulary

/// Answers kept by the meaning of their request: the direction of its embedding.
///
/// A look-up finds the most similar entry that the rule lets answer. A hit needs now < expiry and
/// does not refresh the entry. An answer whose question is there already (cosine ≥ 0.99999)
/// overwrites it. Expired entries are removed when met, two are inspected per store; with
/// `staleOnError` they stay that much longer, for `lookStale`: a look-up that meets one sets it
/// aside, so that it hides no fresh one that is similar enough. Vectors of requests in flight wait in
/// their request's slot until the answer is there.
/// - Complexity: as `VectorIndex`.
struct SemanticCache: ~Copyable {
  typealias Block = UnitVectors.Block

  struct Entry: BitwiseCopyable {
    var expires: Instant
    var usage: Usage
    var body: UInt64
    var inputTokens: UInt32
    var size: UInt32
    var deployment: DeploymentID
    var isLive: Bool
  }

  /// What a look-up has found: an answer, and how similar the best entry was.
  struct Found {
    var hit: ExactCache.Hit?
    var similarity: Float

    /// The similarity in millionths.
    var millionths: Int32 { Int32(similarity * 1_000_000) }
  }

  let rule: SemanticRule
  private let draws: CacheDraws
  private let blocks: Int
  private var index: VectorIndex
  private var keeper: Keeper
  private var entries: Slab<Entry>
  private var hand: UInt32 = 0
  private let limit: Int
  /// How much of its capacity is taken.
  private(set) var size = 0
  /// By slot of the request: its vector, and the generation that it belongs to.
  private var held: UnsafeMutablePointer<Block>
  private var generations: Buffer<UInt32>
  private var heldRoom = 64

  init(_ plan: SemanticPlan, draws: CacheDraws) {
    rule = plan.rule
    self.draws = draws
    blocks = plan.rule.dimensions / 16
    index = VectorIndex(
      dimensions: plan.rule.dimensions, cellSize: plan.rule.cellSize, probes: plan.rule.probes,
      exactUpTo: plan.rule.exactUpTo)
    limit = plan.rule.capacity.limit ?? .max
    keeper = Keeper(
      plan.eviction, capacity: plan.rule.capacity.limit, entries: plan.rule.capacity.entries)
    entries = Slab(
      blank: Entry(
        expires: .distantPast, usage: .none, body: 0, inputTokens: 0, size: 0,
        deployment: .none, isLive: false))
    held = .allocate(capacity: 64 * blocks)
    generations = Buffer(capacity: 64)
  }

  deinit { held.deallocate() }

  /// How many entries it holds.
  var count: Int { index.count }

  /// What the cache does for a request.
  func treatment(of request: borrowing Request) -> Cacheability.Treatment {
    rule.cacheability.treatment(of: request, draws: draws)
  }

  // MARK: Vectors of requests in flight

  /// Keeps the vector of a request; `false` if it is not one of a text (its size, or no direction).
  ///
  /// One that is of length 1 by these caches' own reckoning stays what it is.
  mutating func hold(_ vector: Span<Float>, for id: RequestID, isUnit: Bool = false) -> Bool {
    guard vector.count == rule.dimensions else { return false }
    let slot = Int(id.slot)
    if slot >= heldRoom { growHeld(to: slot) }
    generations.fill(upTo: slot + 1, with: .max)
    let place = held + slot * blocks
    for block in 0..<blocks {
      var lanes = Block(repeating: 0)
      for lane in 0..<16 { lanes[lane] = vector[block * 16 + lane] }
      (place + block).initialize(to: lanes)
    }
    guard isUnit || UnitVectors.normalise(place, blocks: blocks) else { return false }
    generations[slot] = id.generation
    return true
  }

  /// Whether the vector of a request is here.
  func holds(_ id: RequestID) -> Bool {
    Int(id.slot) < generations.count && generations[Int(id.slot)] == id.generation
  }

  /// Copies the vector of the request that holds a slot; `false` if it is not here.
  func copyVector(inSlot slot: UInt32, into vector: inout MutableSpan<Float>) -> Bool {
    guard Int(slot) < generations.count, generations[Int(slot)] != .max,
      vector.count == rule.dimensions
    else { return false }
    let place = held + Int(slot) * blocks
    for block in 0..<blocks {
      for lane in 0..<16 { vector[block * 16 + lane] = place[block][lane] }
    }
    return true
  }

  private mutating func growHeld(to slot: Int) {
    let room = max(heldRoom * 2, slot + 1)
    let larger = UnsafeMutablePointer<Block>.allocate(capacity: room * blocks)
    larger.moveInitialize(from: held, count: generations.count * blocks)
    held.deallocate()
    held = larger
    heldRoom = room
  }

  // MARK: Look and keep

  /// The answer to a question that means the same as that of a request whose vector is held.
  mutating func look(
    _ request: borrowing Request, _ id: RequestID, at now: Instant, into output: inout Output
  ) -> Found {
    let tag = rule.tag(of: request)
    let vector = UnsafePointer(held + Int(id.slot) * blocks)
    while let match = index.find(vector, tag: tag, atLeast: rule.threshold) {
      if now < entries[match.entry].expires {
        return Found(
          hit: hit(match.entry, for: request.inputTokens), similarity: match.similarity)
      }
      if now < goes(entries[match.entry].expires) {
        index.retag(match.entry, SemanticCache.aside(tag))
      } else {
        remove(match.entry, into: &output)
      }
    }
    return Found(hit: nil, similarity: 0)
  }

  /// The answer to such a question, fresh or as stale as a failed route allows.
  mutating func lookStale(
    _ request: borrowing Request, _ id: RequestID, at now: Instant, into output: inout Output
  ) -> ExactCache.Hit? {
    let tag = rule.tag(of: request)
    let vector = UnsafePointer(held + Int(id.slot) * blocks)
    while let match = nearest(vector, tag, atLeast: rule.threshold) {
      if now < goes(entries[match.entry].expires) {
        return hit(match.entry, for: request.inputTokens)
      }
      remove(match.entry, into: &output)
    }
    return nil
  }

  /// The most similar entry, also among those that were set aside.
  private mutating func nearest(
    _ vector: UnsafePointer<Block>, _ tag: UInt64, atLeast floor: Float
  ) -> VectorIndex.Match? {
    let match = index.find(vector, tag: tag, atLeast: floor)
    guard rule.staleOnError > 0,
      let other = index.find(
        vector, tag: SemanticCache.aside(tag), atLeast: match?.similarity ?? floor)
    else { return match }
    guard let match, match.similarity == other.similarity, match.entry < other.entry else {
      return other
    }
    return match
  }

  /// The tag of entries that have expired and wait for a route to fail.
  private static func aside(_ tag: UInt64) -> UInt64 { FrequencySketch.scattered(~tag) }

  /// What an entry answers a prompt of that length.
  private mutating func hit(_ number: UInt32, for inputTokens: UInt32) -> ExactCache.Hit? {
    let entry = entries[number]
    guard rule.matches(inputTokens, entry.inputTokens) else { return nil }
    keeper.used(number)
    return ExactCache.Hit(
      usage: entry.usage, deployment: entry.deployment, body: BodyID(bits: entry.body))
  }

  /// The last instant but one of an entry.
  @inline(__always)
  private func goes(_ expires: Instant) -> Instant {
    expires.advanced(byNanoseconds: rule.staleOnError)
  }

  /// Keeps the answer to a request whose vector is held; returns how many entries had to go.
  mutating func store(
    _ request: borrowing Request, _ id: RequestID, usage: Usage, from deployment: DeploymentID,
    body: BodyID, at now: Instant, into output: inout Output
  ) -> Int {
    sweep(at: now, into: &output)
    let tag = rule.tag(of: request)
    let vector = UnsafePointer(held + Int(id.slot) * blocks)
    let needed = rule.capacity.size(of: usage)
    let stored = Entry(
      expires: now.advanced(byNanoseconds: rule.timeToLive), usage: usage, body: body.bits,
      inputTokens: request.inputTokens, size: UInt32(needed), deployment: deployment,
      isLive: true)
    if let same = nearest(vector, tag, atLeast: 0.99999) {
      if Int(entries[same.entry].size) == needed {
        if rule.staleOnError > 0 { index.retag(same.entry, tag) }
        output.commands.append(.releaseBody(BodyID(bits: entries[same.entry].body)))
        entries[same.entry] = stored
        keeper.used(same.entry)
        return 0
      }
      remove(same.entry, into: &output)
    }
    let key = key(of: request, id)
    keeper.arriving(key)
    var evicted = 0
    while size &+ needed > limit {
      remove(keeper.victim(for: needed), into: &output)
      evicted += 1
    }
    let entry = entries.take()
    entries[entry] = stored
    index.add(entry, vector, tag: tag)
    keeper.stored(entry, key: key, size: needed)
    size += needed
    return evicted
  }

  /// What an eviction policy remembers the question of a request by.
  func key(of request: borrowing Request, _ id: RequestID) -> UInt64 {
    var mixed = rule.tag(of: request)
    let first = held[Int(id.slot) * blocks]
    for lane in 0..<4 {
      mixed = FrequencySketch.scattered(mixed ^ UInt64(first[lane].bitPattern))
    }
    return mixed
  }

  private mutating func remove(_ entry: UInt32, into output: inout Output) {
    output.commands.append(.releaseBody(BodyID(bits: entries[entry].body)))
    index.remove(entry)
    keeper.removed(entry)
    size -= Int(entries[entry].size)
    entries[entry].isLive = false
    entries.give(entry)
  }

  private mutating func sweep(at now: Instant, into output: inout Output) {
    for _ in 0..<2 where index.count > 0 {
      if Int(hand) >= entries.used { hand = 0 }
      if entries[hand].isLive, now >= goes(entries[hand].expires) {
        remove(hand, into: &output)
      }
      hand &+= 1
    }
  }
}
