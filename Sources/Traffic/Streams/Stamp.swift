import Chance
import Vocabulary

/// Fills in arrivals: everything about a call but its time.
///
/// What all calls have in common comes from a template; the rest is drawn, keyed by the call
/// (or by its body, or by its conversation's first call, where these must agree), never by what was
/// drawn before. No allocation, no reference counting but for laws of unusual kinds.
struct Stamp: Sendable {
  let source: NameHash
  private let template: Request
  private let patience: Int64
  private let bodies: BodyLaw
  private let input: TokenLaw
  private let output: TokenLaw
  private let inputKey: ChanceKey
  private let outputKey: ChanceKey
  /// Who calls, where that is drawn; `nil` if all calls are of one identity.
  private let identities: IdentityDraws?
  /// The share of streamed answers; `nil` if all or none are.
  private let streamedShare: Double?
  private let streamingKey: ChanceKey
  /// The share of cached input; negative for what the trace says.
  private let cachedShare: Double
  private let questions: QuestionDraws?
  private let difficulties: DifficultyDraws?

  init(_ laws: CallLaws, stream: String, chance: Chance) {
    let source = NameHash(stream)
    let pool = NameHash(laws.pool ?? stream)
    self.source = source
    bodies = BodyLaw(
      laws.bodies, source: source, pool: pool, alias: NameHash(laws.aliasName), chance: chance)
    patience = laws.patience?.nanoseconds ?? .max
    input = laws.input
    output = laws.output
    // By the pool's name: equal bodies have equally long prompts.
    inputKey = chance.key(.inputTokens, name: pool)
    outputKey = chance.key(.outputTokens, name: source)
    let identityKey = chance.key(.identity, name: source)
    identities = laws.identity.isFixed ? nil : IdentityDraws(laws.identity, identityKey)
    streamingKey = chance.key(.streaming, name: source)
    if case .share(let share) = laws.streaming {
      streamedShare = share
    } else {
      streamedShare = nil
    }
    cachedShare = laws.cachedShare ?? -1
    questions = laws.questions.map { QuestionDraws($0, chance.key(.question, name: pool)) }
    difficulties = laws.difficulty.map {
      DifficultyDraws($0, chance.key(.difficulty, name: pool))
    }
    template = Request(
      call: CallKey(bits: 0), tags: laws.tags, capabilities: laws.capabilities,
      identity: laws.identity.identity(identityKey, CallKey(bits: 0)), inputTokens: 0,
      outputCap: laws.outputCap, alias: laws.alias, priority: laws.priority,
      streams: laws.streaming == .always)
  }

  /// Overwrites `arrival` with call `number` at `now`, for which draws have been made ahead.
  @inline(__always)
  func fill(
    _ arrival: inout Arrival, at now: Instant, number: UInt64, _ draw: CallDraws.Draw
  ) {
    let call = CallKey(source: source, number: number)
    fill(
      &arrival, at: now, call: call, first: call, body: draw.body, input: draw.input,
      output: draw.output, cached: 0)
  }

  /// Draws body, prompt and answer of the calls from `number` on.
  @inline(never)
  func lookAhead(from number: UInt64, into draws: inout CallDraws) {
    draws.guesses.withUnsafeMutableBufferPointer { guesses in
      draws.calls.withUnsafeMutableBufferPointer { bodies.fill($0, from: number, guesses) }
    }
    draws.calls.withUnsafeMutableBufferPointer { draws in
      for place in draws.indices {
        draws[place].input = input.tokens(inputKey, draws[place].body, recorded: 0)
      }
      for place in draws.indices {
        let call = CallKey(source: source, number: number &+ UInt64(place))
        draws[place].output = output.tokens(outputKey, call, recorded: 0)
      }
    }
  }

  /// Overwrites `arrival` with call `number` at `now`, of which a trace says `row`.
  @inline(__always)
  func fill(
    _ arrival: inout Arrival, at now: Instant, number: UInt64, row: borrowing TraceRow
  ) {
    let call = CallKey(source: source, number: number)
    let isNamed = row.body != 0 && bodies.believesTrace
    let body = isNamed ? CallKey(bits: row.body) : bodies.body(call: call, number: number)
    fill(
      &arrival, at: now, call: call, first: call, body: body,
      input: input.tokens(inputKey, body, recorded: row.inputTokens),
      output: output.tokens(outputKey, call, recorded: row.outputTokens),
      cached: row.cachedTokens)
    arrival.request.conversation = row.conversation
  }

