import Laboratory
import Measures
import Reports
import Scenarios
import Vocabulary

// Can it be trusted: where the numbers came from, how it was measured, and the command to repeat it.

extension ComparisonReport {
  /// Provenance, method, files, words, and the command that makes the report again.
  var trustBlocks: [Report.Block] {
    [
      .list([laws, method] + provenance + [bounds]),
      .paragraph("This command makes the report again, byte for byte:"),
      .code(command + "\n", language: "sh"),
      .details("Files read", [.table(filesTable)]),
      .details("Words and measures", [.definitions(definitions)]),
    ]
  }

  private var runs: Int {
    comparison.replications * comparison.cases.reduce(0) { $0 + $1.policies.count }
  }

  private var laws: RichText {
    guard comparison.failures.isEmpty else {
      return "\("\(comparison.failures.count) breaches of laws", .fails): see the top of this page."
    }
    let names = Law.allCases.map(\.name).joined(separator: ", ")
    return
      "\("All \(Law.allCases.count) laws hold", .holds) in all \(runs) runs, checked by code that did not keep the books: \(names)."
  }

  private var method: RichText {
    let replications =
      comparison.replications == 1
      ? "One replication" : "\(comparison.replications) replications, paired by seed"
    return RichText(
      "\(replications) (seed \(comparison.seed)): every policy meets the same calls and the same providers. "
        + "Measured are the calls that arrive in \(Format.duration(comparison.measured)) after a warm-up of "
        + "\(Format.duration(Duration.nanoseconds(scenario.warmUp.nanoseconds))). "
        + "Intervals are 95 % paired-t; a difference that does not matter (availability "
        + "\(Format.percent(scenario.matters.availability, digits: 2)), cost "
        + "\(Format.percent(scenario.matters.cost, digits: 0)), latency "
        + "\(Format.percent(scenario.matters.latency, digits: 0))) is called equivalent.")
  }

  private var bounds: RichText {
    "No call was answered below its floor: the cheapest and the fastest success that the world had for it."
  }

  /// How many numbers have a source, and which are assumed.
  private var provenance: [RichText] {
    let all = comparison.provenance
    guard !all.isEmpty else { return [] }
    let assumed = all.filter { $0.source == nil }
    var sources: [(String, Int)] = []
    for source in all.compactMap(\.source) {
      if let index = sources.firstIndex(where: { $0.0 == source }) {
        sources[index].1 += 1
      } else {
        sources.append((source, 1))
      }
    }
    var text: RichText = "Inputs: "
    var parts = sources.map { RichText("\($0.1) from \($0.0)") }
    if !assumed.isEmpty {
      var list: RichText = "\(strong: "\(assumed.count) assumed") ("
      for (index, one) in assumed.prefix(12).enumerated() {
        list = list + (index > 0 ? ", " : "") + "\(code: one.path)"
      }
      parts.append(list + (assumed.count > 12 ? ", …)" : ")"))
    }
    for (index, part) in parts.enumerated() { text = text + (index > 0 ? "; " : "") + part }
    return [text + "."]
  }

  private var filesTable: Table {
    Table(
      name: "files", columns: [.text("file", title: "file"), .text("checksum", title: "checksum")],
      rows: comparison.inputs.map {
        Table.Row([.text("\(code: $0.file)"), .text("\(code: $0.checksum)")])
      })
  }

  private var definitions: [Report.Definition] {
    MeasureCatalog.columns.map { measure in
      Report.Definition(
        RichText(measure.title), RichText("\(measure.formula); of \(measure.denominator)."))
    }
  }
}
