import GatewayCore
import Settings
import Vocabulary

/// Turns the notes, attempts and record of one request into lines that people read.
struct LifeTeller {
  let names: LogNames
  let plan: GatewayPlan?
  let zero: Instant
  /// How the key paths of the policy begin.
  let prefix: String
  /// The request's score, once it is known.
  var score: Int64?
  private let arrived: Instant
  private var told: [(at: Instant, rank: Int, line: LifeOfRequest.Line)] = []

  init(
    _ names: LogNames, _ plan: GatewayPlan?, policy: String, zero: Instant, _ record: RequestRecord
  ) {
    self.names = names
    prefix = SettingPath.joining("policies", key: policy) + "."
    self.plan = plan
    self.zero = zero
    arrived = record.arrived
  }

  /// The lines in order of time; at one instant: the arrival, endings of attempts, why there is a
  /// hedge, what was noted, beginnings of attempts, first tokens, what is withdrawn for them, the end.
  var ordered: [LifeOfRequest.Line] {
    told.enumerated().sorted {
      ($0.element.at, $0.element.rank, $0.offset) < ($1.element.at, $1.element.rank, $1.offset)
    }.map(\.element.line)
  }

  private enum Rank {
    static let arrival = 0, ended = 1, hedge = 2, note = 3, started = 4, token = 5
    static let withdrawn = 6, end = 7
  }

  private mutating func tell(_ at: Instant, _ rank: Int, _ event: String, _ detail: [String?]) {
    told.append(
      (
        at, rank,
        LifeOfRequest.Line(
          at: zero.duration(to: at).inSeconds, since: arrived.nanoseconds(to: at), event: event,
          detail: detail.compactMap { $0 }.joined(separator: ", "))
      ))
  }

  // MARK: The request

  mutating func tell(_ record: RequestRecord, _ truth: RequestTruth) {
    tell(
      record.arrived, Rank.arrival, "arrived",
      [
        "alias \(names.alias(record.alias))", names.team(record.identity.team).map { "team \($0)" },
        names.user(record.identity.user).map { "user \($0)" },
        names.feature(record.identity.feature).map { "feature \($0)" },
        names.key(record.identity.key).map { "key \($0)" },
        names.tags(record.tags).map { "tags \($0)" },
        "\(record.inputTokens) input tokens", record.streams ? "streamed" : nil,
        record.clientTry > 0 ? "try \(record.clientTry + 1) of the client" : nil,
      ])
    let event =
      switch record.end {
      case .succeeded: "succeeded"
      case .failed: "failed"
      case .rejected: "rejected"
      case .abandoned: "abandoned"
      }
    tell(
      record.ended, Rank.end, event,
      [
        record.end == .succeeded ? "\(record.outputTokens) tokens" : why(record),
        record.source == .cache ? "from the cache, filled by " + served(record) : nil,
        record.source == .semantic ? "what the cache has for the same meaning" : nil,
        truth.isWrong ? "the answer to another question" : nil,
        truth.isDegraded ? "an answer that was spoilt" : nil,
        record.source == .provider ? "from " + served(record) : nil,
        "billed \(LifeTeller.dollars(truth.bill))",
        record.wasted.picodollars > 0 ? "wasted \(LifeTeller.dollars(record.wasted))" : nil,
        record.saved.picodollars > 0 ? "saved \(LifeTeller.dollars(record.saved))" : nil,
        "\(LifeTeller.seconds(record.arrived.nanoseconds(to: record.ended))) in all",
      ])
    if record.settled > record.ended {
      tell(record.settled, Rank.end, "settled", ["its last attempt has ended"])
    }
  }

  private func served(_ record: RequestRecord) -> String { names.deploymentName(record.deployment) }

  private func why(_ record: RequestRecord) -> String {
    switch record.rejection {
    case .none: LifeTeller.words(record.outcome)
    case .identity: "the key is not valid (\(record.outcome.status))"
    case .limit: "\(limit(record.limit)) (\(record.outcome.status))"
    case .budget: "a budget is spent (\(record.outcome.status))"
    case .shed: "the gateway sheds load (\(record.outcome.status))"
    }
  }

  // MARK: Attempts

  mutating func tell(_ record: AttemptRecord, _ truth: AttemptTruth) {
    let number = "attempt \(record.index + 1)"
    let reason: String? =
      switch record.reason {
      case .first: nil
      case .retry: "retry"
      case .fallback: "fallback"
      case .hedge: "hedge"
      }
    tell(
      record.started, Rank.started, number,
      [names.deploymentName(record.deployment), reason, node(record.leaf)])
    if record.firstToken != .distantFuture, record.firstToken < record.ended {
      tell(
        record.firstToken, Rank.token, "first token",
        [number, "TTFT \(LifeTeller.seconds(arrived.nanoseconds(to: record.firstToken)))"])
    }
    let took = LifeTeller.seconds(record.started.nanoseconds(to: record.ended))
    let incidents = names.incidents(truth.incidents)
    let isWithdrawn = record.outcome.kind == .cancelled
    let event =
      isWithdrawn ? "withdrawn" : record.outcome.isSuccess ? "answered" : "attempt failed"
    tell(
      record.ended, isWithdrawn ? Rank.withdrawn : Rank.ended, event,
      [
        number,
        record.outcome.isSuccess || isWithdrawn ? nil : LifeTeller.words(record.outcome),
        "after \(took)",
        truth.bill.picodollars > 0 ? "billed \(LifeTeller.dollars(truth.bill))" : nil,
        incidents.isEmpty ? nil : "during " + incidents.joined(separator: " and "),
      ])
  }

  // MARK: Notes

  mutating func tell(_ note: Note) {
    if note.kind == .answered, note.value == 1,
      note.subject == UInt16(SideCallID.Kind.complexity.rawValue)
    {
      score = note.other
    }
    guard let (event, detail) = story(note) else { return }
    tell(note.at, note.kind == .hedged ? Rank.hedge : Rank.note, event, detail)
  }

  // MARK: Words

  static func words(_ outcome: Outcome) -> String {
    switch outcome.kind {
    case .succeeded: "success"
    case .status: "status \(outcome.status)"
    case .connection: "no connection"
    case .firstTokenTimeout: "timeout waiting for the first token"
    case .idleTimeout: "timeout between tokens"
    case .totalTimeout: "timeout"
    case .brokenStream: "the stream broke"
    case .cancelled: "withdrawn"
    case .contextWindow: "the prompt is too long"
    case .spendLimit: "429: the account's money is spent"
    case .contentPolicy: "the content policy stands against it"
    case .malformed: "the answer cannot be read"
    }
  }

  /// Seconds with three digits, rounded half up: `2.387 s`.
  static func seconds(_ nanoseconds: Int64) -> String {
    if nanoseconds == .max { return "never" }
    let magnitude = (nanoseconds.magnitude + 500_000) / 1_000_000
    let digits = String(magnitude % 1000)
    let sign = nanoseconds < 0 && magnitude > 0 ? "-" : ""
    return sign + "\(magnitude / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
      + " s"
  }

  /// Dollars with six digits, rounded half up: `$0.003105`.
  static func dollars(_ money: Money) -> String {
    let magnitude = (money.picodollars.magnitude + 500_000) / 1_000_000
    let digits = String(magnitude % 1_000_000)
    let sign = money.picodollars < 0 && magnitude > 0 ? "-" : ""
    return sign + "$\(magnitude / 1_000_000)." + String(repeating: "0", count: 6 - digits.count)
      + digits
  }
}
