import Foundation
import Laboratory
import Measures
import Reports

/// `results/README.md`: every case × policy of every committed result in one table, whose difference
/// a reviewer reads.
///
/// Made of the `summary.json` files alone, so it can be made again without simulating anything.
struct GoldenTable {
  /// The folder of the results.
  let root: String

  /// The measures of its columns.
  private static let columns = [
    "successPerCall", "p99.timeToFirstToken", "p99.endToEndLatency", "costPerSuccess",
    "amplification",
  ]

  /// The page.
  func text() throws -> String {
    let results = try committed()
    var out = """
      # Results

      What the tool found for each shipped scenario. The table is the golden one: one row for each case
      under each policy. Its difference is what a change does to the answers; when a number moves, the
      [CHANGELOG](../CHANGELOG.md) says why. A link leads to the report of `gateway-lab compare`, where
      one is kept, or to the figure of the light form (`summary.json` and `timeline.svg`).

      `gateway-lab test --update` writes this page and the light results; `gateway-lab test --locked`
      fails where they are not what the scenarios say now.


      """
    out += MarkdownRenderer().render(table(results))
    return out
  }

  /// All committed results below the root, by key.
  private func committed() throws -> [(key: String, result: CommittedResult)] {
    let all = FileManager.default.enumerator(atPath: root)?.allObjects.compactMap { $0 as? String }
    let keys = (all ?? []).filter { $0.hasSuffix("/summary.json") }.map {
      String($0.dropLast("/summary.json".count))
    }
    return try keys.sorted().map { key in
      let file = root + "/" + key + "/summary.json"
      let bytes = [UInt8](FileManager.default.contents(atPath: file) ?? Data())
      return (key, try CommittedResult(bytes: bytes, file: file))
    }
  }

  private func table(_ results: [(key: String, result: CommittedResult)]) -> Table {
    let columns = GoldenTable.columns.compactMap(MeasureCatalog.measure)
    let rows = results.flatMap { result in
      result.result.rows.filter { !$0.isReference }.map { (result, $0) }
    }
    return Table(
      name: "golden",
      columns: [
        .text("scenario", title: "scenario"), .text("case", title: "case"),
        .text("policy", title: "policy"), .text("verdict", title: "verdict"),
      ]
        + columns.map { measure in
          let values = rows.compactMap { $0.1.mean(measure.name) }
          return .text(measure.name, title: GoldenTable.heading(measure, values))
        },
      rows: rows.map { one, row in
        Table.Row(
          [
            .text("\(link: one.key, to: link(one.key))"), .text(RichText(row.caseName)),
            .text(
              row.policy == one.result.baseline
                ? "\(strong: row.policy)" : RichText(row.policy)),
            .text(GoldenTable.verdict(one.result, row)),
          ]
            + columns.map { .text(RichText(GoldenTable.cell($0, row))) },
          role: .ordinary)
      },
      notes: ["The baseline of each scenario is in bold. Means over the replications."])
  }

  /// Where a scenario's numbers can be seen.
  private func link(_ key: String) -> String {
    for name in ["report.md", "timeline.svg"]
    where FileManager.default.fileExists(atPath: root + "/" + key + "/" + name) {
      return key + "/" + name
    }
    return key + "/summary.json"
  }

  private static func heading(_ measure: Measure, _ values: [Double]) -> String {
    measure.name == "costPerSuccess" ? "cost per 1,000" : measure.title
  }

  private static func cell(_ measure: Measure, _ row: CommittedResult.Row) -> String {
    guard let value = row.mean(measure.name) else { return "–" }
    return NumberStyle(measure: measure.name, unit: measure.unit, for: [value]).text(value)
  }

  /// The worst verdict of the lines that concern the row; a dash if none does.
  private static func verdict(_ result: CommittedResult, _ row: CommittedResult.Row) -> RichText {
    let words = result.lines.filter { $0.policy == row.policy && $0.caseName == row.caseName }
      .map(\.verdict)
    if words.contains("fails") { return RichText(spans: [.judged("fails", .fails)]) }
    if words.contains("undecided") { return RichText(spans: [.judged("undecided", .undecided)]) }
    return words.isEmpty ? "–" : RichText(spans: [.judged("holds", .holds)])
  }
}
