import Laboratory
import Measures
import Reports
import Scenarios
import Statistics

/// What `test` prints: one line for each scenario, then what does not hold, row by row.
struct TestReport {
  let outcome: TestOutcome
  /// The figures of the failing rows, as they were written.
  let figures: [RowFigures.Written]
  /// The files that `--update` wrote.
  let written: [String]

  var report: Report {
    var report = Report(title: "Outage tests", subtitle: subtitle)
    if !outcome.verdicts.isEmpty { report.append(.table(table)) }
    for verdict in outcome.verdicts { report.blocks += blocks(verdict) }
    for skipped in outcome.skipped {
      report.append(
        .note(RichText("\(skipped.key) was skipped: \(skipped.reason)."), .caution))
    }
    for file in outcome.stale {
      report.append(
        .note(RichText("\(file) is not what its results say: gateway-lab test --update"), .problem))
    }
    if !written.isEmpty { report.append(.paragraph(RichText("Written: " + list(written)))) }
    return report
  }

  private var subtitle: RichText {
    let rows = outcome.verdicts.flatMap(\.rows)
    func count(_ verdict: TestVerdict) -> Int { rows.count { $0.verdict == verdict } }
    var parts = [
      outcome.verdicts.count == 1 ? "1 scenario" : "\(outcome.verdicts.count) scenarios",
      rows.count == 1 ? "1 row" : "\(rows.count) rows",
      "\(count(.holds)) hold",
    ]
    if count(.fails) > 0 { parts.append(count(.fails) == 1 ? "1 fails" : "\(count(.fails)) fail") }
    if count(.undecided) > 0 { parts.append("\(count(.undecided)) undecided") }
    if !outcome.skipped.isEmpty { parts.append("\(outcome.skipped.count) skipped") }
    return RichText(parts.joined(separator: " · "))
  }

  private func list(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ")
      + (names.count > 8 ? " and \(names.count - 8) more" : "")
  }

  // MARK: Scenarios

  private var table: Table {
    Table(
      name: "scenarios",
      columns: [
        .text("scenario", title: "scenario"), .text("verdict", title: "verdict"),
        .text("rows", title: "rows that hold"), .text("lines", title: "expectations that hold"),
        .text("runs", title: "replications"), .text("committed", title: "committed numbers"),
      ],
      rows: outcome.verdicts.map { verdict in
        let all = verdict.comparison.expectations.filter { line in
          verdict.lines.contains(line) || verdict.rows.contains { $0.lines.contains(line) }
        }
        let holding = all.count { TestVerdict($0.verdict) == .holds }
        return Table.Row([
          .text(RichText(verdict.found.key)),
          .mark(verdict.verdict.mark, RichText(verdict.verdict.word)),
          .text(
            RichText("\(verdict.rows.count { $0.verdict == .holds }) of \(verdict.rows.count)")),
          .text(RichText(all.isEmpty ? "none" : "\(holding) of \(all.count)")),
          .text(
            RichText("\(verdict.comparison.replications)" + (cut(verdict) ? ", cut short" : ""))),
          .text(RichText(TestReport.state(verdict))),
        ])
      })
  }

  private func cut(_ verdict: ScenarioVerdict) -> Bool { verdict.comparison.isCutShort }

  /// How a scenario's numbers stand to the committed ones, in a clause.
  private static func state(_ verdict: ScenarioVerdict) -> String {
    guard verdict.committed != nil else { return "none" }
    guard let drift = verdict.drift else { return "not compared" }
    if drift.isEmpty { return "the same" }
    let rows = Set(drift.changes.map { $0.caseName + "\n" + $0.policy }).count
    return "\(rows + drift.rows.count) of \(verdict.rows.count) rows differ"
  }

  private func blocks(_ verdict: ScenarioVerdict) -> [Report.Block] {
    var blocks: [Report.Block] = []
    for row in verdict.rows where row.verdict != .holds { blocks += self.blocks(row, verdict) }
    for line in verdict.lines where TestVerdict(line.verdict) != .holds {
      blocks.append(.heading(verdict.found.key, level: 3))
      blocks.append(.list([TestReport.words(line, committed: nil)]))
      if let command = line.command { blocks.append(.code(command + "\n", language: "sh")) }
    }
    let outside = verdict.rows.filter(\.isFromOutside)
    let judged = outside.flatMap(\.lines) + verdict.lines
    for name in Set(outside.map(\.policy)).sorted()
    where !judged.contains(where: { $0.policy == name }) {
      blocks.append(
        .note(
          RichText(
            "\(verdict.found.key): nothing is expected of policy \(name), so it is judged by the laws"
              + " alone: expect: { \"*\": […] }, or --as NAME."), .caution))
    }
    for complaint in outcome.complaints(verdict) {
      blocks.append(.note(RichText("\(verdict.found.key): \(complaint)."), .problem))
    }
    blocks += driftBlocks(verdict) + freshBlocks(verdict)
    if !verdict.comparison.vacuities.isEmpty {
      blocks += Report.notes(on: verdict.comparison.vacuities).map { block in
        guard case .note(let text, let kind) = block else { return block }
        return .note(RichText("\(verdict.found.key): ") + text, kind)
      }
    }
    return blocks
  }

