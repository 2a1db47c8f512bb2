import Chance
import Vocabulary

/// Which body a call has: what decides its fingerprint and the length of its prompt.
struct BodyLaw: Sendable {
  enum Rule: Sendable {
    /// Each call has a body of its own; a trace that names bodies is believed.
    case unique
    /// One of a fixed number of bodies, drawn by rank.
    case pool(Zipf)
    /// With this share, the body of an earlier call of the same stream.
    ///
    /// How far back is drawn by Zipf's law with exponent 1 over recency: d = ⌊(n+1)ᵘ⌋, so
    /// P(d) = ln(1 + 1/d) / ln(n + 1). The earlier call may itself be a repeat; the chain is
    /// followed by its keyed draws, without any memory. Expected length 1 / (1 - share).
    case repeats(Double)
  }

  /// The bodies of a pool.
  private let ranks: Zipf?
  /// The share of repeats; 0 for none.
  private let repeats: Double
  private let source: NameHash
  private let pool: NameHash
  private let salt: UInt64
  private let choice: ChanceKey
  private let print: ChanceKey

  /// Whether the trace's own bodies count.
  let believesTrace: Bool

  /// - Parameters:
  ///   - pool: the name under which bodies are shared between streams.
  ///   - alias: the alias asked for; it is part of the canonical body.
  init(_ rule: Rule, source: NameHash, pool: NameHash, alias: NameHash, chance: Chance) {
    switch rule {
    case .unique: (ranks, repeats, believesTrace) = (nil, 0, true)
    case .pool(let zipf): (ranks, repeats, believesTrace) = (zipf, 0, false)
    case .repeats(let share): (ranks, repeats, believesTrace) = (nil, share, false)
    }
    self.source = source
    self.pool = pool
    salt = alias.bits
    choice = chance.key(.fingerprint, name: source)
    print = chance.key(.fingerprint, name: pool)
  }

  /// The key of the body of call `number`: equal keys, equal bodies.
  @inline(__always)
  func body(call: CallKey, number: UInt64) -> CallKey {
    if let rank = ranks?.rank(choice.uniform(call: call, counter: 2)) {
      return CallKey(source: pool, number: UInt64(rank))
    }
    return repeats > 0 ? original(of: call, number: number) : call
  }

  /// Draws the keys of the bodies of the calls from `number` on.
  ///
  /// The table of a pool is large: it is asked for all of them before any is needed.
  @inline(__always)
  func fill(
    _ draws: UnsafeMutableBufferPointer<CallDraws.Draw>, from number: UInt64,
    _ guesses: UnsafeMutableBufferPointer<Zipf.Guess>
  ) {
    guard let ranks else {
      for place in draws.indices {
        let number = number &+ UInt64(place)
        draws[place].body = body(call: CallKey(source: source, number: number), number: number)
      }
      return
    }
    for place in draws.indices {
      let call = CallKey(source: source, number: number &+ UInt64(place))
      guesses[place] = ranks.guess(choice.uniform(call: call, counter: 2))
    }
    for place in draws.indices {
      draws[place].body = CallKey(source: pool, number: UInt64(ranks.rank(guesses[place])))
    }
  }

  private func original(of call: CallKey, number: UInt64) -> CallKey {
    var (call, number) = (call, number)
    while number > 0, choice.uniform(call: call, counter: 2) < repeats {
      let reach = Elementary.log(Double(number) + 1)
      let back = Elementary.exp(reach * choice.uniform(call: call, counter: 3))
      number -= min(max(1, UInt64(min(back, 9e18))), number)
      call = CallKey(source: source, number: number)
    }
    return call
  }

  /// The 128-bit fingerprint of a body and the alias it is sent to.
  ///
  /// The low half is drawn. The high half is a bijection of the body's key, so that different
  /// bodies of a pool or stream never share a fingerprint.
  @inline(__always)
  func fingerprint(of body: CallKey) -> UInt128 { fingerprint(of: body, salt) }

  /// The fingerprint of a body that is sent to another alias than the stream's.
  /// - Parameter alias: the hash of the alias' name.
  @inline(__always)
  func fingerprint(of body: CallKey, _ alias: UInt64) -> UInt128 {
    let salt = alias
    let spread = (body.bits ^ salt) &* 0x9E37_79B9_7F4A_7C15
    let high = (spread ^ (spread >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return UInt128(high) << 64 | UInt128(print.bits(call: body))
  }
}
