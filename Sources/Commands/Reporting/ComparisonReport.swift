import Laboratory
import Measures
import Reports
import Scenarios

/// The report of a comparison: the answer first, then the numbers, then why, then whether to
/// believe it.
///
/// It holds nothing that depends on the machine or the clock: equal inputs, equal bytes.
struct ComparisonReport {
  let comparison: Comparison
  let scenario: Scenario
  /// The command that makes this report again.
  let command: String

  /// The whole report, for files.
  var whole: Report {
    var report = Report(title: title, subtitle: subtitle, blocks: opening + expectationBlocks)
    for result in comparison.cases { report.append(.table(comparisonTable(result))) }
    report.blocks += vacuityBlocks + cautions
    for result in comparison.cases {
      if let figure = frontier(result) { report.append(.figure(figure)) }
    }
    report.append(.heading("What changes"))
    for result in comparison.cases {
      if let figure = differences(result) { report.append(.figure(figure)) }
    }
    for result in comparison.cases { report.append(.table(billTable(result))) }
    for result in comparison.cases { report.append(.table(boundsTable(result))) }
    report.append(.heading("When"))
    let isQuietFolded = comparison.cases.contains { !$0.incidents.isEmpty }
    for result in comparison.cases {
      let figures = [timeline(result), shares(result)].compactMap { $0 }.map(Report.Block.figure)
      let isFolded = isQuietFolded && result.incidents.isEmpty && !figures.isEmpty
      report.blocks += isFolded ? [.details("Case \(result.name) over time", figures)] : figures
    }
    let why = whyBlocks(pick: focus?.pick.name)
    if !why.isEmpty { report.blocks += [.heading("Why")] + why }
    report.append(.heading("Who"))
    report.blocks += breakdownBlocks
    report.append(.heading("Can it be trusted"))
    report.blocks += trustBlocks
    return report
  }

  /// What stands on a terminal: the answer and the tables.
  var short: Report {
    var report = Report(title: title, subtitle: subtitle, blocks: opening + expectationBlocks)
    for result in comparison.cases {
      report.append(.table(comparisonTable(result)))
      if let groups = groupsTable(result) { report.append(.table(groups)) }
    }
    report.blocks += vacuityBlocks + cautions
    return report
  }

  /// The answer for the case in which the baseline answers the fewest calls.
  private var focus: Answer? {
    var found: Answer?
    for answer in comparison.cases.compactMap({ Answer($0, matters: scenario.matters) }) {
      if let found, found.baselineAvailability <= answer.baselineAvailability { continue }
      found = answer
    }
    return found
  }

  // MARK: Parts

  /// The title of a figure, with the case if there are several.
  func title(_ words: String, _ result: CaseResult) -> String { comparison.title(words, result) }

  private var title: String {
    let words = comparison.scenario.replacing("-", with: " ").replacing("_", with: " ")
    return words.prefix(1).uppercased() + words.dropFirst()
  }

  private var subtitle: RichText {
    let policies = comparison.cases.first?.policies.filter(\.isPolicy).count ?? 0
    let cases = comparison.cases.count
    return RichText(
      [
        policies == 1 ? "1 policy" : "\(policies) policies",
        cases == 1 ? nil : "\(cases) cases",
        comparison.replications == 1
          ? "1 replication" : "\(comparison.replications) paired replications",
        "seed \(comparison.seed)", Format.duration(comparison.measured) + " measured in each",
        Format.count(Int(comparison.requests)) + " requests simulated",
      ].compactMap { $0 }.joined(separator: " · "))
  }

  /// The question, the answer to it, and what overrides both: broken laws.
  private var opening: [Report.Block] {
    var blocks: [Report.Block] = []
    if !comparison.question.isEmpty { blocks.append(.question(RichText(comparison.question))) }
    for failure in comparison.failures.prefix(8) {
      blocks.append(.note(RichText(failure.description), .problem))
    }
    if comparison.failures.count > 8 {
      blocks.append(
        .note("\(comparison.failures.count - 8) more breaches of laws follow.", .problem))
    }
    for result in comparison.cases {
      guard let answer = Answer(result, matters: scenario.matters) else { continue }
      let isOnly = comparison.cases.count == 1
      blocks.append(
        .answer(
          (isOnly ? "" : "\(strong: "Case \(result.name):") ") + answer.text, answer.mark))
    }
    return blocks
  }

  /// What limits the use of the numbers.
  private var cautions: [Report.Block] {
    var blocks: [Report.Block] = []
    if comparison.replications < 2 {
      blocks.append(
        .note(
          "One replication has no interval: every difference is undecided. Use \(code: "--replications").",
          .caution))
    } else if !comparison.isDecided {
      let open = openDifferences
      let more =
        comparison.replicationsNeeded.map { " About \($0) replications in all would decide them." }
        ?? ""
      blocks.append(
        .note(
          RichText(
            "\(open) \(open == 1 ? "difference is" : "differences are") undecided (marked ?)."
              + more)
        ))
    }
    if comparison.cases.contains(where: { !$0.incidents.isEmpty }) {
      blocks.append(
        .note(
          "Availability is conditional on these incidents: the run is no sample of how often they happen."
        ))
    }
    if comparison.skippedRows > 0 {
      blocks.append(
        .note("\(comparison.skippedRows) malformed rows of the traces were left out.", .caution))
    }
    return blocks
  }

  private var openDifferences: Int {
    var count = 0
    for result in comparison.cases {
      for policy in result.policies where policy.isPolicy && !policy.isBaseline {
        for (index, _) in MeasureCatalog.columns.enumerated() {
          if policy.measures[index].difference?.verdict.isDecided == false { count += 1 }
        }
      }
    }
    return count
  }
}
