import Settings

extension IncidentSelector {
  /// Reads `on`: a deployment's name, an object that says deployment, provider, region, model, or a
  /// list of such.
  init(_ setting: Setting, among deployments: [DeploymentPlan]) throws(SettingError) {
    if !setting.isDescribing, let elements = setting.elements {
      var parts: [IncidentSelector] = []
      for element in elements { parts.append(try IncidentSelector(element, among: deployments)) }
      guard let first = parts.first else {
        throw SettingError(at: setting, "it says nothing, so it strikes nobody")
      }
      self = first
      others = Array(parts.dropFirst())
      return
    }
    let names = deployments.map(\.name)
    if setting.isDescribing { _ = try setting.name(among: names, kind: "deployment") }
    if !setting.isDescribing && setting.members == nil {
      self.init(deployment: names[try setting.name(among: names, kind: "deployment")])
      return
    }
    self = try setting.object { (s) throws(SettingError) -> IncidentSelector in
      var selector = IncidentSelector()
      func pick(_ key: String, _ values: [String], _ doc: String) throws(SettingError) -> String? {
        let known = Self.distinct(values)
        return try s.optionalName(key, among: known, kind: key, doc).map { known[$0] }
      }
      selector.deployment = try pick("deployment", names, "strikes the deployment of this name")
      selector.provider = try pick(
        "provider", deployments.map(\.provider), "strikes the deployments of this provider")
      selector.region = try pick(
        "region", deployments.map(\.region), "strikes the deployments in this region")
      selector.model = try pick(
        "model", deployments.flatMap { [$0.model, $0.shortModel] },
        "strikes the deployments of this model")
      return selector
    }
    if setting.isDescribing { return }
    let selector = self
    guard deployments.contains(where: { selector.matches($0) }) else {
      throw SettingError(
        at: setting,
        selector.isEmpty
          ? "it says nothing, so it strikes nobody" : "no deployment fits all that it says",
        allowed: selector.isEmpty ? ["deployment", "provider", "region", "model"] : [],
        next: "name a deployment, provider, region or model of this scenario")
    }
  }

  /// The values in order, each once, without empty ones.
  private static func distinct(_ values: [String]) -> [String] {
    var seen: [String] = []
    for value in values where !value.isEmpty && !seen.contains(value) { seen.append(value) }
    return seen
  }
}
