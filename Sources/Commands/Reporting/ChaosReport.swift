import Laboratory
import Measures
import Reports

/// What chaos found: a table of the policies, and every kind of failure with its small plan.
struct ChaosReport {
  let result: ChaosResult

  var report: Report {
    let failing = result.rows.filter { $0.failed > 0 }
    var report = Report(
      title: "Chaos in \(result.scenario)",
      subtitle: RichText(
        "\(Format.count(result.plans)) fault plans, seeds \(first) to \(last); back after"
          + " \(Format.duration(result.grace))"))
    report.append(
      .answer(
        RichText(
          failing.isEmpty
            ? "Every policy kept its laws and objectives in every plan, and came back."
            : "\(failing.count) of \(result.rows.count) policies failed: "
              + failing.map { "\"\($0.policy)\"" }.joined(separator: ", ") + "."),
        failing.isEmpty ? .holds : .fails))
    report.append(.table(table))
    for row in result.rows {
      for finding in row.failures { report.blocks += blocks(row, finding) }
    }
    return report
  }

  private var first: String { "\(result.seed)" }
  private var last: String { "\(result.seed &+ UInt64(max(1, result.plans)) &- 1)" }

  private var table: Table {
    Table(
      name: "chaos",
      columns: [
        .text("policy", title: "policy"), .number("plans", title: "plans", in: .count()),
        .number("failed", title: "failed", in: .count()),
        .number("worst", title: "lowest success per call", in: .percent(digits: 2)),
        .text("seed", title: "in seed"),
      ],
      rows: result.rows.map { row in
        Table.Row([
          .text(RichText(row.policy)), .number(Double(result.plans)), .number(Double(row.failed)),
          row.worst.map { .number($0.success) } ?? .empty,
          row.worst.map { .text(RichText(String($0.seed))) } ?? .empty,
        ])
      },
      notes: worst.map { RichText(spans: [.plain("the lowest again: "), .code($0)]) })
  }

  /// The command for the lowest success of all.
  private var worst: [String] {
    let rows = result.rows.compactMap { row in row.worst.map { (row.policy, $0) } }
    guard let worst = rows.min(by: { $0.1.success < $1.1.success }) else { return [] }
    return [result.command(policy: worst.0, seed: worst.1.seed)]
  }

  private func blocks(_ row: ChaosResult.Row, _ finding: ChaosResult.Finding) -> [Report.Block] {
    let failure = finding.failure
    let words = [failure.kind.rawValue, failure.what].joined(separator: ": ")
    return [
      .heading("\(row.policy): \(words)", level: 3),
      .note(RichText(ChaosReport.sentence(failure)), .problem),
      .code(result.command(policy: row.policy, seed: finding.seed) + "\n", language: "sh"),
      .paragraph(
        RichText(
          "Of its \(finding.plan.faults.count) faults this is enough to fail in the same way"
            + " (\(finding.trials) smaller plans tried); saved as a file, it is a fragment for a scenario's `use`."
        )),
      .code(finding.shrunk.json5, language: "json5"),
    ]
  }

  static func sentence(_ failure: ChaosFailure) -> String {
    var parts: [String] = []
    if let value = failure.value, let bound = failure.bound {
      let style = NumberStyle(
        measure: failure.measure, unit: failure.unit, for: [value, bound].filter(\.isFinite))
      let per = failure.unit == .dollars && style.scale == 1000 ? " per 1,000" : ""
      parts.append("\(style.text(value))\(per), asked for \(style.text(bound))")
    }
    if !failure.detail.isEmpty { parts.append(failure.detail) }
    return parts.joined(separator: " ")
  }

  /// The contract for machines.
  var json: JSON {
    .object([
      .init("lab", .integer(1)), .init("scenario", .string(result.scenario)),
      .init("seed", .string(first)), .init("plans", .integer(result.plans)),
      .init("graceSeconds", .number(result.grace / .seconds(1))),
      .init(
        "policies",
        .array(
          result.rows.map { row in
            .object([
              .init("name", .string(row.policy)), .init("failed", .integer(row.failed)),
              .init(
                "worst",
                row.worst.map { worst in
                  .object([
                    .init("seed", .string("\(worst.seed)")),
                    .init("successPerCall", .number(worst.success)),
                    .init(
                      "command",
                      .string(result.command(policy: row.policy, seed: worst.seed))),
                  ])
                } ?? .null),
              .init("failures", .array(row.failures.map { json(row, $0) })),
            ])
          })),
    ])
  }

  private func json(_ row: ChaosResult.Row, _ finding: ChaosResult.Finding) -> JSON {
    .object([
      .init("kind", .string(finding.failure.kind.rawValue)),
      .init("what", .string(finding.failure.what)),
      .init("value", finding.failure.value.map { .number($0) } ?? .null),
      .init("bound", finding.failure.bound.map { .number($0) } ?? .null),
      .init("detail", .string(finding.failure.detail)),
      .init("seed", .string("\(finding.seed)")),
      .init("command", .string(result.command(policy: row.policy, seed: finding.seed))),
      .init("faults", .integer(finding.plan.faults.count)),
      .init("shrunkFaults", .integer(finding.shrunk.faults.count)),
      .init("shrunk", .string(finding.shrunk.json5)),
    ])
  }
}
