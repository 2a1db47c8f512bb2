import Laboratory
import Reports

/// A metastability map as a picture, a table for each policy, and JSON.
struct MapReport {
  let map: MetastabilityMap

  /// The picture.
  var figure: Figure {
    Figure(
      name: "metastability",
      caption: RichText(
        "Who is back \(Format.duration(map.grace)) after the case \(map.caseName) is over: "
          + "\(map.y.path) from bottom to top, \(map.x.path) from left to right; \(runs) a"
          + " cell."),
      chart: .heatMap(
        HeatMapChart(
          title: "\(map.scenario): back after \(map.caseName), share of \(runs)",
          xTitle: MapReport.title(map.x), columns: map.x.values, yTitle: MapReport.title(map.y),
          rows: map.y.values,
          legend: HeatMapChart.Legend(
            all: "all come back", none: "none does", missing: "fails without incidents, too"),
          panels: map.panels.map { panel in
            HeatMapChart.Panel(panel.policy, cells: panel.cells.map { $0.map(\.share) })
          })))
  }

  private var runs: String { map.runs == 1 ? "1 run" : "\(map.runs) runs" }

  private static func title(_ axis: MapAxis) -> String {
    axis.path == "load" ? "load (× the scenario's traffic)" : axis.path
  }

  var report: Report {
    var report = Report(
      title: "Metastability of \(map.scenario)",
      subtitle: RichText(
        "case \(map.caseName), seed \(String(map.seed)), \(runs) a cell; back after"
          + " \(Format.duration(map.grace))"))
    report.append(.figure(figure))
    for panel in map.panels { report.append(.table(table(panel))) }
    return report
  }

  private func table(_ panel: MetastabilityMap.Panel) -> Table {
    Table(
      name: Comparison.slug("map-\(panel.policy)"),
      caption: RichText("\(panel.policy): share of runs that come back"),
      columns: [.text("y", title: map.y.path)]
        + map.x.values.map {
          .number($0, title: map.x.path + " " + $0, in: .percent(digits: 0))
        },
      rows: zip(map.y.values, panel.cells).reversed().map { label, cells in
        Table.Row(
          [.text(RichText(label))]
            + cells.map { cell in cell.share.map { .number($0) } ?? .missing("overloaded") })
      })
  }

  /// The contract for machines.
  var json: JSON {
    .object([
      .init("lab", .integer(1)), .init("scenario", .string(map.scenario)),
      .init("case", .string(map.caseName)), .init("seed", .string("\(map.seed)")),
      .init("runs", .integer(map.runs)), .init("graceSeconds", .number(map.grace / .seconds(1))),
      .init("x", axis(map.x)), .init("y", axis(map.y)),
      .init(
        "policies",
        .array(
          map.panels.map { panel in
            .object([
              .init("name", .string(panel.policy)),
              .init(
                "recovered",
                .array(
                  panel.cells.map { row in
                    .array(row.map { cell in cell.share.map { .number($0) } ?? .null })
                  })),
            ])
          })),
    ])
  }

  private func axis(_ axis: MapAxis) -> JSON {
    .object([
      .init("path", .string(axis.path)), .init("values", .array(axis.values.map { .string($0) })),
    ])
  }
}
