import Chance
import Vocabulary

/// A client that gives up a try after a time, and tries a call again that has failed.
///
/// It wraps the client that the calls come from: what that one sends is unchanged, and only
/// failures make the difference. Try k of call n has a key of its own, so every (try, deployment)
/// has its own potential outcome under every policy; the wait before it is drawn under the call's
/// key and the number of the try. Tries after the horizon belong to calls before it: they are made.
struct RetryingClient: Client {
  private var calls: any Client
  private let retries: ClientRetries
  /// Nanoseconds that the client waits for the answer of one try; `.max` for ever.
  private let timeout: Int64
  /// How long it tries to connect.
  let connectTimeout: Duration?
  private let key: ChanceKey
  private var budget: ClientBudget?

  init(_ calls: any Client, _ behaviour: ClientBehaviour, stream: String, chance: Chance) {
    self.calls = calls
    retries = behaviour.retries
    timeout = behaviour.timeout?.nanoseconds ?? .max
    connectTimeout = behaviour.connectTimeout
    key = chance.key(.clientRetry, name: NameHash(stream))
    budget = behaviour.retries.budget.map(ClientBudget.init)
  }

  var listens: Bool { retries.max > 0 || calls.listens }
  var skippedRows: Int { calls.skippedRows }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    guard try calls.next(into: &arrival) else { return false }
    begin(&arrival)
    return true
  }

  mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int {
    let made = try calls.fill(&arrivals)
    for place in 0..<made { begin(&arrivals[place]) }
    return made
  }

  mutating func answered(_ arrival: inout Arrival, _ end: AnswerEnd) -> Sequel {
    if end.end == .succeeded {
      budget?.succeeded(
        afterRetryOf: arrival.request.clientTry > 0 ? arrival.memory.timedOut : nil)
    }
    if let at = nextTry(arrival, end) {
      let tried = arrival.request.clientTry
      arrival.at = at
      arrival.request.clientTry = tried &+ 1
      arrival.memory.timedOut = end.end == .abandoned
      arrival.request.call = arrival.request.call.onTry(tried &+ 1, from: tried)
      limit(&arrival)
      return .again
    }
    guard calls.listens else { return .none }
    let sequel = calls.answered(&arrival, end)
    if sequel == .next { begin(&arrival) }
    return sequel
  }

  /// When the client tries the call again; `nil` if it does not.
  private mutating func nextTry(_ arrival: borrowing Arrival, _ end: AnswerEnd) -> Instant? {
    let tried = arrival.request.clientTry
    guard tried < retries.max, end.end != .succeeded, end.at < arrival.memory.leaves,
      retries.covers(end)
    else { return nil }
    let call = arrival.request.call.onTry(0, from: tried)
    guard
      let wait = retries.wait(
        beforeRetry: Int(tried), end.retryAfter,
        uniform: key.uniform(call: call, counter: UInt32(tried)))
    else { return nil }
    let at = end.at.advanced(byNanoseconds: wait)
    guard at < arrival.memory.leaves else { return nil }
    return budget?.pay(afterTimeout: end.end == .abandoned) ?? true ? at : nil
  }

  /// A call begins: its patience is the deadline that the stream has given it.
  @inline(__always)
  private func begin(_ arrival: inout Arrival) {
    arrival.memory.began = arrival.at
    arrival.memory.leaves = arrival.request.deadline
    limit(&arrival)
  }

  /// A try ends with the client's timeout or with its patience.
  @inline(__always)
  private func limit(_ arrival: inout Arrival) {
    arrival.request.deadline =
      timeout == .max
      ? arrival.memory.leaves
      : min(arrival.memory.leaves, arrival.at.advanced(byNanoseconds: timeout))
  }
}
