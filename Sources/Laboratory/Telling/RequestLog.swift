import GatewayCore
import Providers
import Scenarios
import Traffic
import Vocabulary

/// How a log is written: `--log-format`.
public enum LogFormat: String, Sendable, CaseIterable {
  /// A flat object of columns a line.
  case jsonl
  /// A span a line, in the JSON encoding of OpenTelemetry's protocol, as its file exporter writes
  /// it and its collector reads it.
  ///
  /// Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and
  /// https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
  case otlp
}

/// Writes settled requests, and if asked for attempts, as JSON lines: `run --log`.
///
/// Columns carry OpenTelemetry's GenAI names (`TelemetryName`). Rows come in order of settlement,
/// the attempts of a batch before its requests. At most 64 KiB are held before they are handed on.
/// - Complexity: O(1) a row; memory does not grow.
public final class RequestLog: Sink {
  private var lines: LineWriter
  private let names: LogNames
  /// What each deployment is called.
  private let askable: [Askable]
  /// The policy whose limits refuse.
  private let plan: GatewayPlan?
  private let includesAttempts: Bool
  private let zero: Instant
  /// Nanoseconds of Unix time at the run's instant zero; 0 in a scenario without a date.
  private let epoch: Int64
  /// Rows written.
  public private(set) var rows = 0

  /// A deployment in the words of the log.
  private struct Askable {
    var name: String
    var provider: String
    var model: String
    var region: String
  }

  /// Makes a log of a scenario's run.
  /// - Parameters:
  ///   - policy: the policy that runs; the baseline if not said.
  ///   - write: takes bytes; called on the thread that drives the run.
  public init(
    _ scenario: Scenario, policy: String? = nil, includesAttempts: Bool = false,
    format: LogFormat = .jsonl, write: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    lines = LineWriter(format, write)
    epoch = (scenario.calendar?.epochSecondsAtStart ?? 0) * 1_000_000_000
    names = LogNames(scenario)
    askable = scenario.fleet.deployments.map { deployment in
      let model = TelemetryName.model(deployment.model)
      return Askable(
        name: deployment.name,
        provider: TelemetryName.provider(deployment.provider, model: model), model: model,
        region: deployment.region)
    }
    let index = policy.flatMap { name in scenario.policies.firstIndex { $0.name == name } }
    let policies = scenario.policies
    plan =
      policies.indices.contains(index ?? scenario.baseline)
      ? policies[index ?? scenario.baseline].plan : nil
    self.includesAttempts = includesAttempts
    zero = scenario.warmUp
  }

  /// Hands on what is left; call it after the run.
  public func close() { lines.flush() }

  /// Writes attempts, if they are wanted.
  public func consume(attempts: Span<AttemptRecord>, truths: Span<AttemptTruth>) {
    guard includesAttempts else { return }
    for index in attempts.indices { write(attempts[index], truths[index]) }
  }

  /// Writes requests.
  public func consume(requests: Span<RequestRecord>, truths: Span<RequestTruth>) {
    for index in requests.indices { write(requests[index], truths[index]) }
  }

  /// Notes are not logged.
  public func consume(notes: Span<Note>) {}

