import Chance
import Vocabulary

/// A client whose calls begin conversations that may go on for several turns.
///
/// Calls that begin a conversation come from another client; the turns that follow are merged by
/// time. Turn k of the conversation that call n began is call n·2¹⁶ + k of the source
/// "<stream>/turns", so neither depends on what other conversations do.
struct ConversationClient<Beginnings: Client>: Client {
  private var beginnings: Beginnings
  private let laws: ConversationLaws
  private let stamp: Stamp
  private let key: ChanceKey
  private let turnSource: NameHash
  private let end: Instant
  private var pending = PendingTurns()
  private var beginning = Arrival.blank
  private var root: UInt64 = 0
  private var hasBeginning: Bool?

  init(
    _ beginnings: Beginnings, laws: ConversationLaws, stamp: Stamp, stream: String,
    chance: Chance, until end: Instant
  ) {
    self.beginnings = beginnings
    self.laws = laws
    self.stamp = stamp
    self.end = end
    key = chance.key(.conversation, name: NameHash(stream))
    turnSource = NameHash(stream + "/turns")
  }

  var skippedRows: Int { beginnings.skippedRows }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    if hasBeginning == nil { hasBeginning = try beginnings.next(into: &beginning) }
    if hasBeginning == true, beginning.at <= pending.earliest {
      arrival = beginning
      let first = beginning.request.call
      arrival.request.conversation = key.bits(call: first, counter: 3) | 1
      schedule(after: arrival, turn: 1, first: first, root: root)
      root &+= 1
      hasBeginning = nil
      return true
    }
    guard let turn = pending.removeEarliest() else { return false }
    let call = CallKey(source: turnSource, number: turn.root << 16 | UInt64(turn.turn))
    stamp.fillTurn(
      &arrival, at: turn.at, call: call, first: turn.first, prompt: turn.prompt,
      cached: turn.cached)
    arrival.request.conversation = key.bits(call: turn.first, counter: 3) | 1
    schedule(after: arrival, turn: turn.turn, first: turn.first, root: turn.root)
    return true
  }

  private mutating func schedule(
    after arrival: borrowing Arrival, turn: UInt32, first: CallKey, root: UInt64
  ) {
    let call = arrival.request.call
    guard turn < laws.most, let last = laws.again.last else { return }
    let again = turn <= laws.again.count ? laws.again[Int(turn) - 1] : last
    guard key.uniform(call: call, counter: 0) < again else { return }
    let pause = laws.think.quantile(key.uniform(call: call, counter: 1))
    let wait = pause > 1 ? Int64(min(pause, 9e18)) : 1
    let at = arrival.at.advanced(byNanoseconds: wait)
    guard at < end else { return }
    let context = UInt64(arrival.request.inputTokens) + UInt64(arrival.truth.outputTokens)
    let added = laws.added.tokens(key, call, counter: 2, recorded: 0)
    let isCached = laws.cachedFor.map { wait <= $0.nanoseconds } ?? false
    let prefix = UInt32(min(context, UInt64(UInt32.max)))
    pending.insert(
      PendingTurn(
        at: at, order: 0, first: first, root: root,
        prompt: UInt32(min(context + UInt64(added), UInt64(UInt32.max))),
        cached: isCached ? prefix / laws.block * laws.block : 0, turn: turn + 1))
  }
}
