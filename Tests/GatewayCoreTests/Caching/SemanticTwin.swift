import Chance
import Vocabulary

@testable import GatewayCore

/// The slow, obvious twin of a semantic cache: numbered places in a plain array, every question with
/// its whole vector, and cosines in double precision from the first place to the last.
struct SemanticTwin {
  /// What must be equal besides the meaning.
  struct Kind: Hashable {
    var tenant: Int?
    var alias: Int
    var capabilities: UInt64
    var tags: UInt64?
    var outputCap: UInt32?
    var streams: Bool?
  }

  struct Entry {
    var kind: Kind
    var vector: [Double]
    var expires: Instant
    var inputTokens: Int
    var usage: Usage
    var deployment: DeploymentID
    var body: UInt64
    var size: Int
    /// What the eviction policy knows it by.
    var key: UInt64
    /// Whether a look-up has met it expired: it waits for a route to fail.
    var isAside = false
  }

  let rule: SemanticTwinRule
  let chance: Chance
  var places: [Entry?] = []
  var free: [Int] = []
  var hand = 0
  var keeping: (any Twin)?
  /// Bodies that were let go since the last operation, in order.
  var released: [UInt64] = []

  init(_ rule: SemanticTwinRule, chance: Chance) {
    self.rule = rule
    self.chance = chance
    if let capacity = rule.capacity {
      let typical = max(1, rule.bytesPerToken * 250 + rule.overhead + 4 * rule.dimensions)
      keeping = evictionTwin(
        rule.eviction, capacity: capacity,
        entries: rule.countsBytes ? max(16, capacity / typical) : capacity)
    }
  }

  var entries: [Entry] { places.compactMap { $0 } }

  // MARK: The rules

  func treatment(of request: Request) -> (looks: Bool, keeps: Bool) {
    if !rule.only.isEmpty, request.tags.isDisjoint(with: rule.only) { return (false, false) }
    if !request.tags.isDisjoint(with: rule.never) { return (false, false) }
    if !request.tags.isDisjoint(with: rule.bypass) { return (false, false) }
    let tokens = Int(request.inputTokens)
    if tokens < rule.leastInput || tokens > rule.mostInput { return (false, false) }
    if request.streams, !rule.streamed { return (false, false) }
    let isDrawn =
      chance.uniform(.cache, call: request.call) < Double(rule.refreshShare) / 100
    let looks = request.tags.isDisjoint(with: rule.refresh) && !isDrawn
    return (looks, request.tags.isDisjoint(with: rule.noStore))
  }

  func bytes(of usage: Usage) -> Int {
    Int(usage.outputTokens) * rule.bytesPerToken + rule.overhead
      + (rule.countsBytes ? 4 * rule.dimensions : 0)
  }

  func keeps(_ usage: Usage) -> Bool {
    if rule.countsBytes, let capacity = rule.capacity, bytes(of: usage) > capacity { return false }
    return Int(usage.outputTokens) <= rule.mostOutput && bytes(of: usage) <= rule.maximumBytes
  }

  func kind(of request: Request) -> Kind {
    let tenants = [
      "team": Int(request.identity.team.index), "user": Int(request.identity.user.index),
      "key": Int(request.identity.key.index), "feature": Int(request.identity.feature.index),
    ]
    return Kind(
      tenant: tenants[rule.scope], alias: Int(request.alias.index),
      capabilities: request.capabilities.rawValue,
      tags: rule.matchTags ? request.tags.rawValue : nil,
      outputCap: rule.matchOutputCap ? request.outputCap : nil,
      streams: rule.matchStreams ? request.streams : nil)
  }

  static func cosine(_ left: [Double], _ right: [Double]) -> Double {
    func product(_ left: [Double], _ right: [Double]) -> Double {
      left.indices.reduce(0.0) { $0 + left[$1] * right[$1] }
    }
    return product(left, right) / (product(left, left) * product(right, right)).squareRoot()
  }

  /// Whether an answer would hang on how a cosine is rounded: two as similar, or one that is just
  /// as similar as needed.
  func isClose(_ request: Request, _ vector: [Double]) -> Bool {
    let kind = kind(of: request)
    let cosines = entries.filter { $0.kind == kind }
      .map { SemanticTwin.cosine($0.vector, vector) }
      .filter { $0 > rule.threshold - 1e-5 }.sorted()
    return zip(cosines, cosines.dropFirst()).contains { $1 - $0 < 2e-5 }
      || cosines.contains { abs($0 - rule.threshold) < 1e-5 || abs($0 - 0.99999) < 4e-6 }
  }

  // MARK: Look and keep

  func goes(_ entry: Entry) -> Instant {
    entry.expires.advanced(byNanoseconds: rule.staleOnError)
  }

