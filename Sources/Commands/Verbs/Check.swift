import Foundation
import Laboratory
import Providers
import Reports
import Scenarios
import Settings
import Vocabulary

extension Verb {
  static let check = Verb(
    "check", "read a scenario and say what it is; simulate nothing",
    operands: [.scenario],
    options: [
      Option("--resolved", .flag, "print every value, and where it came from, as JSON5"),
      .policies, .cases, .replications, .format,
    ] + Option.scenario,
    examples: [
      "gateway-lab check scenarios/provider-outage",
      "gateway-lab check scenarios/provider-outage --resolved",
    ]
  ) { call in
    let scenario = try call.scenario()
    if call.flag("--resolved") {
      call.out.write(scenario.resolvedText)
      return .fine
    }
    let names = try call.policyNames(in: scenario)
    call.print(CheckReport(scenario: scenario, names: names).report)
    return .fine
  }
}

/// What a scenario is, and how much there is to simulate.
struct CheckReport {
  let scenario: Scenario
  /// The policies that were chosen; all if empty.
  let names: [String]

  var report: Report {
    Report(
      title: "\(scenario.path): fine", subtitle: nil,
      blocks: (scenario.question.isEmpty ? [] : [.question(RichText(scenario.question))]) + [
        .table(
          Table(
            name: "scenario",
            columns: [.text("what", title: "what"), .text("value", title: "value")],
            rows: rows.map { Table.Row([.text(RichText($0)), .text($1)]) })),
        .paragraph("Nothing was simulated. Next: \(code: "gateway-lab compare \(scenario.path)")"),
      ])
  }

  private var policies: [String] {
    let all = scenario.policies.map(\.name)
    let baseline = all.indices.contains(scenario.baseline) ? all[scenario.baseline] : ""
    return all.filter { names.isEmpty || names.contains($0) || $0 == baseline }
  }

  private var rows: [(String, RichText)] {
    let measured = scenario.warmUp.duration(to: scenario.horizon)
    let warmUp = Instant.start.duration(to: scenario.warmUp)
    let assumed = scenario.provenance.filter { $0.source == nil }.count
    let baseline =
      scenario.policies.indices.contains(scenario.baseline)
      ? scenario.policies[scenario.baseline].name : "none"
    return [
      ("policies", RichText(policies.joined(separator: ", ") + " (baseline: \(baseline))")),
      ("cases", RichText(scenario.cases.map(\.name).joined(separator: ", "))),
      ("streams", streams),
      ("deployments", RichText(scenario.fleet.deployments.map(\.name).joined(separator: ", "))),
      ("incidents", incidents),
      (
        "time",
        RichText(
          "\(Format.duration(measured)) measured after \(Format.duration(warmUp)) of warm-up")
      ),
      ("replications", replications),
      ("seed", RichText(String(scenario.seed))),
      (
        "inputs",
        RichText(
          "\(Format.count(scenario.inputs.count)) \(scenario.inputs.count == 1 ? "file" : "files"); \(scenario.provenance.count) groups of numbers, \(assumed) of them assumed"
        )
      ),
      ("to simulate", effort),
    ]
  }

  private func list(_ names: [String]) -> RichText {
    RichText(names.isEmpty ? "none" : names.joined(separator: ", "))
  }

  /// The incidents, and which of them no case has: those never strike.
  private var incidents: RichText {
    let all = scenario.fleet.incidents.map(\.name)
    let idle = all.indices.filter { index in
      !scenario.cases.contains { $0.incidents.contains(index) }
    }
    guard !idle.isEmpty else { return list(all) }
    let names = idle.map { all[$0] }.joined(separator: ", ")
    return list(all) + RichText(", of which no case has: " + names)
  }

  private var streams: RichText {
    RichText(
      scenario.expectedCalls.map { stream, calls in
        stream
          + (calls.map { " (about \(Format.number($0, digits: 0)) calls)" } ?? " (from its file)")
      }.joined(separator: ", "))
  }

  private var replications: RichText {
    let (from, upTo) = (scenario.replications.from, scenario.replications.upTo)
    return RichText(from >= upTo ? "\(from)" : "\(from), more until decided, at most \(upTo)")
  }

  /// How many requests the comparison simulates, and how long that takes at a nominal speed:
  /// nothing here may depend on the machine.
  private var effort: RichText {
    let calls = scenario.expectedCalls.compactMap(\.calls).reduce(0, +)
    let rows = (policies.count + 2) * scenario.cases.count
    let runs = rows * max(1, scenario.replications.from)
    let isWhole = scenario.expectedCalls.allSatisfy { $0.calls != nil }
    guard calls > 0 else { return RichText("\(runs) runs; the traces say how many requests") }
    let requests = calls * Double(runs)
    return RichText(
      "\(runs) runs, \(isWhole ? "about" : "at least") \(Format.number(requests, digits: 0)) requests: "
        + "\(Format.seconds(max(1, (requests / 1e6).rounded()))) on one core at a million a second")
  }
}