  private func blocks(_ row: TestRow, _ verdict: ScenarioVerdict) -> [Report.Block] {
    var items: [RichText] = row.laws.prefix(3).map {
      RichText(spans: [
        .judged("law broken", .fails), .plain(" · \($0.breach.law.name): \($0.breach.detail)"),
      ])
    }
    items += row.problems.map { line in
      TestReport.words(line, committed: verdict.committed)
    }
    var blocks: [Report.Block] = [
      .heading(TestReport.title(verdict, row), level: 3), .list(items),
    ]
    if let figure = figures.first(where: { $0.isOf(verdict, row) }) {
      blocks.append(.paragraph("figure: \(code: figure.path)"))
    }
    if let command = row.command { blocks.append(.code(command + "\n", language: "sh")) }
    return blocks
  }

  /// What a row is called.
  static func title(_ verdict: ScenarioVerdict, _ row: TestRow) -> String {
    "\(verdict.found.key) · \(row.caseName) · \(row.policy)"
  }

  /// A line with its verdict, what was found, and what is committed.
  static func words(_ line: ExpectationResult, committed: CommittedResult?) -> RichText {
    let verdict = TestVerdict(line.verdict)
    var text = line.kind == .expect ? "" : "\(line.kind.rawValue): "
    text += "\(line.text): "
    var after = ""
    let old = committed?.lines.first {
      $0.text == line.text && $0.policy == line.policy && $0.caseName == line.caseName
    }
    if let mean = old?.mean, line.kind == .expect {
      after =
        " (committed: \(NumberStyle(measure: line.measure, unit: line.unit, for: [mean]).text(mean)))"
    }
    if case .undecided(replicationsNeeded: let needed?) = line.verdict {
      after += "; about \(needed) replications would decide it"
    }
    return RichText(
      spans: [
        .judged(verdict.word, verdict.mark), .plain(" · " + text), .strong(line.found),
        .plain(after),
      ].filter { $0 != .plain("") })
  }

  // MARK: Drift and seeds

  private func driftBlocks(_ verdict: ScenarioVerdict) -> [Report.Block] {
    guard let drift = verdict.drift, !drift.isEmpty else { return [] }
    var items = drift.rows.map { RichText($0) }
    var seen: [String] = []
    for change in drift.changes {
      let row = change.caseName + "\n" + change.policy
      guard !seen.contains(row) else { continue }
      seen.append(row)
      let all = drift.changes.filter {
        $0.caseName == change.caseName && $0.policy == change.policy
      }
      guard let most = TestReport.most(all) else { continue }
      items.append(
        RichText(TestReport.words(most) + (all.count > 1 ? "; \(all.count - 1) more" : "")))
    }
    let shown =
      items.prefix(12) + (items.count > 12 ? [RichText("\(items.count - 12) more rows")] : [])
    return [
      .note(
        RichText("\(verdict.found.key): numbers differ from the committed ones: \(drift.reason).")),
      .list(Array(shown)),
    ]
  }

  /// The change that a reviewer looks at: of the golden table's measures that which moved most.
  private static func most(_ changes: [Drift.Change]) -> Drift.Change? {
    let golden = changes.filter { Comparison.goldenMeasures.contains($0.measure) }
    var most: Drift.Change?
    for change in golden.isEmpty ? changes : golden {
      if let known = most, known.share >= change.share { continue }
      most = change
    }
    return most
  }

  private static func words(_ change: Drift.Change) -> String {
    let measure = MeasureCatalog.measure(change.measure)
    let values = [change.before, change.after].compactMap { $0 }
    let style = NumberStyle(measure: change.measure, unit: measure?.unit ?? .ratio, for: values)
    func text(_ value: Double?) -> String { value.map { style.text($0) } ?? "nothing" }
    let (before, after) = (text(change.before), text(change.after))
    let moved = before == after ? "\(before), in digits not shown" : "\(before) → \(after)"
    return
      "case \(change.caseName), policy \(change.policy): \(measure?.title ?? change.measure) \(moved)"
  }

  private func freshBlocks(_ verdict: ScenarioVerdict) -> [Report.Block] {
    guard !verdict.fresh.isEmpty else { return [] }
    var items: [RichText] = []
    for (place, row) in verdict.rows.enumerated() {
      let others = verdict.fresh.filter { $0.verdicts.indices.contains(place) }
      let different = others.filter { $0.verdicts[place] != row.verdict }
      guard !different.isEmpty else { continue }
      let seeds = different.map { "\($0.verdicts[place].word) with seed \($0.seed)" }
      items.append(
        RichText(
          "\(TestReport.title(verdict, row)): \(row.verdict.word) with seed \(verdict.comparison.seed), "
            + list(seeds)))
    }
    guard !items.isEmpty else {
      return [
        .note(
          RichText(
            "\(verdict.found.key): \(verdict.fresh.count) other seeds give the same verdicts."))
      ]
    }
    return [
      .note(RichText("\(verdict.found.key): verdicts depend on the seed."), .caution), .list(items),
    ]
  }
}
