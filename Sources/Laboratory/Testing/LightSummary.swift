import Measures
import Vocabulary

// The light form of `summary.json`: what the golden table and `test` need of a scenario, and no more.

extension Comparison {
  /// The measures that the light form keeps: what a reviewer compares.
  public static let goldenMeasures = [
    "successPerCall", "availability", "p50.timeToFirstToken", "p99.timeToFirstToken",
    "p99.endToEndLatency", "goodput", "costPerSuccess", "amplification",
  ]

  /// The comparison in the light form: the same members as `summary`, fewer measures, no why.
  /// - Parameter version: The version of the tool.
  public func lightSummary(version: String) -> ResultValue {
    guard case .object(let members) = summary else { return .null }
    var kept: [ResultValue.Member] = []
    for member in members {
      switch member.key {
      case "lab":
        kept += [
          member, .init("form", .text("light")), .init("version", .text(version)),
          .init("model", .integer(Comparison.model)),
        ]
      case "cases": kept.append(.init("cases", .list(cases.map(\.lightSummary))))
      case "decided", "requests": continue
      default: kept.append(member)
      }
    }
    return .object(kept)
  }
}

extension CaseResult {
  fileprivate var lightSummary: ResultValue {
    .object([
      .init("name", .text(name)),
      .init("policies", .list(policies.filter { $0.reference == nil }.map(\.lightSummary))),
    ])
  }
}

extension PolicyResult {
  fileprivate var lightSummary: ResultValue {
    .object([
      .init("name", .text(name)), .init("reference", .flag(false)),
      .init(
        "measures",
        .object(
          measures.filter { Comparison.goldenMeasures.contains($0.name) }.map { measure in
            .init(
              measure.name,
              .object([
                .init("unit", .text(measure.unit.rawValue)),
                .init("mean", .number(orNull: measure.estimate?.mean)),
                .init("halfWidth", .number(orNull: measure.estimate?.halfWidth)),
              ]))
          })),
    ])
  }
}
