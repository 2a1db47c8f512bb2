import Chance
import Vocabulary

/// A population of users, each of whom asks, waits for the answer, thinks and asks again.
///
/// Call k of user u is call k·count + u of the stream, under every policy: what it asks, how long
/// the user thinks after it and how long the session lasts are drawn under that key, so only the
/// instants depend on answers. A user whose answer does not come waits for it; one who has given up
/// is away. Nothing arrives at or after the horizon.
/// - Complexity: O(1) a call; memory for the users' first calls, O(users), until they have arrived.
struct UserClient: Client {
  private struct Beginning: BitwiseCopyable {
    var after: Int64
    var user: UInt32
  }

  private let laws: UserLaws
  private let stamp: Stamp
  private let key: ChanceKey
  private let start: Instant
  private let end: Instant
  private var beginnings: [Beginning] = []
  private var given = 0

  /// What a draw under a call's key is for.
  private enum Draw {
    static let think: UInt32 = 1
    static let added: UInt32 = 2
    static let conversation: UInt32 = 3
    static let turns: UInt32 = 4
    static let away: UInt32 = 5
    static let first: UInt32 = 6
  }

  init(
    _ laws: UserLaws, stamp: Stamp, stream: String, chance: Chance, from start: Instant,
    until end: Instant
  ) {
    self.laws = laws
    self.stamp = stamp
    self.start = start
    self.end = end
    key = chance.key(.conversation, name: NameHash(stream))
    beginnings = (0..<UInt32(laws.count)).map { user in
      Beginning(after: wait(laws.think, call(0, of: user), Draw.first), user: user)
    }
    beginnings.sort { ($0.after, $0.user) < ($1.after, $1.user) }
  }

  var listens: Bool { true }

  /// Users begin as if they were thinking: each first call comes one think time after the start.
  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    guard given < beginnings.count else {
      beginnings = []
      return false
    }
    let beginning = beginnings[given]
    let at = start.advanced(byNanoseconds: beginning.after)
    guard at < end else { return false }
    given += 1
    arrival.memory = CallMemory()
    arrival.memory.user = beginning.user
    stamp.fill(
      &arrival, at: at, number: number(0, of: beginning.user), first: call(0, of: beginning.user))
    beginSession(&arrival)
    return true
  }

  mutating func answered(_ arrival: inout Arrival, _ answer: AnswerEnd) -> Sequel {
    let user = arrival.memory.user
    let last = call(arrival.memory.number, of: user)
    let failures = answer.end == .succeeded ? 0 : arrival.memory.failures &+ 1
    let isOver =
      arrival.memory.turnsLeft == 0 || failures >= (laws.givesUpAfter ?? .max)
    let pause: Int64
    if isOver {
      guard let away = laws.away else { return .none }
      pause = wait(away, last, Draw.away)
    } else {
      pause = wait(laws.think, last, Draw.think)
    }
    let at = answer.at.advanced(byNanoseconds: pause)
    guard at < end else { return .none }
    let next = arrival.memory.number &+ 1
    let first = call(0, of: user)
    let prompt = isOver ? nil : grownPrompt(arrival, last, succeeded: failures == 0)
    let conversation = arrival.request.conversation
    arrival.memory.number = next
    arrival.memory.failures = isOver ? 0 : failures
    if let prompt {
      stamp.fillTurn(
        &arrival, at: at, call: call(next, of: user), first: first, prompt: prompt, cached: 0)
    } else {
      stamp.fill(&arrival, at: at, number: number(next, of: user), first: first)
    }
    if isOver {
      beginSession(&arrival)
    } else {
      arrival.request.conversation = conversation
      arrival.memory.turnsLeft &-= 1
    }
    return .next
  }

  /// A session begins with this call: it has a conversation and a number of turns of its own.
  private func beginSession(_ arrival: inout Arrival) {
    let first = call(arrival.memory.number, of: arrival.memory.user)
    arrival.request.conversation = key.bits(call: first, counter: Draw.conversation) | 1
    arrival.memory.turnsLeft = .max
    if let turns = laws.turns {
      let drawn = turns.quantile(key.uniform(call: first, counter: Draw.turns)) + 0.5
      arrival.memory.turnsLeft = UInt32(min(max(drawn, 1), 4e9)) - 1
    }
  }

  /// The prompt of a session's next turn; `nil` if prompts do not grow.
  private func grownPrompt(
    _ arrival: borrowing Arrival, _ last: CallKey, succeeded: Bool
  ) -> UInt32? {
    guard let added = laws.added else { return nil }
    // Who got no answer asks again.
    guard succeeded else { return arrival.request.inputTokens }
    let context = UInt64(arrival.request.inputTokens) + UInt64(arrival.truth.outputTokens)
    let new = added.tokens(key, last, counter: Draw.added, recorded: 0)
    return UInt32(min(context + UInt64(new), UInt64(UInt32.max)))
  }

  private func wait(_ law: Sampler, _ call: CallKey, _ counter: UInt32) -> Int64 {
    let drawn = law.quantile(key.uniform(call: call, counter: counter))
    return drawn > 0 ? Int64(min(drawn, 9e18)) : 0
  }

  private func number(_ call: UInt64, of user: UInt32) -> UInt64 {
    call &* UInt64(laws.count) &+ UInt64(user)
  }

  private func call(_ call: UInt64, of user: UInt32) -> CallKey {
    CallKey(source: stamp.source, number: number(call, of: user))
  }
}
