import Laboratory
import Measures
import Reports
import Vocabulary

/// The contract for machines: `summary.json` and `summary.csv`, and `--format json|csv`.
///
/// Members are only ever added; `lab` counts up when one changes its meaning or goes.
struct Summary {
  /// The version of the contract.
  static let version = 1
  let comparison: Comparison

  /// The summary as JSON.
  var json: JSON {
    [
      "lab": .integer(Summary.version), "scenario": .string(comparison.scenario),
      "question": .string(comparison.question), "seed": .integer(Int(truncatingIfNeeded: comparison.seed)),
      "replications": .integer(comparison.replications),
      "baseline": .string(comparison.baseline),
      "measuredSeconds": .number(Double(comparison.measured.components.seconds)),
      "requests": .integer(Int(comparison.requests)),
      "decided": .bool(comparison.isDecided),
      "inputs": .object(comparison.inputs.map { JSON.Member($0.file, .string($0.checksum)) }),
      "cases": .array(comparison.cases.map(value)),
      "brokenLaws": .array(comparison.failures.map(value)),
    ]
  }

  private func value(_ result: CaseResult) -> JSON {
    [
      "name": .string(result.name),
      "incidents": .array(
        result.incidents.map {
          ["name": .string($0.name), "from": .number($0.from), "until": .number($0.until)]
        }),
      "policies": .array(result.policies.map(value)),
    ]
  }

  private func value(_ policy: PolicyResult) -> JSON {
    var members: [JSON.Member] = [
      .init("name", .string(policy.name)),
      .init("reference", policy.reference.map { .string($0.rawValue) } ?? .null),
      .init("baseline", .bool(policy.isBaseline)),
      .init("measures", measures(policy.measures + [policy.costPerMonth])),
    ]
    if let tenant = policy.worstTenant {
      members.append(
        .init(
          "worstTenant",
          ["name": .string(tenant.name), "availability": .number(tenant.availability)]))
    }
    if !policy.groups.isEmpty {
      members.append(
        .init(
          "groups",
          .array(
            policy.groups.map {
              [
                "by": .string($0.by.rawValue), "name": .string($0.name),
                "arrived": .integer($0.arrived), "measures": measures($0.measures),
              ]
            })))
    }
    if let why = policy.why {
      members.append(
        .init(
          "costBridge",
          .object(
            CostBridge.Part.allCases.map {
              .init($0.rawValue, .number(why.bridge[$0].dollars))
            })))
      if let calls = why.calls {
        members.append(
          .init(
            "calls",
            [
              "both": .integer(calls.both.count),
              "onlyBaseline": .integer(calls.onlyBaseline.count),
              "onlyPolicy": .integer(calls.onlyPolicy.count),
              "neither": .integer(calls.neither.count),
            ]))
      }
    }
    return .object(members)
  }

  private func measures(_ results: [MeasureResult]) -> JSON {
    .object(results.map { JSON.Member($0.name, value($0)) })
  }

  private func value(_ result: MeasureResult) -> JSON {
    var members: [JSON.Member] = [
      .init("unit", .string(result.unit.rawValue)),
      .init("mean", result.estimate.map { .number($0.mean) } ?? .null),
      .init("halfWidth", result.estimate?.halfWidth.map { .number($0) } ?? .null),
    ]
    if let pooled = result.pooled { members.append(.init("pooled", .number(pooled))) }
    if let difference = result.difference {
      members.append(
        .init(
          "difference",
          [
            "mean": .number(difference.mean),
            "halfWidth": difference.halfWidth.map { .number($0) } ?? .null,
            "matters": .number(difference.matters), "verdict": .string(difference.verdict.word),
          ]))
    }
    return .object(members)
  }

  private func value(_ failure: LawFailure) -> JSON {
    [
      "law": .string(failure.breach.law.name), "case": .string(failure.caseName),
      "policy": .string(failure.policy), "replication": .integer(failure.replication),
      "seconds": .number(failure.seconds), "detail": .string(failure.breach.detail),
      "command": failure.command.map { .string($0) } ?? .null,
    ]
  }

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
