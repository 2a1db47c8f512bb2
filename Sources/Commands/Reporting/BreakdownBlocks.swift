import Laboratory
import Measures
import Reports
import Scenarios
import Traffic
import Vocabulary

// Who: the parts of each row, over all replications together, folded.

extension ComparisonReport {
  /// What `--by` asked for, then aliases, teams, deployments and endings, folded.
  var breakdownBlocks: [Report.Block] {
    var blocks: [Report.Block] = comparison.cases.compactMap { groupsTable($0) }.map { .table($0) }
    for (title, make) in [
      ("By alias", aliasTable), ("By team", teamTable), ("By deployment", deploymentTable),
      ("By ending", endingTable),
    ] as [(String, (CaseResult) -> Table?)] {
      let tables = comparison.cases.compactMap(make)
      if !tables.isEmpty { blocks.append(.details(title, tables.map { .table($0) })) }
    }
    return blocks
  }

  private func aliasTable(_ result: CaseResult) -> Table? {
    guard scenario.aliases.count > 1 else { return nil }
    return groupTable("alias", result, \.aliases) { index in
      scenario.aliases.indices.contains(index) ? scenario.aliases[index] : "\(index)"
    }
  }

  private func teamTable(_ result: CaseResult) -> Table? {
    groupTable("team", result, \.teams) { index in
      scenario.names.teams.name(of: index) ?? "team \(index)"
    }
  }

  /// The counters of each group, pooled: means have no interval here.
  private func groupTable(
    _ by: String, _ result: CaseResult, _ groups: (RunTotals) -> [Group], _ name: (Int) -> String
  ) -> Table? {
    let policies = result.policies.filter(\.isPolicy)
    guard policies.contains(where: { groups($0.pooled).filter { $0.tally.arrived > 0 }.count > 1 })
    else { return nil }
    let wanted = [
      "availability", "rejectedByOwnLimits", "p99.timeToFirstToken", "p99.endToEndLatency",
      "costPerSuccess",
    ]
    let measures = wanted.compactMap { MeasureCatalog.measure($0) }.filter { measure in
      policies.contains { groups($0.pooled).contains { (measure.value($0) ?? 0) != 0 } }
    }
    let parts = policies.flatMap { policy in
      groups(policy.pooled).enumerated().filter { $0.element.tally.arrived > 0 }
        .map { (policy, name($0.offset), $0.element) }
    }
    return Table(
      name: comparison.fileName(by, result),
      caption: RichText(comparison.lead(result) + "by \(by), all replications together"),
      columns: [.text(by, title: by), .number("arrived", title: "requests", in: .count())]
        + measures.map { measure in
          let values = parts.compactMap { measure.value($0.2) }
          let shown = result.policies.first?.measure(measure.name)
          return .number(
            measure.name, title: shown?.heading ?? measure.title,
            in: shown?.style(for: values) ?? .plain(digits: 3), group: shown?.group)
        },
      rows: parts.map { policy, name, group in
        Table.Row(
          [.text(RichText(name)), .number(Double(group.tally.arrived))]
            + measures.map { measure in
              measure.value(group).map { .number($0) }
                ?? .missing("\(measure.title): nothing to measure")
            }, role: policy.role, section: policy.name)
      })
  }

  /// What each deployment was asked, what it did, and what it billed.
  private func deploymentTable(_ result: CaseResult) -> Table? {
    guard comparison.deployments.count > 1 else { return nil }
    let policies = result.policies.filter(\.isPolicy)
    let parts = policies.flatMap { policy in
      policy.pooled.attempts.enumerated().filter { $0.element.attempts > 0 }
        .map { (policy, $0.offset, $0.element) }
    }
    guard !parts.isEmpty else { return nil }
    let latencies = parts.compactMap { $0.2.total.quantile(0.99).map { $0 / 1e9 } }
    let malformed: [Table.Column] =
      parts.allSatisfy { $0.2.count(.malformed) == 0 }
      ? [] : [.number("malformed", title: "unreadable answer", in: .count(), group: "failed by")]
    return Table(
      name: comparison.fileName("deployments", result),
      caption: RichText(
        comparison.lead(result)
          + "the attempts at each deployment, of measured requests, all replications together"),
      columns: [
        .text("deployment", title: "deployment"),
        .number("attempts", title: "attempts", in: .count()),
        .number("succeeded", title: "succeeded", in: .percent(digits: 2)),
        .number("status", title: "status", in: .count(), group: "failed by"),
        .number("timeout", title: "timeout", in: .count(), group: "failed by"),
        .number("connection", title: "connection", in: .count(), group: "failed by"),
      ] + malformed + [
        .number("withdrawn", title: "withdrawn", in: .count()),
        .number(
          "p99", title: "p99 of an attempt", in: NumberStyle.seconds(digits: 1).fitting(latencies)),
        .number("bill", title: "share of the bill", in: .percent(digits: 1)),
      ],
      rows: parts.map { policy, index, tally in
        let bill = policy.pooled.attempts.reduce(into: MoneyTotal.zero) { $0 += $1.bill }
        return Table.Row(
          [
            .text(
              RichText(index < comparison.deployments.count ? comparison.deployments[index] : "?")),
            .number(Double(tally.attempts)),
            .number(Double(tally.count(.succeeded)) / Double(tally.attempts)),
            .number(
              Double(
                tally.count(.status) + tally.count(.contextWindow) + tally.count(.contentPolicy)
                  + tally.count(.spendLimit))),
            .number(
              Double(
                tally.count(.firstTokenTimeout) + tally.count(.idleTimeout)
                  + tally.count(.totalTimeout))),
            .number(Double(tally.count(.connection) + tally.count(.brokenStream))),
          ]
            + malformed.map { _ in .number(Double(tally.count(.malformed))) } + [
              .number(Double(tally.count(.cancelled))),
              tally.total.quantile(0.99).map { .number($0 / 1e9) } ?? .empty,
              bill > .zero ? .number(tally.bill.dollars / bill.dollars) : .empty,
            ], role: policy.role, section: policy.name)
      })
  }

  private func endingTable(_ result: CaseResult) -> Table? {
    let policies = result.policies.filter(\.isPolicy)
    let endings = Ending.allCases.filter { ending in
      policies.contains { $0.pooled.all.tally.endings[ending] > 0 }
    }
    return Table(
      name: comparison.fileName("endings", result),
      caption: RichText(comparison.lead(result) + "how requests ended, share of all that arrived"),
      columns: [.text("policy", title: "policy")]
        + endings.map { .number("\($0)", title: $0.words, in: .percent(digits: 2)) },
      rows: policies.map { policy in
        let counts = policy.pooled.all.tally.endings
        return Table.Row(
          [.text(RichText(policy.name))]
            + endings.map { ending in
              counts.all > 0 ? .number(Double(counts[ending]) / Double(counts.all)) : .empty
            }, role: policy.role)
      })
  }
}
