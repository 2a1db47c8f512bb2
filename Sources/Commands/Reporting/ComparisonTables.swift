import Laboratory
import Measures
import Reports

// The tables of a comparison, one of each for every case.

extension ComparisonReport {
  /// The table that `compare` is for: every column, differences from the baseline below each value.
  ///
  /// Columns that say nothing are left out and named in a note: those that are 0 in every row, or
  /// missing in every row, or equal to the column before in every row. The files have them all.
  func comparisonTable(_ result: CaseResult) -> Table {
    let policies = result.policies
    var shown: [Int] = []
    var leftOut: [String] = []
    for (index, measure) in MeasureCatalog.columns.enumerated() {
      let means = policies.map { $0.measures[index].estimate?.mean }
      if means.allSatisfy({ $0 == nil }) {
        leftOut.append("\(measure.title) (not measured)")
      } else if means.allSatisfy({ $0 == nil || $0 == 0 }) {
        leftOut.append("\(measure.title) (0 everywhere)")
      } else if let before = shown.first(where: { isSame($0, index, in: policies) }) {
        leftOut.append("\(measure.title) (the same as \(MeasureCatalog.columns[before].title))")
      } else {
        shown.append(index)
      }
    }
    var notes: [RichText] = []
    if !leftOut.isEmpty {
      notes.append("Left out: " + RichText(leftOut.joined(separator: "; ") + "."))
    }
    let isFirst = result.name == comparison.cases.first?.name
    if isFirst, policies.contains(where: { $0.reference != nil }) {
      notes.append(referenceNote(policies))
    }
    return table(
      comparison.fileName("comparison", result), caption: caption(result), policies,
      shown.map { index in { $0.measures[index] } }, notes: notes)
  }

  /// How far each policy is from what the world would have allowed.
  func boundsTable(_ result: CaseResult) -> Table {
    let names = ["costFloor", "costRegret", "latencyFloor", "latencyRegret"]
    return table(
      comparison.fileName("bounds", result),
      caption: RichText(
        comparison.lead(result)
          + "the least that the answered calls could have cost or taken, and what came on top"),
      result.policies.filter(\.isPolicy),
      names.compactMap { name in
        result.policies.first?.measures.firstIndex { $0.name == name }.map { index in
          { $0.measures[index] }
        }
      },
      notes: [
        "The least is counted call by call: the cheapest and the fastest successful outcome that any policy's deployments had for it, without incident, quota or queue. No policy can be below it."
      ])
  }

  /// The bill of a month, and who is worst off.
  func billTable(_ result: CaseResult) -> Table {
    let hasTenants = result.policies.contains { $0.worstTenant != nil }
    var table = table(
      comparison.fileName("bill", result),
      caption: RichText(
        comparison.lead(result) + "the bill of a month"
          + (hasTenants ? ", and who is worst off" : "")),
      result.policies.filter(\.isPolicy), [{ $0.costPerMonth }],
      notes: [
        "An extrapolation: the measured cost × 30.44 days ÷ \(Format.duration(comparison.measured)), as if all hours were like these."
      ])
    guard hasTenants else { return table }
    table.columns += [
      .text("worstTenant", title: "worst-hit team"),
      .number("worstTenant.availability", title: "its availability", in: .percent(digits: 2)),
    ]
    for (index, policy) in result.policies.filter(\.isPolicy).enumerated() {
      guard let tenant = policy.worstTenant else { continue }
      table.rows[index].cells += [
        .text(RichText(tenant.name)), .number(tenant.availability),
      ]
    }
    return table
  }

  /// The rows split as `--by` asks; nothing without it.
  func groupsTable(_ result: CaseResult) -> Table? {
    guard let first = result.policies.first(where: { !$0.groups.isEmpty })?.groups.first else {
      return nil
    }
    let parts = result.policies.filter(\.isPolicy).flatMap { policy in
      policy.groups.map { (policy, $0) }
    }
    let shown = first.measures.indices.filter { index in
      parts.contains { ($0.1.measures[index].estimate?.mean ?? 0) != 0 }
    }
    let columns = shown.map { index in
      column(parts.map { $0.1.measures[index] })
    }
    return Table(
      name: comparison.fileName("by-\(first.by.rawValue)", result),
      caption: RichText(comparison.lead(result) + "by \(first.by.rawValue)"),
      columns: [
        .text("policy", title: "policy"), .text(first.by.rawValue, title: first.by.rawValue),
        .number("arrived", title: "requests", in: .count()),
      ] + columns,
      rows: parts.map { policy, group in
        Table.Row(
          [
            .text(RichText(policy.name)), .text(RichText(group.name)),
            .number(Double(group.arrived)),
          ] + shown.map { group.measures[$0].cell }, role: policy.role)
      })
  }

  // MARK: Parts

  private func table(
    _ name: String, caption: RichText, _ policies: [PolicyResult],
    _ measures: [(PolicyResult) -> MeasureResult], notes: [RichText]
  ) -> Table {
    // The digits are those that the policies need: a reference may be far off.
    let telling = policies.contains(where: \.isPolicy) ? policies.filter(\.isPolicy) : policies
    return Table(
      name: name, caption: caption,
      columns: [.text("policy", title: "policy")]
        + measures.map { measure in column(telling.map(measure)) },
      rows: policies.map { policy in
        Table.Row(
          [.text(RichText(policy.name))]
            + measures.map { measure in
              let result = measure(policy)
              let isJudged = policy.isPolicy && !result.name.hasSuffix("Floor")
              return isJudged ? result.cell : result.value
            },
          role: policy.role)
      }, notes: notes)
  }

  private func column(_ results: [MeasureResult]) -> Table.Column {
    let first = results[0]
    let values = results.compactMap { $0.estimate?.mean }
    return .number(
      first.name, title: first.heading, in: first.style(for: values), group: first.group,
      meaning: first.meaning)
  }

  private func isSame(_ left: Int, _ right: Int, in policies: [PolicyResult]) -> Bool {
    policies.allSatisfy { $0.measures[left].values == $0.measures[right].values }
  }

  private func caption(_ result: CaseResult) -> RichText {
    let incidents =
      result.incidents.isEmpty
      ? "no incident" : result.incidents.map(\.name).joined(separator: ", ")
    let start = comparison.cases.count > 1 ? "Case \(result.name) (\(incidents)). " : ""
    let pairs =
      comparison.replications > 1
      ? " with 95 % intervals over \(comparison.replications) paired replications" : ""
    return RichText(
      start + "Below each value its difference from \(comparison.baseline)" + pairs + ".")
  }

  private func referenceNote(_ policies: [PolicyResult]) -> RichText {
    var parts: [RichText] = []
    for policy in policies {
      switch policy.reference {
      case .noGateway?:
        parts.append("\(strong: policy.name): each call's first deployment, nothing else")
      case .clairvoyant?:
        parts.append(
          "\(strong: policy.name): knows the future, takes the cheapest deployment that will answer, alone where that is self-hosted; no bound, and nothing to deploy"
        )
      case nil: break
      }
    }
    var text: RichText = "For reference: "
    for (index, part) in parts.enumerated() { text = text + (index > 0 ? "; " : "") + part }
    return text + "."
  }
}
