import Chance
import Settings
import Vocabulary

/// The beginnings that calls of generated streams share: what a provider's prompt cache can find
/// without a trace.
///
/// Each conversation, or single call, has one of `count` system prompts, drawn by Zipf's law under its own
/// key; prompt r is as long everywhere. What follows in the prompt is the conversation's, which grows with
/// its turns, or the body's, so that equal bodies are found whole. In Mooncake's conversation trace all
/// requests share one block of 512 tokens; how many prompts an application has is assumed.
struct SystemPrompts: Sendable {
  private let ranks: Zipf
  private let tokens: TokenLaw
  /// The name under which streams share them; `nil` for the stream's own.
  private let pool: String?

  init(reading s: inout SettingsReader) throws(SettingError) {
    let count = try s.integer("count", default: 1, in: 1...1_000_000, "how many there are")
    let exponent = try s.number(
      "exponent", default: 1, in: 0...50, "how skewed their use is; 0: all alike")
    ranks = Zipf(count: s.isDescribing ? 1 : count, exponent: exponent)
    let law = try TokenLaw.read(
      "tokens", from: &s, "how long they are; the first tokens of `tokens.input`, cut to it")
    try s.require(
      law != nil || s.isDescribing, "tokens", expected: "a length such as 1500, or a distribution")
    tokens = law ?? .exact(0)
    pool = try s.optionalText(
      "pool", "a name under which streams share them; silence: the stream's own")
  }

  /// The draws of a stream.
  struct Draws: Sendable {
    private let laws: SystemPrompts
    private let pool: NameHash
    private let choice: ChanceKey
    private let length: ChanceKey

    init(_ laws: SystemPrompts, stream: String, chance: Chance) {
      self.laws = laws
      pool = NameHash("system prompts of " + (laws.pool ?? stream))
      choice = chance.key(.conversation, name: NameHash(stream + "/system prompts"))
      length = chance.key(.inputTokens, name: pool)
    }

    /// The two pieces of a call's prompt.
    func pieces(of request: borrowing Request) -> (shared: PrefixPiece, own: PrefixPiece) {
      let print = UInt64(truncatingIfNeeded: request.fingerprint)
      let owner = request.conversation != 0 ? request.conversation : print
      let rank = laws.ranks.rank(choice.uniform(call: CallKey(bits: owner)))
      let prompt = CallKey(source: pool, number: UInt64(rank))
      let shared = min(
        laws.tokens.tokens(length, prompt, recorded: 0), request.inputTokens)
      return (
        PrefixPiece(key: prompt.bits, tokens: shared),
        PrefixPiece(key: prompt.bits ^ owner | 1, tokens: request.inputTokens - shared)
      )
    }
  }
}

/// A client whose calls begin with system prompts.
///
/// It wraps the client that the calls come from, and changes nothing but what is known of the prompt.
struct PromptedClient: Client {
  private var calls: any Client
  private let draws: SystemPrompts.Draws
  private let prefixes: PrefixArena

  init(_ calls: any Client, _ draws: SystemPrompts.Draws, prefixes: PrefixArena) {
    self.calls = calls
    self.draws = draws
    self.prefixes = prefixes
  }

  var listens: Bool { calls.listens }
  var skippedRows: Int { calls.skippedRows }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    guard try calls.next(into: &arrival) else { return false }
    tellPrefix(&arrival)
    return true
  }

  mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int {
    let made = try calls.fill(&arrivals)
    for place in 0..<made { tellPrefix(&arrivals[place]) }
    return made
  }

  mutating func answered(_ arrival: inout Arrival, _ end: AnswerEnd) -> Sequel {
    let sequel = calls.answered(&arrival, end)
    if sequel == .next { tellPrefix(&arrival) }
    return sequel
  }

  private func tellPrefix(_ arrival: inout Arrival) {
    let (shared, own) = draws.pieces(of: arrival.request)
    arrival.prefix = prefixes.add(shared, own, at: arrival.at)
  }
}
