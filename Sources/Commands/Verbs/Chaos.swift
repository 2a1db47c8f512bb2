import Laboratory
import Reports
import Scenarios
import Settings
import Vocabulary

extension Verb {
  static let chaos = Verb(
    "chaos", "whole fault plans drawn from the seed: laws, objectives and recovery; or a map",
    operands: [.scenario],
    options: [
      Option("--seeds", .integer("N", 1...100_000), "how many fault plans; 20 if not said"),
      Option(
        "--grace", .text("DURATION"),
        "how long after the last fault all must be back; a tenth of the measured time if not said"),
      Option(
        "--map", .text("X=A..B/N,Y=A..B/N"),
        "instead of drawn plans, a case over load and strength: load=0.5..1.5/5, or a path as --set"
      ),
      Option("--policy", .text("NAME|FILE[#NAME]"), repeatable: true, "only this policy"),
      Option("--case", .text("NAME"), "the case of a map; the first with incidents if not said"),
      Option("--replications", .integer("N", 1...1000), "runs in a cell of a map; 2 if not said"),
      .jobs, .format, .output,
    ] + Option.scenario,
    examples: [
      "gateway-lab chaos scenarios/provider-outage --seeds 50",
      "gateway-lab chaos scenarios/retry-storm --map load=0.4..1.6/5,incidents.trigger.for=1min..5min/5",
    ],
    remarks: [
      "Each seed draws one plan: some kinds of fault, their targets, times and strengths, over the fleet and the gateway; of each alias one deployment is spared if its routes reach several. Every policy must keep the laws, the lines of expect and never that name no case, and be back after the last fault: success per call within a point and mean latency within a quarter of the same run without faults.",
      "The first failure of each kind is shrunk to a small plan, printed as a fragment that a scenario can use. Exit status: 0 all held; 1 something failed; 2 the input is wrong.",
      "With --map the picture goes to results/NAME/metastability.svg.",
    ],
    body: chaos)

  private static func chaos(_ call: Invocation) throws -> ExitStatus {
    let scenario = try call.scenario()
    return call.text("--map") == nil ? try plans(call, scenario) : try map(call, scenario)
  }

  private static func plans(_ call: Invocation, _ scenario: Scenario) throws -> ExitStatus {
    let bar = ProgressBar(call.err)
    var options = ChaosOptions()
    options.policies = try call.policyNames(in: scenario)
    options.plans = call.integer("--seeds") ?? options.plans
    options.grace = try call.grace
    options.jobs = call.jobs
    options.arguments =
      call.scenarioWords + (call.text("--grace").map { ["--grace", $0] } ?? [])
    options.progress = bar.report
    options.isCancelled = { Interruption.isAsked }
    return try Interruption.watching {
      defer { bar.clear() }
      let result = try Experiment.chaos(scenario, options)
      bar.finish(requests: result.requests)
      let report = ChaosReport(result: result)
      switch call.format {
      case .json: call.out.write(report.json.text())
      default: call.print(report.report)
      }
      return result.rows.allSatisfy { $0.failed == 0 } ? .fine : .failed
    }
  }

  private static func map(_ call: Invocation, _ scenario: Scenario) throws -> ExitStatus {
    let axes: (x: MapAxis, y: MapAxis)
    do { axes = try MapAxis.pair(call.text("--map") ?? "") } catch {
      throw CommandError("--map: \(error)", next: call.verb.page)
    }
    let bar = ProgressBar(call.err)
    var options = MapOptions(x: axes.x, y: axes.y)
    options.policies = try call.policyNames(in: scenario)
    options.caseName = call.text("--case")
    options.replications = call.integer("--replications") ?? options.replications
    options.grace = try call.grace
    options.jobs = call.jobs
    options.progress = bar.report
    options.isCancelled = { Interruption.isAsked }
    let folder = ResultFolder(
      output: call.text("--output"), scenarioPath: scenario.path, name: scenario.name)
    try folder.checkRoom()
    return try Interruption.watching {
      defer { bar.clear() }
      let map = try Experiment.map(scenario, options)
      bar.finish(requests: map.requests)
      let report = MapReport(map: map)
      try folder.publish([(report.figure.fileName, report.figure.svg())])
      switch call.format {
      case .json: call.out.write(report.json.text())
      default:
        call.print(report.report)
        call.out.line("\nfigure: \(folder.file(report.figure.fileName))")
      }
      return .fine
    }
  }
}

extension Invocation {
  /// `--grace` as a duration; `nil` if it was not given.
  fileprivate var grace: Duration? {
    get throws(CommandError) {
      guard let text = text("--grace") else { return nil }
      do {
        let duration = try Units.duration(text)
        if duration >= .zero { return duration }
      } catch {}
      throw CommandError(
        "--grace: found \"\(text)\", expected a duration such as \"30s\" or \"5min\"",
        next: verb.page)
    }
  }
}
