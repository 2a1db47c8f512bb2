import Laboratory
import Reports
import Scenarios

extension Verb {
  static let compare = Verb(
    "compare", "what each policy costs, how fast and how available it is, in the same world",
    operands: [.scenario],
    options: [
      .policies, .cases, .breakdown, .replications, .jobs, .format, .output,
    ] + Option.scenario,
    examples: [
      "gateway-lab compare scenarios/provider-outage",
      "gateway-lab compare scenarios/provider-outage --policy my-policy.json5 --by team",
    ],
    body: compare)

  private static func compare(_ call: Invocation) throws -> ExitStatus {
    let scenario = try call.scenario()
    var options = ExperimentOptions()
    options.policies = try call.policyNames(in: scenario)
    options.jobs = call.jobs
    options.data = scenario.data
    options.breakdown = call.text("--by").flatMap(Breakdown.init)
    options.arguments = call.scenarioWords
    options.isCancelled = { Interruption.isAsked }
    let comparison = try Interruption.watching {
      try Experiment.compare(scenario, options)
    }
    call.out.line("\(comparison.requests) requests")
    return comparison.failures.isEmpty ? .fine : .failed
  }
}
