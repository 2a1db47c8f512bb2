import Laboratory
import Measures
import Reports
import Scenarios
import Statistics

// What was expected, and whether it holds.

extension ComparisonReport {
  /// The table of expectations with the command behind each failure; nothing without any.
  var expectationBlocks: [Report.Block] {
    let all = comparison.expectations
    guard !all.isEmpty else { return [] }
    var blocks: [Report.Block] = [.table(expectationsTable(all))]
    for result in all {
      guard result.verdict == .fails, let command = result.command else { continue }
      blocks.append(.note(RichText("\(result.text): \(command)"), .problem))
    }
    let open = all.compactMap { result -> Int? in
      if case .undecided(let needed) = result.verdict { return needed ?? 0 }
      return nil
    }
    if !open.isEmpty {
      let most = open.max() ?? 0
      let more = most > 0 ? " About \(most) replications in all would decide them." : ""
      blocks.append(
        .note(
          RichText(
            "\(open.count) \(open.count == 1 ? "expectation is" : "expectations are") undecided."
              + more), .caution))
    }
    return blocks
  }

  private func expectationsTable(_ all: [ExpectationResult]) -> Table {
    Table(
      name: "expectations",
      caption: "What is expected",
      columns: [
        .text("policy", title: "policy"), .text("case", title: "case"),
        .text("expectation", title: "expectation"), .text("found", title: "found"),
        .text("verdict", title: "verdict"),
      ],
      rows: all.map { result in
        let mark: VerdictMark =
          switch result.verdict {
          case .holds: .holds
          case .fails: .fails
          case .undecided: .undecided
          }
        return Table.Row([
          .text(RichText(result.policy ?? "any")), .text(RichText(result.caseName ?? "any")),
          .text(
            RichText((result.kind == .expect ? "" : "\(result.kind.rawValue): ") + result.text)),
          .text(RichText(found(result))),
          .text("\(mark.word, mark)"),
        ])
      })
  }

  private func found(_ result: ExpectationResult) -> String {
    guard let value = result.value else { return "nothing to measure" }
    guard result.kind == .expect else { return Format.count(Int(value.mean)) + " times" }
    let line = scenario.expectations.expect.first { $0.text == result.text }
    guard let measure = line?.measure,
      let shown = comparison.cases.first?.policies.first?.measure(measure.name)
    else { return "" }
    let style = shown.style(for: [value.mean])
    let half = value.halfWidth.map { " ± " + style.text($0) } ?? ""
    return (result.isDifference ? "difference " : "") + style.text(value.mean) + half
  }
}

extension ExitStatus {
  /// What a comparison tells the caller: broken laws and failures first, then what is open.
  init(_ comparison: Comparison) {
    if !comparison.failures.isEmpty || comparison.expectations.someFail {
      self = .failed
    } else {
      self = comparison.expectations.allHold ? .fine : .undecided
    }
  }
}

extension [ExpectationResult] {
  /// Whether something was seen that must never be.
  var violated: Bool { contains { $0.kind == .never && $0.verdict == .fails } }
}
