import Scenarios

extension Verb {
  static let check = Verb(
    "check", "read a scenario and say what it is; simulate nothing",
    operands: [.scenario],
    options: [.policies, .cases, .format] + Option.scenario,
    examples: ["gateway-lab check scenarios/provider-outage"]
  ) { call in
    let scenario = try call.scenario()
    call.out.line("\(scenario.path): fine")
    return .fine
  }
}
