import Laboratory
import Reports

// The result of `test` for programs.

extension TestReport {
  /// The result as JSON: `{lab, verdict, scenarios: [{scenario, verdict, rows: […]}], skipped}`.
  var json: JSON {
    .object([
      .init("lab", .integer(Comparison.layout)), .init("verdict", .string(outcome.verdict.word)),
      .init("scenarios", .array(outcome.verdicts.map(json))),
      .init(
        "skipped",
        .array(
          outcome.skipped.map {
            .object([.init("scenario", .string($0.key)), .init("reason", .string($0.reason))])
          })),
      .init("stale", .array(outcome.stale.map { .string($0) })),
      .init("written", .array(written.map { .string($0) })),
    ])
  }

  private func json(_ verdict: ScenarioVerdict) -> JSON {
    var members: [JSON.Member] = [
      .init("scenario", .string(verdict.found.key)), .init("path", .string(verdict.found.path)),
      .init("verdict", .string(verdict.verdict.word)),
      .init("replications", .integer(verdict.comparison.replications)),
      .init("cutShort", .bool(verdict.comparison.isCutShort)),
      .init("rows", .array(verdict.rows.map { json($0, verdict) })),
      .init("lines", .array(verdict.lines.map(json))),
      .init(
        "notExercised", .array(verdict.comparison.vacuities.map { .string($0.description) })),
      .init("complaints", .array(outcome.complaints(verdict).map { .string($0) })),
    ]
    if let drift = verdict.drift {
      members.append(
        .init(
          "drift",
          .object([
            .init("causes", .array(drift.causes.map { .string($0) })),
            .init("rows", .array(drift.rows.map { .string($0) })),
            .init(
              "changes",
              .array(
                drift.changes.map {
                  .object([
                    .init("case", .string($0.caseName)), .init("policy", .string($0.policy)),
                    .init("measure", .string($0.measure)),
                    .init("before", $0.before.map(JSON.number) ?? .null),
                    .init("after", $0.after.map(JSON.number) ?? .null),
                  ])
                })),
          ])))
    }
    if !verdict.fresh.isEmpty {
      members.append(
        .init(
          "fresh",
          .array(
            verdict.fresh.map { fresh in
              .object([
                .init("seed", .integer(Int(truncatingIfNeeded: fresh.seed))),
                .init("verdicts", .array(fresh.verdicts.map { .string($0.word) })),
              ])
            })))
    }
    return .object(members)
  }

  private func json(_ row: TestRow, _ verdict: ScenarioVerdict) -> JSON {
    .object([
      .init("case", .string(row.caseName)), .init("policy", .string(row.policy)),
      .init("verdict", .string(row.verdict.word)),
      .init(
        "measures",
        .object(
          Comparison.goldenMeasures.compactMap { name in
            row.result.measure(name).map {
              .init(name, $0.estimate.map { .number($0.mean) } ?? .null)
            }
          })),
      .init("lines", .array(row.lines.map(json))),
      .init("brokenLaws", .array(row.laws.map { .string($0.description) })),
      .init(
        "figure",
        figures.first { $0.isOf(verdict, row) }.map { .string($0.path) } ?? .null),
      .init("command", row.command.map { .string($0) } ?? .null),
    ])
  }

  private func json(_ line: ExpectationResult) -> JSON {
    .object([
      .init("kind", .string(line.kind.rawValue)), .init("text", .string(line.text)),
      .init("at", .string("\(line.position)")),
      .init("verdict", .string(TestVerdict(line.verdict).word)),
      .init("found", .string(line.found)),
      .init("mean", line.value.map { .number($0.mean) } ?? .null),
      .init("halfWidth", line.value?.halfWidth.map { .number($0) } ?? .null),
      .init("bound", .number(line.bound)),
    ])
  }
}
