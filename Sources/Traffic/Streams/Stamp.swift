import Chance
import Vocabulary

/// Whether the answers of a stream are streamed.
enum StreamingLaw: Sendable, Hashable {
  case never
  case always
  case share(Double)
}

/// What all calls of a stream have in common, and the laws by which they differ.
struct CallLaws: Sendable {
  var alias = AliasID(0)
  var aliasName = ""
  var tags: TagSet = []
  var capabilities: TagSet = []
  var priority: UInt8 = 0
  var outputCap: UInt32 = .max
  var patience: Duration?
  var streaming = StreamingLaw.never
  var identity = IdentityLaw()
  var bodies = BodyLaw.Rule.unique
  /// The name under which bodies are shared with other streams; `nil` for the stream's own.
  var pool: String?
  var input = TokenLaw(rule: .recorded)
  var output = TokenLaw(rule: .recorded)
  /// The share of the input that the provider has in its cache; `nil` for what the trace says.
  var cachedShare: Double?
}

/// Fills in arrivals: everything about a call but its time.
///
/// All draws are keyed by the call (or by its body, or by its conversation's first call, where
/// these must agree), never by what was drawn before.
struct Stamp: Sendable {
  let source: NameHash
  private let laws: CallLaws
  private let bodies: BodyLaw
  private let patience: Int64
  private let fixed: Identity?
  private let inputKey: ChanceKey
  private let outputKey: ChanceKey
  private let identityKey: ChanceKey
  private let streamingKey: ChanceKey

  init(_ laws: CallLaws, stream: String, chance: Chance) {
    let source = NameHash(stream)
    let pool = NameHash(laws.pool ?? stream)
    self.source = source
    self.laws = laws
    bodies = BodyLaw(
      laws.bodies, source: source, pool: pool, alias: NameHash(laws.aliasName), chance: chance)
    patience = laws.patience?.nanoseconds ?? .max
    // By the pool's name: equal bodies have equally long prompts.
    inputKey = chance.key(.inputTokens, name: pool)
    outputKey = chance.key(.outputTokens, name: source)
    identityKey = chance.key(.identity, name: source)
    streamingKey = chance.key(.streaming, name: source)
    fixed =
      laws.identity.isFixed
      ? laws.identity.identity(identityKey, CallKey(bits: 0)) : nil
  }

  /// Overwrites `arrival` with call `number` at `now`; `row` is what a trace says of it.
  @inline(__always)
  func fill(
    _ arrival: inout Arrival, at now: Instant, number: UInt64, row: borrowing TraceRow
  ) {
    let call = CallKey(source: source, number: number)
    let isNamed = row.body != 0 && bodies.believesTrace
    let body = isNamed ? CallKey(bits: row.body) : bodies.body(call: call, number: number)
    let input = laws.input.tokens(inputKey, body, recorded: row.inputTokens)
    fill(
      &arrival, at: now, call: call, first: call, body: body, input: input,
      output: laws.output.tokens(outputKey, call, recorded: row.outputTokens),
      recordedCached: row.cachedTokens)
    arrival.request.conversation = row.conversation
  }

  /// Overwrites `arrival` with a later turn of the conversation that began with call `first`.
  func fillTurn(
    _ arrival: inout Arrival, at now: Instant, call: CallKey, first: CallKey, input: UInt32,
    cached: UInt32
  ) {
    fill(
      &arrival, at: now, call: call, first: first, body: call, input: min(input, laws.input.most),
      output: laws.output.tokens(outputKey, call, recorded: 0), recordedCached: cached)
  }

  @inline(__always)
  private func fill(
    _ arrival: inout Arrival, at now: Instant, call: CallKey, first: CallKey, body: CallKey,
    input: UInt32, output: UInt32, recordedCached: UInt32
  ) {
    arrival.at = now
    arrival.request.number = 0
    arrival.request.call = call
    arrival.request.fingerprint = bodies.fingerprint(of: body)
    arrival.request.conversation = 0
    arrival.request.deadline =
      patience == .max ? .distantFuture : now.advanced(byNanoseconds: patience)
    arrival.request.tags = laws.tags
    arrival.request.capabilities = laws.capabilities
    arrival.request.identity = fixed ?? laws.identity.identity(identityKey, first)
    arrival.request.inputTokens = input
    arrival.request.outputCap = laws.outputCap
    arrival.request.alias = laws.alias
    arrival.request.priority = laws.priority
    switch laws.streaming {
    case .never: arrival.request.streams = false
    case .always: arrival.request.streams = true
    case .share(let share):
      arrival.request.streams = streamingKey.uniform(call: call) < share
    }
    arrival.truth.outputTokens = min(output, laws.outputCap)
    if let share = laws.cachedShare {
      arrival.truth.cachedInputTokens = UInt32(Double(input) * share)
    } else {
      arrival.truth.cachedInputTokens = min(recordedCached, input)
    }
  }
}