  private func write(_ record: RequestRecord, _ truth: RequestTruth) {
    lines.begin(
      LineWriter.Span(
        name: "chat " + names.alias(record.alias), trace: trace(record.call, record.number),
        id: span(record.number, 0), parent: nil, kind: 2, start: unix(record.arrived),
        end: unix(record.ended), hasFailed: record.end != .succeeded))
    lines.add(TelemetryName.row, "request")
    lines.add(TelemetryName.request, Int(truncatingIfNeeded: record.number))
    if record.clientTry > 0 { lines.add(TelemetryName.clientTry, Int(record.clientTry)) }
    lines.add(TelemetryName.time, zero.nanoseconds(to: record.arrived), decimals: 9)
    lines.add(TelemetryName.operation, "chat")
    lines.add(TelemetryName.requestModel, names.alias(record.alias))
    if record.streams { lines.add(TelemetryName.streams, true) }
    if record.source != .none {
      if let deployment = askable(record.deployment) {
        asked(deployment)
        lines.add(TelemetryName.responseModel, deployment.model)
      }
      lines.add(TelemetryName.source, "\(record.source)")
    }
    lines.add(TelemetryName.inputTokens, Int(record.inputTokens))
    lines.add(TelemetryName.outputTokens, Int(record.outputTokens))
    if record.streams, record.began != .distantFuture {
      lines.add(
        TelemetryName.timeToFirstToken, record.arrived.nanoseconds(to: record.began), decimals: 9)
    }
    if lines.format == .jsonl {
      lines.add(
        TelemetryName.requestDuration, record.arrived.nanoseconds(to: record.ended), decimals: 9)
    }
    lines.add(TelemetryName.end, "\(record.end)")
    if let status = status(of: record) { lines.add(TelemetryName.status, status) }
    if record.end != .succeeded {
      lines.add(TelemetryName.errorType, TelemetryName.errorType(record.outcome))
    }
    if record.rejection != .none { lines.add(TelemetryName.rejection, "\(record.rejection)") }
    if record.limit != .max, let limit = plan?.limitName(record.limit) {
      lines.add(TelemetryName.limit, limit)
    }
    if let key = names.key(record.identity.key) { lines.add(TelemetryName.key, key) }
    if let team = names.team(record.identity.team) { lines.add(TelemetryName.team, team) }
    if let user = names.user(record.identity.user) { lines.add(TelemetryName.user, user) }
    if let feature = names.feature(record.identity.feature) {
      lines.add(TelemetryName.feature, feature)
    }
    lines.add(TelemetryName.attempts, Int(record.attempts))
    lines.add(TelemetryName.bill, truth.bill.picodollars, decimals: 12)
    lines.add(TelemetryName.estimate, record.estimate.picodollars, decimals: 12)
    if record.wasted != .zero {
      lines.add(TelemetryName.wasted, record.wasted.picodollars, decimals: 12)
    }
    if record.saved != .zero {
      lines.add(TelemetryName.saved, record.saved.picodollars, decimals: 12)
    }
    incidents(truth.incidents)
    lines.end()
    rows += 1
  }

  private func write(_ record: AttemptRecord, _ truth: AttemptTruth) {
    let deployment = askable(record.deployment)
    lines.begin(
      LineWriter.Span(
        name: "chat " + (deployment?.model ?? names.alias(record.alias)),
        trace: trace(record.call, record.request),
        id: span(record.request, UInt64(record.index) + 1), parent: span(record.request, 0),
        kind: 3, start: unix(record.started), end: unix(record.ended),
        hasFailed: !record.outcome.isSuccess))
    lines.add(TelemetryName.row, "attempt")
    lines.add(TelemetryName.request, Int(truncatingIfNeeded: record.request))
    lines.add(TelemetryName.attempt, Int(record.index))
    lines.add(TelemetryName.reason, "\(record.reason)")
    lines.add(TelemetryName.time, zero.nanoseconds(to: record.started), decimals: 9)
    lines.add(TelemetryName.operation, "chat")
    if let deployment {
      lines.add(TelemetryName.requestModel, deployment.model)
      asked(deployment)
      if record.outcome.isSuccess || record.firstToken != .distantFuture {
        lines.add(TelemetryName.responseModel, deployment.model)
      }
    }
    lines.add(TelemetryName.alias, names.alias(record.alias))
    lines.add(TelemetryName.inputTokens, Int(record.usage.inputTokens))
    if record.usage.cachedInputTokens > 0 {
      lines.add(TelemetryName.cachedInputTokens, Int(record.usage.cachedInputTokens))
    }
    if record.usage.cacheWriteTokens > 0 {
      lines.add(TelemetryName.cacheWriteTokens, Int(record.usage.cacheWriteTokens))
    }
    lines.add(TelemetryName.outputTokens, Int(record.usage.outputTokens))
    if record.firstToken != .distantFuture {
      lines.add(
        TelemetryName.timeToFirstToken, record.started.nanoseconds(to: record.firstToken),
        decimals: 9)
    }
    if lines.format == .jsonl {
      lines.add(
        TelemetryName.attemptDuration, record.started.nanoseconds(to: record.ended), decimals: 9)
    }
    if record.outcome.isSuccess || record.outcome.isErrorAnswer {
      lines.add(TelemetryName.status, Int(record.outcome.status))
    }
    if !record.outcome.isSuccess {
      lines.add(TelemetryName.errorType, TelemetryName.errorType(record.outcome))
    }
    lines.add(TelemetryName.served, record.served)
    lines.add(TelemetryName.bill, truth.bill.picodollars, decimals: 12)
    lines.add(TelemetryName.estimate, record.estimate.picodollars, decimals: 12)
    incidents(truth.incidents)
    lines.end()
    rows += 1
  }