  /// Overwrites `arrival` with a later turn of the conversation that began with call `first`.
  func fillTurn(
    _ arrival: inout Arrival, at now: Instant, call: CallKey, first: CallKey, prompt: UInt32,
    cached: UInt32
  ) {
    fill(
      &arrival, at: now, call: call, first: first, body: call, input: min(prompt, input.most),
      output: output.tokens(outputKey, call, recorded: 0), cached: cached)
  }

  @inline(__always)
  private func fill(
    _ arrival: inout Arrival, at now: Instant, call: CallKey, first: CallKey, body: CallKey,
    input: UInt32, output: UInt32, cached: UInt32
  ) {
    // Field by field: a whole `Request` would be made aside and copied.
    arrival.at = now
    arrival.request.call = call
    arrival.request.fingerprint = bodies.fingerprint(of: body)
    arrival.request.conversation = 0
    arrival.request.deadline =
      patience == .max ? .distantFuture : now.advanced(byNanoseconds: patience)
    arrival.request.tags = template.tags
    arrival.request.capabilities = template.capabilities
    arrival.request.identity = template.identity
    arrival.request.inputTokens = input
    arrival.request.outputCap = template.outputCap
    arrival.request.alias = template.alias
    arrival.request.priority = template.priority
    arrival.request.streams = template.streams
    arrival.request.clientTry = 0
    if let streamedShare {
      arrival.request.streams = streamingKey.uniform(call: call) < streamedShare
    }
    if let identities { arrival.request.identity = identities.identity(first) }
    if let questions { arrival.truth.cluster = questions.question(of: body) }
    if let difficulties { arrival.truth.difficulty = difficulties.difficulty(of: body) }
    arrival.truth.outputTokens = min(output, template.outputCap)
    arrival.truth.cachedInputTokens =
      cachedShare < 0 ? min(cached, input) : UInt32(Double(input) * cachedShare)
  }
}

/// The questions that bodies ask: held by reference, because a law is large.
final class QuestionDraws: Sendable {
  private let ranks: Zipf
  private let key: ChanceKey

  init(_ ranks: Zipf, _ key: ChanceKey) {
    self.ranks = ranks
    self.key = key
  }

  /// The question that a body asks: the same for all calls with that body.
  func question(of body: CallKey) -> UInt32 { UInt32(ranks.rank(key.uniform(call: body))) }
}

/// How hard bodies are: held by reference, because few streams say it.
final class DifficultyDraws: Sendable {
  private let law: Sampler
  private let key: ChanceKey

  init(_ law: Sampler, _ key: ChanceKey) {
    self.law = law
    self.key = key
  }

  /// How hard a body is, in 65,535ths: the same for all calls with that body.
  func difficulty(of body: CallKey) -> UInt16 {
    DifficultyDraws.whole(law.quantile(key.uniform(call: body)))
  }

  static func whole(_ difficulty: Double) -> UInt16 {
    UInt16(min(max(difficulty, 0), 1) * 65_535 + 0.5)
  }
}

/// Draws of the next calls of a generated stream, made some at a time.
///
/// The inverse transforms are long chains of dependent operations; in loops of their own several
/// overlap, which halves the time per arrival.
struct CallDraws: Sendable {
  static let count = 32

  /// The draws of one call.
  struct Draw: BitwiseCopyable {
    var body = CallKey(bits: 0)
    var input: UInt32 = 0
    var output: UInt32 = 0
  }

  var calls = [Draw](repeating: Draw(), count: CallDraws.count)
  /// The bodies of a pool before they are looked up.
  var guesses = [Zipf.Guess](repeating: .blank, count: CallDraws.count)

  /// Where the draws of a call lie.
  @inline(__always)
  static func place(of number: UInt64) -> Int {
    Int(truncatingIfNeeded: number % UInt64(CallDraws.count))
  }
}
