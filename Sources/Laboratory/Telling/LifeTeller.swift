import GatewayCore
import Vocabulary

/// Turns the notes, attempts and record of one request into lines that people read.
struct LifeTeller {
  private let names: LogNames
  private let plan: GatewayPlan?
  private let zero: Instant
  private let arrived: Instant
  private var told: [(at: Instant, rank: Int, line: LifeOfRequest.Line)] = []

  init(_ names: LogNames, _ plan: GatewayPlan?, zero: Instant, _ record: RequestRecord) {
    self.names = names
    self.plan = plan
    self.zero = zero
    arrived = record.arrived
  }

  /// The lines in order of time; at one instant: the arrival, endings of attempts, what was noted
  /// about them, beginnings of attempts, the end.
  var ordered: [LifeOfRequest.Line] {
    told.enumerated().sorted {
      ($0.element.at, $0.element.rank, $0.offset) < ($1.element.at, $1.element.rank, $1.offset)
    }.map(\.element.line)
  }

  private enum Rank {
    static let arrival = 0, ended = 1, note = 2, started = 3, token = 4, end = 5
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
        record.source == .provider ? "from " + served(record) : nil,
        "billed \(LifeTeller.dollars(truth.bill))",
        record.wasted.picodollars > 0 ? "wasted \(LifeTeller.dollars(record.wasted))" : nil,
        record.source == .cache ? "saved \(LifeTeller.dollars(record.saved))" : nil,
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
    tell(record.started, Rank.started, number, [names.deploymentName(record.deployment), reason])
    if record.firstToken != .distantFuture, record.firstToken < record.ended {
      tell(
        record.firstToken, Rank.token, "first token",
        [number, "TTFT \(LifeTeller.seconds(arrived.nanoseconds(to: record.firstToken)))"])
    }
    let took = LifeTeller.seconds(record.started.nanoseconds(to: record.ended))
    let incidents = names.incidents(truth.incidents)
    tell(
      record.ended, Rank.ended, record.outcome.isSuccess ? "answered" : "attempt failed",
      [
        number, record.outcome.isSuccess ? nil : LifeTeller.words(record.outcome), "after \(took)",
        truth.bill.picodollars > 0 ? "billed \(LifeTeller.dollars(truth.bill))" : nil,
        incidents.isEmpty ? nil : "during " + incidents.joined(separator: " and "),
      ])
  }

  // MARK: Notes

  mutating func tell(_ note: Note) {
    guard let (event, detail) = story(note) else { return }
    tell(note.at, Rank.note, event, detail)
  }

  private func story(_ note: Note) -> (String, [String?])? {
    let deployment = names.deploymentName(note.deployment)
    switch note.kind {
    case .breakerChanged: return ("breaker", [deployment, breaker(note)])
    case .limiterJudged:
      if note.value == 1 {
        return ("limit", [limit(note.subject), "admits", "\(note.other) permits left"])
      }
      let retry =
        note.other == .max
        ? "never" : LifeTeller.seconds(zero.nanoseconds(to: Instant(nanoseconds: note.other)))
      let shadow = isShadow(note.subject) ? "would refuse (shadow)" : "refuses"
      return ("limit", [limit(note.subject), shadow, "would pass at \(retry)"])
    case .limiterCharged:
      let verb = note.value < 0 ? "gives back \(-note.value)" : "takes \(note.value)"
      return ("limit", [limit(note.subject), verb + " permits"])
    case .reconciled:
      return (
        "limit",
        [limit(note.subject), "reconciles", "reserved \(note.value)", "used \(note.other)"]
      )
    case .candidateRemoved:
      return ("removed", [deployment, removal(note.value), node(note.subject)])
    case .chose:
      let child = note.deployment == .none ? "child \(note.value + 1)" : deployment
      return ("chose", [child, "of \(note.other)", node(note.subject)])
    case .scored:
      return ("scored", ["child \(note.value + 1)", "score \(note.other)", node(note.subject)])
    case .bypassed: return ("breaker", [deployment, "bypassed: everything else is down too"])
    case .probed: return ("breaker", [deployment, "lets it pass as a probe"])
    case .cacheLooked:
      return ("cache", [note.value == 1 ? "hit" : note.value == 2 ? "expired" : "miss"])
    case .cacheStored: return ("cache", ["keeps the answer", "\(note.value) entries"])
    case .continued:
      if note.value == 1 { return ("goes on", ["next child", node(note.subject)]) }
      let wait = note.other > 0 ? "after \(LifeTeller.seconds(note.other))" : "at once"
      return ("goes on", ["retry", wait, node(note.subject)])
    case .stopped: return ("stops", [stop(note.value)])
    case .lateReport: return nil
    }
  }

  private func breaker(_ note: Note) -> String {
    switch note.value {
    case 0: "closes"
    case 1:
      "opens until "
        + LifeTeller.seconds(zero.nanoseconds(to: Instant(nanoseconds: note.other)))
    default: "half open"
    }
  }

  private func removal(_ value: Int64) -> String {
    switch Note.Removal(rawValue: value) {
    case .breaker: "its breaker is open"
    case .capability: "it lacks a capability"
    case .contextWindow: "the prompt does not fit"
    case .tried: "tried already"
    case nil: "reason \(value)"
    }
  }

  private func stop(_ value: Int64) -> String {
    switch value {
    case 0: "nothing is left to try"
    case 1: "the maximum of attempts is reached"
    case 2: "the request's deadline has passed"
    case 3: "the retry budget is spent"
    case 4: "the answer had begun"
    default: "reason \(value)"
    }
  }

  private func node(_ subject: UInt16) -> String? {
    let index = Int(subject)
    guard let plan, plan.tree.names.indices.contains(index) else { return nil }
    return "at \(plan.tree.names[index])"
  }

  private func limit(_ subject: UInt16) -> String {
    let index = Int(subject)
    guard let plan, plan.limits.indices.contains(index) else { return "limits[\(index)]" }
    let rule = plan.limits[index]
    return "limits[\(index)] (\(rule.unit) each \(rule.scope))"
  }

  private func isShadow(_ subject: UInt16) -> Bool {
    let index = Int(subject)
    guard let plan, plan.limits.indices.contains(index) else { return false }
    return plan.limits[index].isShadow
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
