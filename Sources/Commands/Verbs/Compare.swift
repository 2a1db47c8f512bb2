import Laboratory
import Reports
import Scenarios

extension Verb {
  static let compare = Verb(
    "compare", "what each policy costs, how fast and how available it is, in the same world",
    operands: [.scenario],
    options: [
      .policies, .cases, .breakdown, .replications, .jobs, .format, .output,
    ] + Option.scenario,
    examples: [
      "gateway-lab compare scenarios/provider-outage",
      "gateway-lab compare scenarios/provider-outage --policy my-policy.json5 --by team",
    ],
    remarks: [
      "The table goes to standard output; report.html, report.md, summary.json, summary.csv and the figures go to results/NAME. Equal scenarios, options and seeds give equal bytes. Exit status: 0 fine; 1 an expectation failed or a law was broken; 2 the input is wrong; 3 an expectation is undecided."
    ],
    body: compare)

  private static func compare(_ call: Invocation) throws -> ExitStatus {
    let scenario = try call.scenario()
    let bar = ProgressBar(call.err)
    var options = ExperimentOptions()
    options.policies = try call.policyNames(in: scenario)
    options.jobs = call.jobs
    options.data = scenario.data
    options.breakdown = call.text("--by").flatMap(Breakdown.init)
    options.arguments = call.scenarioWords
    options.progress = bar.report
    options.isCancelled = { Interruption.isAsked }
    let folder = ResultFolder(
      output: call.text("--output"), scenarioPath: scenario.path, name: scenario.name)
    try folder.checkRoom()
    if scenario.expectations.namesCommitted {
      options.committed = try ResultFolder(
        output: nil, scenarioPath: scenario.path, name: scenario.name
      ).committed()
    }
    return try Interruption.watching {
      defer { bar.clear() }
      let comparison = try Experiment.compare(scenario, options)
      bar.finish(requests: comparison.requests)
      let report = ComparisonReport(
        comparison: comparison, scenario: scenario, command: call.command)
      let files = ComparisonFiles(report)
      try folder.publish(files.all)
      switch call.format {
      case .json: call.out.write(files.json)
      case .csv: call.out.write(files.csv)
      case .terminal, .markdown:
        call.print(report.short)
        call.out.line("\nreport: \(folder.file("report.html"))")
      }
      return ExitStatus(comparison)
    }
  }
}

/// The files that a comparison leaves in its folder.
struct ComparisonFiles {
  let json: String
  let csv: String
  /// Every file with its text.
  let all: [(name: String, text: String)]

  init(_ report: ComparisonReport) {
    let summary = Summary(comparison: report.comparison)
    let whole = report.whole
    json = summary.json.text()
    csv = CSVRenderer().render(summary.table)
    all =
      [
        ("report.html", HTMLRenderer().render(whole)),
        ("report.md", MarkdownRenderer().render(whole)),
        ("summary.json", json), ("summary.csv", csv),
      ] + whole.figures.map { ($0.fileName, $0.svg()) }
  }
}

extension Invocation {
  /// The command line that gives the same result again: without where and how it is written.
  var command: String {
    let words =
      ["gateway-lab", verb.name] + operands
      + words(without: ["--format", "--jobs", "--output", "--log"])
    return words.map(Reproduction.quoted).joined(separator: " ")
  }
}
