import Foundation
import Laboratory
import Reports
import Scenarios
import Settings

extension Verb {
  static let test = Verb(
    "test", "judge scenarios by their expectations and their committed results: for a CI server",
    operands: [
      Operand(
        "PATH", "a scenario, or a folder of them; scenarios if not said", required: false,
        repeatable: true)
    ],
    options: [
      Option(
        "--policy", .text("FILE[#NAME]"), repeatable: true,
        "judge this policy from outside, in every scenario, by what the baseline must hold"),
      Option(
        "--as", .text("NAME"),
        "judge it by what this policy must hold instead, in scenarios that have one of the name"),
      .cases,
      Option(
        "--only", .text("GLOB"), repeatable: true,
        "only scenarios whose name matches: 'outage/*', '*429*'"),
      Option(
        "--fresh", .integer("N", 1...1000),
        "run N other seeds too, to see whether a verdict depends on the seed"),
      Option(
        "--within", .text("TIME"), "spend no more than this, 3m for example: fewer replications"),
      Option(
        "--locked", .flag,
        "fail where numbers differ from the committed ones, or a result or its data is missing"),
      Option(
        "--update", .flag,
        "write the results of what ran, and the golden table; not where a law was broken"),
      Option("--junit", .text("FILE"), "write JUnit XML for a CI server"),
      Option(
        "--format", .name("FORMAT", among: TestFormat.allCases.map(\.rawValue)),
        "how the result is written to standard output"),
      Option(
        "--output", .text("DIR"),
        "write the figures of failing rows here, instead of test-report; nothing if none fails"),
      .jobs, .data, .skipBadRows,
      Option("--measures", .flag, "print the table of measures that a line can name; run nothing"),
    ],
    examples: [
      "gateway-lab test", "gateway-lab test scenarios --within 3m --junit results.xml",
      "gateway-lab test scenarios --policy my-policy.json5 --as breaker",
    ],
    remarks: [
      "A scenario is run until each of its expectations is decided, at most as often as its \"replications\" say. Each case under each policy is a row of results/README.md and a test case. Drift, numbers other than the committed ones although everything holds, is told and fails with --locked only. Exit status: 0 all holds; 1 something fails or a law was broken; 2 the input is wrong; 3 something is undecided."
    ],
    body: test)

  private static func test(_ call: Invocation) throws -> ExitStatus {
    if call.flag("--measures") {
      call.print(MeasureReport.all)
      return .fine
    }
    let limit = try call.limitOfTime()
    try call.checkUpdate()
    let paths = call.operands.isEmpty ? ["scenarios"] : call.operands
    let report = call.text("--output") ?? "test-report"
    try ResultFolder(path: report).checkRoom()
    if let file = call.text("--junit") { try checkFolder(of: file) }
    let found = try ScenarioSearch.scenarios(below: paths, matching: call.texts("--only"))
    let runner = TestRunner(call, limit: limit)
    return try Interruption.watching {
      let (loaded, skipped) = try runner.load(found)
      var outcome = TestOutcome()
      outcome.isLocked = call.flag("--locked")
      outcome.needsData =
        outcome.isLocked || ProcessInfo.processInfo.environment["CI"] == "true"
      outcome.skipped = skipped
      outcome.verdicts = try runner.run(loaded)
      let update = TestUpdate(call, outcome)
      if outcome.isLocked { outcome.stale = update.stale() }
      let written = call.flag("--update") ? try update.write() : []
      let figures = try RowFigures(outcome, folder: report, jobs: call.jobs).publish()
      if let file = call.text("--junit") {
        try write(TestJUnit(outcome, figures: figures).results.xml(), to: file)
      }
      let told = TestReport(outcome: outcome, figures: figures, written: written)
      switch call.testFormat {
      case .terminal: call.out.write(call.terminal.render(told.report))
      case .markdown: call.out.write(MarkdownRenderer().render(told.report))
      case .json: call.out.write(told.json.text())
      case .github: call.out.write(TestAnnotations(outcome).text)
      }
      return outcome.status
    }
  }

  /// Says before the simulations that a file has no folder to go to.
  private static func checkFolder(of file: String) throws(CommandError) {
    let folder = (file as NSString).deletingLastPathComponent
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(
      atPath: folder.isEmpty ? "." : folder, isDirectory: &isFolder)
    guard exists, isFolder.boolValue else {
      throw CommandError(
        "--junit \(file): there is no folder \(folder)", next: "make it, or name another file")
    }
  }

  private static func write(_ text: String, to path: String) throws(CommandError) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandError("cannot write \(path)", next: "check that its folder is there")
    }
  }
}

/// How `test` writes its result to standard output.
enum TestFormat: String, CaseIterable {
  /// For people at a terminal.
  case terminal
  /// Markdown, for a comment or a job summary.
  case markdown
  /// JSON.
  case json
  /// Annotations that GitHub shows at the lines of the files.
  case github
}

extension Invocation {
  /// The format of `test`.
  var testFormat: TestFormat { text("--format").flatMap(TestFormat.init) ?? .terminal }

  /// What `--within` says.
  fileprivate func limitOfTime() throws(CommandError) -> Duration? {
    guard let text = text("--within") else { return nil }
    guard let limit = try? Units.duration(text), limit > .zero else {
      throw CommandError("--within: found \"\(text)\", expected a time such as 3m or 90s")
    }
    return limit
  }

  /// Results are only written of whole scenarios as they stand in their files.
  fileprivate func checkUpdate() throws(CommandError) {
    guard flag("--update") else { return }
    for name in ["--case", "--policy", "--within", "--fresh", "--locked"] where text(name) != nil {
      throw CommandError(
        "--update writes whole scenarios as their files say; \(name) makes them something else",
        next: "leave \(name) out")
    }
  }

  /// The words that make a scenario what it is, for the command that shows a failing row again.
  var reproductionWords: [String] {
    texts("--data").flatMap { ["--data", $0] }
      + (flag("--skip-bad-rows") ? ["--skip-bad-rows"] : [])
  }
}
