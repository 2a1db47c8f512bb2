import Foundation
import Laboratory
import Measures
import Reports
import Scenarios
import Vocabulary

extension Verb {
  static let explain = Verb(
    "explain", "the life of one request, event by event, under one policy or side by side",
    operands: [.scenario],
    options: [
      Option("--request", .integer("N", 0 ... .max), "the request's number, from 0"),
      Option(
        "--policy", .text("NAME|FILE[#NAME]"), repeatable: true,
        "under this policy; the baseline if not said"),
      Option("--case", .text("NAME"), "the case; the first if not said"),
      .replication, .format,
    ] + Option.scenario,
    examples: [
      "gateway-lab explain scenarios/provider-outage --request 1842 --policy today --policy failover"
    ],
    body: explain)

  private static func explain(_ call: Invocation) throws -> ExitStatus {
    guard let number = call.integer("--request") else {
      throw CommandError(
        "--request is missing: whose life shall be told?",
        next: "the reports of gateway-lab compare name requests worth a look")
    }
    let scenario = try call.scenario()
    let bar = ProgressBar(call.err)
    var options = LifeOptions(request: UInt64(number))
    options.policies = try call.policyNames(in: scenario)
    if options.policies.isEmpty, let added = call.addedPolicy(in: scenario) {
      options.policies = [added]
    }
    options.caseName = call.text("--case")
    options.replication = call.integer("--replication") ?? 0
    options.data = scenario.data
    options.progress = bar.report
    let lives = try Experiment.explain(scenario, options)
    bar.clear()
    let report = LifeReport(lives: lives, scenario: scenario.name, seed: scenario.seed)
    call.print(call.format == .terminal ? report.lines : report.report)
    return lives.allSatisfy(\.failures.isEmpty) ? .fine : .failed
  }
}

/// The lives of one request under several policies, one below the other.
struct LifeReport {
  let lives: [LifeOfRequest]
  let scenario: String
  let seed: UInt64

  /// For machines and Markdown: a table for each policy.
  var report: Report { made { .table(table($0)) } }

  /// For a terminal: lines as they are, however long.
  var lines: Report {
    made { life in
      let width = life.lines.map(\.event.count).max() ?? 0
      let rows = life.lines.map { line in
        LifeReport.seconds(line.at, width: 12)
          + LifeReport.seconds(Double(line.since) / 1e9, width: 10)
          + "  " + line.event.padding(toLength: width, withPad: " ", startingAt: 0) + "  "
          + line.detail
      }
      return .details(
        "\(life.policy)  (at, since arrival)",
        [.code(rows.map { $0 + "\n" }.joined())])
    }
  }

  private static func seconds(_ value: Double, width: Int) -> String {
    let text = Format.number(value, digits: 3) + " s"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  private func made(_ block: (LifeOfRequest) -> Report.Block) -> Report {
    var report = Report(
      title: "The life of request \(lives.first?.request ?? 0)",
      subtitle: RichText(
        "\(scenario) · case \(lives.first?.caseName ?? "") · seed \(String(seed))"))
    if let first = lives.first, lives.contains(where: { $0.call != first.call }) {
      report.append(
        .note(
          "Under these policies the number stands for different calls: clients reacted to answers.",
          .caution))
    }
    for life in lives {
      report.append(block(life))
      for failure in life.failures {
        report.append(.note(RichText("law broken: \(failure.description)"), .problem))
      }
    }
    return report
  }

  private func table(_ life: LifeOfRequest) -> Table {
    Table(
      name: Comparison.slug("life-\(life.policy)"),
      caption: RichText("\(life.policy)"),
      columns: [
        .number("at", title: "at", in: .seconds(digits: 3)),
        .number("since", title: "since arrival", in: .seconds(digits: 3)),
        .text("event", title: "event"), .text("detail", title: "detail"),
      ],
      rows: life.lines.map { line in
        Table.Row([
          .number(line.at), .number(Double(line.since) / 1e9), .text(RichText(line.event)),
          .text(RichText(line.detail)),
        ])
      })
  }
}