  /// The place of the most similar entry among those that count.
  private func nearest(
    _ request: Request, _ vector: [Double], _ floor: Double, _ counts: (Entry) -> Bool
  ) -> (place: Int, cosine: Double)? {
    let kind = kind(of: request)
    var best: (place: Int, cosine: Double)?
    for (place, entry) in places.enumerated() {
      guard let entry, entry.kind == kind, counts(entry) else { continue }
      let cosine = SemanticTwin.cosine(entry.vector, vector)
      if cosine >= floor, cosine > best?.cosine ?? -1 { best = (place, cosine) }
    }
    return best
  }

  /// The most similar entry among those that count: its answer, unless the prompt was of another
  /// length.
  private mutating func found(
    _ request: Request, _ vector: [Double], _ counts: (Entry) -> Bool
  ) -> (entry: Entry?, cosine: Double) {
    guard let match = nearest(request, vector, rule.threshold, counts),
      let entry = places[match.place]
    else { return (nil, 0) }
    let (tokens, others) = (Int(request.inputTokens), entry.inputTokens)
    guard 100 * abs(tokens - others) <= rule.matchTokens * max(tokens, others) else {
      return (nil, match.cosine)
    }
    _ = keeping?.look(entry.key)
    return (entry, match.cosine)
  }

  mutating func look(
    _ request: Request, _ vector: [Double], at now: Instant
  ) -> (entry: Entry?, cosine: Double) {
    let fresh = nearest(request, vector, rule.threshold) { now < $0.expires }
    // What has expired and is more similar is met: it waits aside, or goes.
    while let met = nearest(
      request, vector, fresh?.cosine ?? rule.threshold,
      { now >= $0.expires && !$0.isAside })
    {
      if let entry = places[met.place], now < goes(entry) {
        places[met.place]?.isAside = true
      } else {
        remove(met.place)
      }
    }
    return found(request, vector) { now < $0.expires }
  }

  mutating func lookStale(
    _ request: Request, _ vector: [Double], at now: Instant
  ) -> Entry? {
    let staleOnError = rule.staleOnError
    func answers(_ entry: Entry) -> Bool {
      now < entry.expires.advanced(byNanoseconds: staleOnError)
    }
    let best = nearest(request, vector, rule.threshold, answers)
    while let met = nearest(
      request, vector, best?.cosine ?? rule.threshold, { !answers($0) })
    {
      remove(met.place)
    }
    return found(request, vector, answers).entry
  }

  /// Keeps an answer; how many entries had to go for room.
  mutating func store(
    _ request: Request, _ vector: [Double], usage: Usage, from deployment: DeploymentID,
    body: UInt64, key: UInt64, at now: Instant
  ) -> Int {
    // Two places are inspected per store.
    for _ in 0..<2 where !entries.isEmpty {
      if hand >= places.count { hand = 0 }
      if let entry = places[hand], now >= goes(entry) { remove(hand) }
      hand += 1
    }
    var entry = Entry(
      kind: kind(of: request), vector: vector,
      expires: now.advanced(byNanoseconds: rule.timeToLive),
      inputTokens: Int(request.inputTokens), usage: usage, deployment: deployment, body: body,
      size: rule.countsBytes ? bytes(of: usage) : 1, key: key)
    if let same = nearest(request, vector, 0.99999, { _ in true }), let old = places[same.place] {
      if old.size == entry.size {
        // The question stays the one that it was; the answer is the new one.
        (entry.vector, entry.key) = (old.vector, old.key)
        released.append(old.body)
        places[same.place] = entry
        _ = keeping?.look(old.key)
        return 0
      }
      remove(same.place)
    }
    let gone = keeping?.store(key, size: entry.size) ?? []
    for key in gone {
      guard let place = places.firstIndex(where: { $0?.key == key }) else { continue }
      forget(place)
    }
    if let place = free.popLast() { places[place] = entry } else { places.append(entry) }
    return gone.count
  }

  private mutating func remove(_ place: Int) {
    if let entry = places[place] { keeping?.expire(entry.key) }
    forget(place)
  }

  private mutating func forget(_ place: Int) {
    guard let entry = places[place] else { return }
    released.append(entry.body)
    places[place] = nil
    free.append(place)
  }
}

/// Questions that are asked again and again, in other words: some directions, and what lies around.
struct Questions {
  private let centres: [[Double]]

  init(_ count: Int, dimensions: Int, _ random: inout SplitMix64) {
    centres = (0..<count).map { _ in
      (0..<dimensions).map { _ in Double.random(in: -1...1, using: &random) }
    }
  }

  /// A vector in single precision, as an embedding is: now and then one that was asked before, of
  /// another length.
  func draw(_ random: inout SplitMix64) -> [Float] {
    let centre: [Double] = centres.randomElement(using: &random) ?? []
    let spreads: [Double] = [0, 0.2, 0.5, 0.9]
    let spread = spreads.randomElement(using: &random) ?? 0.0
    let length = Double.random(in: 0.5...2, using: &random)
    return centre.map {
      Float(length * ($0 + spread * Double.random(in: -1...1, using: &random)))
    }
  }
}
