import Laboratory
import Measures
import Reports

/// The contract for machines: `summary.json` and `summary.csv`, and `--format json|csv`.
///
/// What the JSON holds is said once, by the laboratory (`Comparison.summary`); here it is written.
struct Summary {
  let comparison: Comparison

  /// The summary as JSON.
  var json: JSON { JSON(comparison.summary) }

  /// The rows of all cases as one table, every measure a column.
  var table: Table {
    let measures = comparison.cases.first?.policies.first?.measures ?? []
    return Table(
      name: "summary",
      columns: [.text("case", title: "case"), .text("policy", title: "policy")]
        + measures.map { .number($0.name, title: $0.title, in: .plain(digits: 9)) },
      rows: comparison.cases.flatMap { result in
        result.policies.map { policy in
          Table.Row(
            [.text(RichText(result.name)), .text(RichText(policy.name))]
              + policy.measures.map(Summary.cell), role: policy.role)
        }
      })
  }

  private static func cell(_ result: MeasureResult) -> Table.Cell {
    guard let estimate = result.estimate else { return .empty }
    guard let difference = result.difference else { return result.value }
    return .compared(
      estimate.mean, halfWidth: estimate.halfWidth,
      Table.Difference(
        difference.mean, halfWidth: difference.halfWidth, VerdictMark(difference.verdict)))
  }
}

extension JSON {
  /// A result as JSON.
  init(_ value: ResultValue) {
    self =
      switch value {
      case .null: .null
      case .flag(let flag): .bool(flag)
      case .integer(let number): .integer(number)
      case .number(let number): .number(number)
      case .text(let text): .string(text)
      case .list(let values): .array(values.map { JSON($0) })
      case .object(let members):
        .object(members.map { JSON.Member($0.key, JSON($0.value)) })
      }
  }
}
