import Foundation
import Laboratory
import Reports
import Scenarios
import Vocabulary

extension Verb {
  static let run = Verb(
    "run", "simulate one policy once, and log its requests if asked to",
    operands: [.scenario],
    options: [
      Option("--policy", .text("NAME|FILE[#NAME]"), "the policy; the baseline if not said"),
      Option("--case", .text("NAME"), "the case; the first if not said"),
      .replication,
      Option(
        "--log", .text("FILE"),
        "write every settled request as a line of JSON, with OpenTelemetry's GenAI names"),
      Option("--log-attempts", .flag, "log attempts too"),
      Option(
        "--log-format", .name("FORMAT", among: LogFormat.allCases.map(\.rawValue)),
        "jsonl: flat rows; otlp: spans of OpenTelemetry's protocol as JSON, for a collector"),
      .breakdown, .format,
    ] + Option.scenario,
    examples: [
      "gateway-lab run scenarios/provider-outage --policy failover --log requests.jsonl",
      "gateway-lab run scenarios/provider-outage --log spans.json --log-format otlp",
    ],
    body: run)

  private static func run(_ call: Invocation) throws -> ExitStatus {
    let scenario = try call.scenario()
    let policy = try call.policyNames(in: scenario).first ?? call.addedPolicy(in: scenario)
    let bar = ProgressBar(call.err)
    var options = ExperimentOptions()
    options.data = scenario.data
    options.breakdown = call.text("--by").flatMap(Breakdown.init)
    options.arguments = call.scenarioWords
    options.progress = bar.report
    options.isCancelled = { Interruption.isAsked }
    let file = try call.text("--log").map { try LogFile($0) }
    let log = file.map { file in
      RequestLog(
        scenario, policy: policy, includesAttempts: call.flag("--log-attempts"),
        format: call.text("--log-format").flatMap(LogFormat.init) ?? .jsonl
      ) { file.write($0) }
    }
    return try Interruption.watching {
      defer {
        bar.clear()
        file?.discard()
      }
      let found = try Experiment.run(
        scenario, options, policy: policy, replication: call.integer("--replication") ?? 0,
        log: log)
      log?.close()
      try file?.publish()
      bar.finish(requests: found.requests)
      switch call.format {
      case .json: call.out.write(Summary(comparison: found).json.text())
      case .csv: call.out.write(CSVRenderer().render(Summary(comparison: found).table))
      case .terminal, .markdown:
        call.print(RunReport(comparison: found, scenario: scenario).report)
      }
      if call.format == .terminal, let log, let name = call.text("--log") {
        call.out.line("\n\(name): \(Format.count(log.rows)) rows")
      }
      return found.failures.isEmpty && !found.expectations.violated ? .fine : .failed
    }
  }
}

extension Option {
  static let replication = Option(
    "--replication", .integer("N", 0...1_000_000),
    "which replication, from 0; the first if not said")
}

extension Invocation {
  /// The policy that came from a file, if one did and no name was given.
  func addedPolicy(in scenario: Scenario) -> String? {
    texts("--policy").contains(where: Invocation.isPolicyFile) ? scenario.policies.last?.name : nil
  }
}

/// The report of one run: measures, and how requests ended.
struct RunReport {
  let comparison: Comparison
  let scenario: Scenario

  var report: Report {
    var report = Report(
      title: "\(comparison.scenario): \(comparison.baseline)",
      subtitle: RichText(
        comparison.cases.map { "case \($0.name)" }.joined()
          + " · seed \(comparison.seed) · \(Format.duration(comparison.measured)) measured · "
          + "\(Format.count(Int(comparison.requests))) requests simulated"))
    for failure in comparison.failures.prefix(8) {
      report.append(.note(RichText(failure.description), .problem))
    }
    let parts = ComparisonReport(comparison: comparison, scenario: scenario, command: "")
    for result in comparison.cases {
      guard let policy = result.policies.first else { continue }
      report.append(.table(measures(policy)))
      if let table = parts.groupsTable(result) { report.append(.table(table)) }
    }
    return report
  }

  private func measures(_ policy: PolicyResult) -> Table {
    Table(
      name: "measures",
      columns: [
        .text("measure", title: "measure"), .text("value", title: "value"),
      ],
      rows: policy.measures.compactMap { measure in
        guard let mean = measure.estimate?.mean else { return nil }
        return Table.Row([
          .text(RichText(measure.words)), .text(RichText(measure.style(for: [mean]).text(mean))),
        ])
      })
  }
}

/// A file that appears when it is whole.
final class LogFile {
  private let path: String
  private let partial: String
  private let descriptor: Int32
  private var isOpen = true
  private var failure: Int32 = 0

  /// Opens the file beside its place.
  init(_ path: String) throws(CommandError) {
    self.path = path
    partial = path + ".partial"
    descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandError(
        "--log \(path): cannot be written: \(String(cString: strerror(errno)))",
        next: "name a file in a folder that exists")
    }
  }

  /// Adds bytes.
  func write(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes
    while failure == 0, let start = rest.baseAddress, rest.count > 0 {
      let count = Foundation.write(descriptor, start, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        failure = errno
        return
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Puts the whole file into its place.
  func publish() throws(CommandError) {
    guard isOpen else { return }
    isOpen = false
    if close(descriptor) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(partial, path) != 0 { failure = errno }
    guard failure != 0 else { return }
    unlink(partial)
    throw CommandError(
      "--log \(path): cannot be written: \(String(cString: strerror(failure)))",
      next: "make room, or name another file")
  }

  /// Leaves nothing behind, unless it was published.
  func discard() {
    guard isOpen else { return }
    isOpen = false
    close(descriptor)
    unlink(partial)
  }
}
