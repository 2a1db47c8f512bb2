import Providers
import Scenarios
import Traffic
import Vocabulary

/// Writes settled requests, and if asked for attempts, as JSON lines: `run --log`.
///
/// Columns carry OpenTelemetry's GenAI names (`TelemetryName`). Rows come in order of settlement,
/// the attempts of a batch before its requests. At most 64 KiB are held before they are handed on.
/// - Complexity: O(1) a row; memory does not grow.
public final class RequestLog: Sink {
  private var lines: LineWriter
  private let names: LogNames
  private let includesAttempts: Bool
  private let zero: Instant
  /// Rows written.
  public private(set) var rows = 0

  /// Makes a log of a scenario's run.
  /// - Parameters:
  ///   - write: takes bytes; called on the thread that drives the run.
  public init(
    _ scenario: Scenario, includesAttempts: Bool = false,
    write: @escaping (UnsafeRawBufferPointer) -> Void
  ) {
    lines = LineWriter(write)
    names = LogNames(scenario)
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
    lines.begin()
    lines.add(TelemetryName.row, "request")
    lines.add(TelemetryName.request, Int(truncatingIfNeeded: record.number))
    if record.clientTry > 0 { lines.add(TelemetryName.clientTry, Int(record.clientTry)) }
    lines.add(TelemetryName.time, zero.nanoseconds(to: record.arrived), decimals: 9)
    lines.add(TelemetryName.operation, "chat")
    lines.add(TelemetryName.requestModel, names.alias(record.alias))
    lines.add(TelemetryName.streams, record.streams)
    if record.source != .none {
      answerer(record.deployment)
      lines.add(TelemetryName.source, "\(record.source)")
    }
    lines.add(TelemetryName.inputTokens, Int(record.inputTokens))
    lines.add(TelemetryName.outputTokens, Int(record.outputTokens))
    if record.began != .distantFuture {
      lines.add(
        TelemetryName.timeToFirstToken, record.arrived.nanoseconds(to: record.began), decimals: 9)
    }
    lines.add(TelemetryName.duration, record.arrived.nanoseconds(to: record.ended), decimals: 9)
    lines.add(TelemetryName.end, "\(record.end)")
    lines.add(TelemetryName.status, Int(record.outcome.status))
    if record.end != .succeeded { lines.add(TelemetryName.errorType, "\(record.outcome.kind)") }
    if record.rejection != .none { lines.add(TelemetryName.rejection, "\(record.rejection)") }
    if let team = names.team(record.identity.team) { lines.add(TelemetryName.team, team) }
    if let user = names.user(record.identity.user) { lines.add(TelemetryName.user, user) }
    if let feature = names.feature(record.identity.feature) {
      lines.add(TelemetryName.feature, feature)
    }
    lines.add(TelemetryName.attempts, Int(record.attempts))
    lines.add(TelemetryName.bill, truth.bill.picodollars, decimals: 12)
    lines.add(TelemetryName.estimate, record.estimate.picodollars, decimals: 12)
    incidents(truth.incidents)
    lines.end()
    rows += 1
  }

  private func write(_ record: AttemptRecord, _ truth: AttemptTruth) {
    lines.begin()
    lines.add(TelemetryName.row, "attempt")
    lines.add(TelemetryName.request, Int(truncatingIfNeeded: record.request))
    lines.add(TelemetryName.attempt, Int(record.index))
    lines.add(TelemetryName.reason, "\(record.reason)")
    lines.add(TelemetryName.time, zero.nanoseconds(to: record.started), decimals: 9)
    lines.add(TelemetryName.operation, "chat")
    lines.add(TelemetryName.requestModel, names.alias(record.alias))
    answerer(record.deployment)
    lines.add(TelemetryName.inputTokens, Int(record.usage.inputTokens))
    lines.add(TelemetryName.cachedInputTokens, Int(record.usage.cachedInputTokens))
    lines.add(TelemetryName.outputTokens, Int(record.usage.outputTokens))
    if record.firstToken != .distantFuture {
      lines.add(
        TelemetryName.timeToFirstToken, record.started.nanoseconds(to: record.firstToken),
        decimals: 9)
    }
    lines.add(TelemetryName.duration, record.started.nanoseconds(to: record.ended), decimals: 9)
    lines.add(TelemetryName.status, Int(record.outcome.status))
    if !record.outcome.isSuccess {
      lines.add(TelemetryName.errorType, "\(record.outcome.kind)")
    }
    lines.add(TelemetryName.served, record.served)
    lines.add(TelemetryName.bill, truth.bill.picodollars, decimals: 12)
    lines.add(TelemetryName.estimate, record.estimate.picodollars, decimals: 12)
    incidents(truth.incidents)
    lines.end()
    rows += 1
  }

  private func answerer(_ id: DeploymentID) {
    guard let deployment = names.deployment(id) else { return }
    lines.add(TelemetryName.deployment, deployment.name)
    lines.add(TelemetryName.provider, deployment.provider)
    lines.add(TelemetryName.responseModel, deployment.model)
    if !deployment.region.isEmpty { lines.add(TelemetryName.region, deployment.region) }
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

  func feature(_ id: FeatureID) -> String? {
    id.index == 0 ? nil : scenario.names.features.name(of: Int(id.index))
  }

  func incidents(_ mask: UInt32) -> [String] {
    scenario.fleet.incidents.filter { $0.mask & mask != 0 }.map(\.name)
  }
}