  private func unix(_ instant: Instant) -> Int64 { epoch + instant.nanoseconds }

  /// A trace is a request: its id tells the call and the arrival's number, and is never zero.
  private func trace(_ call: CallKey, _ number: UInt64) -> (UInt64, UInt64) {
    (call.bits, number &+ 1)
  }

  /// A span's id: the request's number and the attempt's, from 1; 0 for the request itself.
  private func span(_ number: UInt64, _ index: UInt64) -> UInt64 { (number &+ 1) << 8 | index }

  private func askable(_ id: DeploymentID) -> Askable? {
    let index = Int(id.index)
    return askable.indices.contains(index) ? askable[index] : nil
  }

  private func asked(_ deployment: Askable) {
    lines.add(TelemetryName.deployment, deployment.name)
    lines.add(TelemetryName.provider, deployment.provider)
    if !deployment.region.isEmpty { lines.add(TelemetryName.region, deployment.region) }
  }

  /// The status that the client saw: 200 once a stream had begun; `nil` if it left before any.
  private func status(of record: RequestRecord) -> Int? {
    if record.streams, record.began != .distantFuture { return 200 }
    return record.end == .abandoned ? nil : Int(record.outcome.status)
  }

  private func incidents(_ mask: UInt32) {
    if mask != 0 { lines.add(TelemetryName.incidents, names.incidents(mask)) }
  }
}

/// The names behind the ids of records, as a scenario gives them.
struct LogNames: Sendable {
  let scenario: Scenario

  init(_ scenario: Scenario) { self.scenario = scenario }

  func alias(_ id: AliasID) -> String {
    let index = Int(id.index)
    return scenario.aliases.indices.contains(index) ? scenario.aliases[index] : "alias \(index)"
  }

  func deployment(_ id: DeploymentID) -> DeploymentPlan? {
    let index = Int(id.index)
    let all = scenario.fleet.deployments
    return all.indices.contains(index) ? all[index] : nil
  }

  func deploymentName(_ id: DeploymentID) -> String { deployment(id)?.name ?? "nobody" }

  /// The team; nothing for id 0, which means none.
  func team(_ id: TeamID) -> String? {
    id.index == 0 ? nil : scenario.names.teams.name(of: Int(id.index))
  }

  func user(_ id: UserID) -> String? {
    id.index == 0 ? nil : scenario.names.users.name(of: Int(id.index))
  }

  func key(_ id: KeyID) -> String? {
    id.index == 0 ? nil : scenario.names.keys.name(of: Int(id.index))
  }

  func feature(_ id: FeatureID) -> String? {
    id.index == 0 ? nil : scenario.names.features.name(of: Int(id.index))
  }

  /// The tags, as the file writes them; nothing if there are none.
  func tags(_ tags: TagSet) -> String? {
    let all = scenario.names.tags.names.enumerated().filter {
      tags.contains(TagSet(rawValue: 1 << UInt64($0.offset)))
    }
    return all.isEmpty ? nil : all.map(\.element).joined(separator: " ")
  }

  func incidents(_ mask: UInt32) -> [String] {
    scenario.fleet.incidents.filter { $0.mask & mask != 0 }.map(\.name)
  }
}
