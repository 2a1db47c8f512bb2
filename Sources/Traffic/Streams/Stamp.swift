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
  /// How long clients wait, where that is drawn.
  private let patiences: PatienceDraws?
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
  /// Whether a stream draws more than body, prompt and answer.
  private let drawsMore: Bool

  init(_ laws: CallLaws, stream: String, chance: Chance) {
    let source = NameHash(stream)
    let pool = NameHash(laws.pool ?? stream)
    self.source = source
    bodies = BodyLaw(
      laws.bodies, source: source, pool: pool, alias: NameHash(laws.aliasName), chance: chance)
    patience = laws.patience.map(PatienceDraws.constant) ?? .max
    patiences = laws.patience.flatMap {
      PatienceDraws($0, chance.key(.clientPatience, name: source))
    }
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
    drawsMore =
      patiences != nil || streamedShare != nil || identities != nil || questions != nil
      || difficulties != nil || cachedShare >= 0
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
    if difficulties == nil { arrival.truth.difficulty = row.difficulty }
  }

  /// Says who made call `number`, and for what alias, where the trace's columns say so.
  @inline(never)
  func name(
    _ arrival: inout Arrival, number: UInt64, row: borrowing TraceRow, _ columns: TraceNames
  ) {
    if columns.contains(.team) { arrival.request.identity.team = TeamID(Int(row.team)) }
    if columns.contains(.user) { arrival.request.identity.user = UserID(Int(row.user)) }
    if columns.contains(.key) { arrival.request.identity.key = KeyID(Int(row.key)) }
    if columns.contains(.feature) { arrival.request.identity.feature = FeatureID(Int(row.feature)) }
    guard row.alias > 0 else { return }
    let isNamed = row.body != 0 && bodies.believesTrace
    let body =
      isNamed ? CallKey(bits: row.body) : bodies.body(call: arrival.request.call, number: number)
    arrival.request.alias = AliasID(Int(row.alias) - 1)
    arrival.request.fingerprint = bodies.fingerprint(of: body, row.aliasHash)
  }

  /// Overwrites `arrival` with call `number` at `now`, for which no draws have been made ahead.
  ///
  /// - Parameter first: the call whose key decides who calls.
  func fill(_ arrival: inout Arrival, at now: Instant, number: UInt64, first: CallKey) {
    let call = CallKey(source: source, number: number)
    let body = bodies.body(call: call, number: number)
    fill(
      &arrival, at: now, call: call, first: first, body: body,
      input: input.tokens(inputKey, body, recorded: 0),
      output: output.tokens(outputKey, call, recorded: 0), cached: 0)
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
    arrival.truth.outputTokens = min(output, template.outputCap)
    arrival.truth.cachedInputTokens = cachedShare < 0 ? min(cached, input) : 0
    if drawsMore { drawMore(&arrival, at: now, call: call, first: first, body: body) }
  }

  /// What is drawn, or follows from the prompt, for some streams only. (Inlined: calling it would copy
  /// the stamp.)
  @inline(__always)
  private func drawMore(
    _ arrival: inout Arrival, at now: Instant, call: CallKey, first: CallKey, body: CallKey
  ) {
    if let patiences {
      arrival.request.deadline = now.advanced(byNanoseconds: patiences.patience(of: call))
    }
    if let streamedShare {
      arrival.request.streams = streamingKey.uniform(call: call) < streamedShare
    }
    if let identities { arrival.request.identity = identities.identity(first) }
    if let questions { arrival.truth.cluster = questions.question(of: body) }
    if let difficulties { arrival.truth.difficulty = difficulties.difficulty(of: body) }
    if cachedShare >= 0 {
      arrival.truth.cachedInputTokens = UInt32(
        Double(arrival.request.inputTokens) * cachedShare)
    }
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
