import Chance
import Vocabulary

/// What becomes of one attempt, while causes are still being gathered.
///
/// It begins as the success that the attempt would be. The earliest of the failures replaces it;
/// a hang is a failure at the end of time.
struct Course {
  private(set) var outcome: Outcome = .succeeded
  private(set) var retryAfter: RetryAfter = .unsaid
  private(set) var firstToken: Int64
  private(set) var end: Int64
  /// Output tokens made by the end.
  private(set) var outputTokens: UInt32
  /// When the stream stands still, and for how long.
  private(set) var pausedAt: Int64 = .max
  private(set) var pause: Int64 = 0
  /// Which incidents have touched it.
  var incidents: UInt32 = 0
  /// Whether the answer is worse than it looks.
  var isDegraded = false
  /// Whether it hangs because no connection comes about.
  private(set) var isUnreached = false
  /// What the failure costs.
  private(set) var billing = FaultBilling.usual

  private let begin: Int64
  private let wholeFirstToken: Int64
  private let wholeEnd: Int64
  private let wholeTokens: UInt32
  /// How long before the first visible token the first hidden one is made.
  let hidden: Int64

  /// The success of an attempt that begins at `begin`.
  init(begin: Int64, firstToken: Int64, end: Int64, outputTokens: UInt32, hidden: Int64 = 0) {
    self.hidden = hidden
    self.begin = begin
    self.firstToken = firstToken
    self.end = end
    self.outputTokens = outputTokens
    wholeFirstToken = firstToken
    wholeEnd = end
    wholeTokens = outputTokens
  }

  /// The quota's refusal.
  mutating func refuse(after delay: Int64, _ retryAfter: RetryAfter) {
    fail(.status(429), at: begin + delay, retryAfter)
  }

  /// The refusal of a quota whose money is spent.
  mutating func refuseSpent(after delay: Int64) { fail(.spendLimit, at: begin + delay) }

  /// A failure, unless an earlier one is known.
  /// - Parameter detail: The uniform number behind a drawn fraction.
  mutating func meet(
    _ kind: Fault.Kind, _ delay: Fault.Delay, _ retryAfter: RetryAfter = .unsaid,
    billing: FaultBilling = .usual, detail: @autoclosure () -> Double
  ) {
    let before = (outcome, end)
    defer { if before != (outcome, end) { self.billing = billing } }
    switch kind {
    case .status(let code):
      fail(.status(code), at: moment(delay, detail(), from: begin), retryAfter)
    case .contextWindow: fail(.contextWindow, at: moment(delay, detail(), from: begin))
    case .contentPolicy: fail(.contentPolicy, at: moment(delay, detail(), from: begin))
    case .connection: fail(.connection, at: moment(delay, detail(), from: begin))
    case .hang: fail(.totalTimeout, at: .max)
    case .unreachable:
      fail(.totalTimeout, at: .max)
      // Who hangs already would not have come so far.
      isUnreached = end == .max && !outcome.isSuccess
    case .broken: breakStream(at: moment(delay, detail(), from: wholeFirstToken))
    case .malformed: spoil()
    }
  }

  /// Everything stands still from `from` to `until`.
  mutating func stall(from: Int64, until: Int64) {
    guard end != .max else { return }
    let (later, isEndless) = end.addingReportingOverflow(until - from)
    guard !isEndless, until != .max else {
      outcome = .totalTimeout
      end = .max
      return silence()
    }
    end = later
    guard firstToken <= from else {
      if firstToken != .max { firstToken += until - from }
      return
    }
    if pausedAt == .max { pausedAt = from }
    pause += until - from
  }

  /// The connection breaks at an instant at which the attempt is in flight.
  mutating func cutConnection(at instant: Int64) {
    guard firstToken <= instant else {
      end = instant
      outcome = .connection
      return silence()
    }
    outputTokens = Progress.tokens(
      at: Progress.withoutPause(instant, pausedAt, pause), firstToken: firstToken - hidden,
      end: end - pause, of: outputTokens)
    billing = .usual
    pause = min(pause, max(0, instant - pausedAt))
    end = instant
    outcome = .brokenStream
    retryAfter = .unsaid
  }

  private mutating func breakStream(at instant: Int64) {
    guard instant <= wholeEnd, isEarlier(instant) else { return }
    outcome = .brokenStream
    retryAfter = .unsaid
    firstToken = wholeFirstToken <= instant ? wholeFirstToken : .max
    end = instant
    outputTokens = Progress.tokens(
      at: instant, firstToken: wholeFirstToken - hidden, end: wholeEnd, of: wholeTokens)
  }

  /// The answer comes to its end and cannot be read.
  private mutating func spoil() {
    guard isEarlier(wholeEnd) else { return }
    outcome = .malformed
    retryAfter = .unsaid
    firstToken = wholeFirstToken
    end = wholeEnd
    outputTokens = wholeTokens
  }

  private mutating func fail(
    _ outcome: Outcome, at instant: Int64, _ retryAfter: RetryAfter = .unsaid
  ) {
    guard isEarlier(instant) else { return }
    self.outcome = outcome
    end = instant
    silence()
    self.retryAfter = retryAfter
  }

  private mutating func silence() {
    firstToken = .max
    outputTokens = 0
    retryAfter = .unsaid
  }

  private func isEarlier(_ instant: Int64) -> Bool { outcome.isSuccess || instant < end }

  private func moment(_ delay: Fault.Delay, _ detail: Double, from start: Int64) -> Int64 {
    switch delay {
    case .after(let duration): begin + max(0, duration.nanoseconds)
    case .fraction(let share): start + Progress.part(share, of: wholeEnd - start)
    case .drawnFraction: start + Progress.part(detail, of: wholeEnd - start)
    case .tokens(let law): momentOfToken(law.quantile(detail))
    }
  }

  /// When the last of so many tokens is made; never if the answer has no more.
  private func momentOfToken(_ count: Double) -> Int64 {
    guard count < Double(wholeTokens) else { return .max }
    return Progress.instant(
      ofToken: UInt32(max(1, count)), firstToken: wholeFirstToken - hidden, end: wholeEnd,
      of: wholeTokens)
  }
}
