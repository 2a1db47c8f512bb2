import Chance
import GatewayCore
import Providers
import Settings
import Vocabulary

extension Scenario {
  /// Reads `cases`, and adds the incidents that generated ones need to the fleet.
  mutating func readCases(_ s: inout SettingsReader) throws(SettingError) -> [Case] {
    var incidents = fleet.incidents
    let names = incidents.map(\.name)
    let scenario = self
    let all = names + gatewayIncidents.map(\.name)
    let read = try s.entries(
      "cases",
      "sets of incidents, by name: a list of names, or { each, down, at } for one case each"
    ) { (name, setting) throws(SettingError) -> [Case] in
      if setting.isDescribing {
        _ = try setting.name(among: names, kind: "incident")
        _ = try setting.object { (s) throws(SettingError) in
          try OutageOfEach(name, reading: &s, in: scenario)
        }
        return []
      }
      guard setting.members != nil else {
        var active: [Int] = []
        for element in setting.elements ?? [setting] {
          let index = try element.name(among: all, kind: "incident")
          if !active.contains(index) { active.append(index) }
        }
        var one = Case(name: name, incidents: active.filter { $0 < names.count })
        one.gateway = active.filter { $0 >= names.count }.map { $0 - names.count }
        return [one]
      }
      let outages = try setting.object { (s) throws(SettingError) in
        try OutageOfEach(name, reading: &s, in: scenario)
      }
      return outages.cases(into: &incidents)
    }
    fleet.incidents = incidents
    if s.isDescribing { return [] }
    let cases = read.flatMap(\.value)
    var seen: Set<String> = []
    for one in cases where !seen.insert(one.name).inserted {
      throw s.error("cases", expected: "cases of different names, not \"\(one.name)\" twice")
    }
    guard cases.isEmpty, !s.has("cases") else { return cases }
    var standard = Case(name: "default", incidents: Array(names.indices))
    standard.gateway = Array(gatewayIncidents.indices)
    return [standard]
  }
}

/// A case for each element of the fleet that some policy may use: the element is down, all else is
/// well (N − 1).
struct OutageOfEach {
  /// What the elements are.
  enum Element: Int, CaseIterable {
    case deployment, region, provider, model
  }

  private let name: String
  private let element: Element
  private let elements: [String]
  private let from: Instant
  private let length: Duration
  private let failure: IncidentPlan.Failure

  init(
    _ name: String, reading s: inout SettingsReader, in scenario: Scenario
  ) throws(SettingError) {
    self.name = name
    let index = try s.name(
      "each", among: Element.allCases.map { "\($0)" }, kind: "element",
      "what is down, one after the other: of those that some policy may use")
    let element = Element.allCases[index]
    self.element = element
    length = try s.duration(
      "down", in: .milliseconds(1) ... .seconds(3_153_600_000), "how long each is down")
    let status = try s.integer(
      "status", default: 503, in: 400...599, "the error status of an element that is down")
    failure = IncidentPlan.Failure(.status(UInt16(status)))
    let window = scenario.warmUp.duration(to: scenario.horizon)
    let at = try s.raw(
      "at", "when, after the file's zero; \"random\" draws it once, by the seed and the case's name"
    )
    if at?.isDescribing == true { _ = try at?.text() }
    var begin: Duration = .zero
    if case .string("random")? = at?.content, !s.isDescribing {
      try s.require(
        length <= window, "down", expected: "at most the horizon, to be down at a random time")
      let key = Chance(seed: scenario.seed, replication: 0).key(.incident, name: NameHash(name))
      let room = (window - length).nanoseconds
      begin = .nanoseconds(Int64(Double(room) * key.uniform(step: 0)))
    } else if let at, !at.isDescribing {
      begin = try at.duration()
    } else if !s.isDescribing {
      throw s.missing("at", expected: "when it begins such as \"2h\", or \"random\"")
    }
    try s.require(begin < window, "at", expected: "an instant before the horizon")
    from = scenario.warmUp.advanced(by: begin)
    let used = scenario.usedDeployments
    elements = used.map { plan in
      switch element {
      case .deployment: plan.name
      case .region: plan.region
      case .provider: plan.provider
      case .model: plan.model
      }
    }.reduce(into: []) { list, value in
      if !value.isEmpty, !list.contains(value) { list.append(value) }
    }
    try s.require(
      !elements.isEmpty, "each",
      expected: "deployments with a \(element); none that a policy may use says one")
  }

  /// The cases; their incidents are added to `incidents`.
  func cases(into incidents: inout [IncidentPlan]) -> [Scenario.Case] {
    // A case holds one of them, so they may share a bit.
    let bit = UInt8(min(31, incidents.count))
    return elements.map { value in
      var on = IncidentSelector()
      switch element {
      case .deployment: on.deployment = value
      case .region: on.region = value
      case .provider: on.provider = value
      case .model: on.model = value
      }
      incidents.append(
        IncidentPlan(
          name: "\(value) down", on: on, from: from, until: from.advanced(by: length),
          failure: failure, inFlight: .break, bit: bit))
      return Scenario.Case(name: "\(name): \(value)", incidents: [incidents.count - 1])
    }
  }
}

extension Scenario {
  /// The deployments that some policy may use, in order of their ids.
  var usedDeployments: [DeploymentPlan] {
    var used: Set<DeploymentID> = []
    for policy in policies {
      for alias in aliases.indices {
        used.formUnion(policy.plan.tree.deployments(reachableFrom: alias))
      }
    }
    return used.sorted().map { fleet.deployments[Int($0.index)] }
  }
}
