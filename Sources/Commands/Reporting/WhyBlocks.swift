import Laboratory
import Reports
import Vocabulary

// Why two policies differ: what is set differently, where the money went, which calls went another
// way. One part for each policy; those that the answer does not speak of are folded.

extension ComparisonReport {
  /// A part for each policy that is not the baseline.
  func whyBlocks(pick: String?) -> [Report.Block] {
    guard let first = comparison.cases.first else { return [] }
    let names = first.policies.filter { $0.isPolicy && !$0.isBaseline }.map(\.name)
    let open = names.first { $0 == pick } ?? names.first
    var blocks: [Report.Block] = []
    for name in names.filter({ $0 == open }) + names.filter({ $0 != open }) {
      let part = why(name)
      if name == open {
        blocks.append(.heading("\(name) against \(comparison.baseline)", level: 3))
        blocks += part
      } else {
        blocks.append(.details("\(name) against \(comparison.baseline)", part))
      }
    }
    return blocks
  }

  private func why(_ name: String) -> [Report.Block] {
    var blocks: [Report.Block] = []
    let rows = comparison.cases.compactMap { result in
      result.policy(name).flatMap { policy in policy.why.map { (result, policy, $0) } }
    }
    if let settings = rows.first?.2.settings { blocks.append(settingsBlock(settings, name)) }
    for (result, policy, why) in rows {
      blocks += bridgeBlocks(result, policy, why.bridge)
      if let calls = why.calls { blocks += callBlocks(result, policy, calls) }
    }
    return blocks
  }

  private func settingsBlock(_ settings: [SettingDifference], _ name: String) -> Report.Block {
    guard !settings.isEmpty else {
      return .paragraph("\(name) says the same as \(comparison.baseline), setting by setting.")
    }
    return .table(
      Table(
        name: Comparison.slug("settings-\(name)"), caption: "What is set differently",
        columns: [
          .text("path", title: "setting"), .text("baseline", title: comparison.baseline),
          .text("policy", title: name),
        ],
        rows: settings.map { setting in
          Table.Row([
            .text("\(code: setting.path)"), Self.settingCell(setting.baseline),
            Self.settingCell(setting.policy),
          ])
        }))
  }

  private static func settingCell(_ text: String?) -> Table.Cell {
    guard let text else { return .text("–") }
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let short = line.count > 160 ? line.prefix(159) + "…" : line[...]
    return .text("\(code: String(short))")
  }

  // MARK: Money

  private func bridgeBlocks(
    _ result: CaseResult, _ policy: PolicyResult, _ bridge: CostBridge
  ) -> [Report.Block] {
    let runs = Double(max(1, bridge.replications))
    let from = bridge.baseline.dollars / runs
    let to = bridge.policy.dollars / runs
    let parts = CostBridge.Part.allCases.map { ($0.title, bridge[$0].dollars / runs) }
    let used = parts.filter { $0.1 != 0 }
    guard from != 0 || to != 0 else { return [] }
    let most = ([from, to] + used.map(\.1)).map(\.magnitude).max() ?? 0
    let style = NumberStyle.dollars(digits: most < 1 ? 4 : most < 1000 ? 2 : 0)
    let figure = Figure(
      name: comparison.fileName("bridge", result, policy.name),
      caption: RichText(
        "Dollars for one replication; the parts sum up to the difference exactly."),
      chart: .bridge(
        BridgeChart(
          title: title("The bill, from \(comparison.baseline) to \(policy.name)", result),
          axis: ChartAxis("cost of one replication", in: style),
          from: (comparison.baseline, from), steps: used.map { BridgeChart.Step($0.0, $0.1) },
          to: (policy.name, to))))
    let table = Table(
      name: comparison.fileName("bridge-parts", result, policy.name),
      caption: RichText(comparison.lead(result) + "where the difference of the bill comes from"),
      columns: [
        .text("part", title: "part"),
        .number("dollars", title: "one replication", in: style),
        .number("share", title: "of \(comparison.baseline)'s bill", in: .percent(digits: 1)),
      ],
      rows: [
        Table.Row(
          [.text(RichText(comparison.baseline)), .number(from), .number(1)], role: .baseline)
      ]
        + used.map { title, dollars in
          Table.Row([
            .text(RichText(title)), .number(dollars), Self.share(dollars, of: from),
          ])
        } + [
          Table.Row(
            [.text(RichText(policy.name)), .number(to), Self.share(to, of: from)], role: .total)
        ])
    return [.figure(figure), .details("The bill in numbers", [.table(table)])]
  }

  private static func share(_ part: Double, of whole: Double) -> Table.Cell {
    whole > 0 ? .number(part / whole) : .empty
  }

  // MARK: Calls

  private func callBlocks(
    _ result: CaseResult, _ policy: PolicyResult, _ calls: CallDifference
  ) -> [Report.Block] {
    let kinds: [(String, CallDifference.Kind)] = [
      ("only \(policy.name) answered", calls.onlyPolicy),
      ("only \(comparison.baseline) answered", calls.onlyBaseline),
      ("neither answered", calls.neither), ("both answered", calls.both),
    ]
    let all = kinds.reduce(0) { $0 + $1.1.count }
    guard all > 0 else { return [] }
    let table = Table(
      name: comparison.fileName("calls", result, policy.name),
      caption: RichText(
        comparison.lead(result) + "the \(Format.count(all)) calls of the first replication"),
      columns: [
        .text("kind", title: "calls that"), .number("count", title: "calls", in: .count()),
        .number("share", title: "share", in: .percent(digits: 2)),
        .number("example", title: "for example request", in: .plain(digits: 0)),
      ],
      rows: kinds.filter { $0.1.count > 0 }.map { title, kind in
        Table.Row([
          .text(RichText(title)), .number(Double(kind.count)),
          .number(Double(kind.count) / Double(all)),
          kind.example.map { .number(Double($0)) } ?? .empty,
        ])
      })
    let commands = kinds.prefix(3).compactMap(\.1.command)
    let shown = commands.isEmpty ? [calls.both.command].compactMap { $0 } : commands
    if shown.isEmpty { return [.table(table)] }
    return [
      .table(table), .paragraph("See such a call live, under both:"),
      .code(shown.joined(separator: "\n") + "\n", language: "sh"),
    ]
  }
}
