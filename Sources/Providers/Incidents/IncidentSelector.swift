/// Which deployments an incident strikes: those to which everything that it says applies.
public struct IncidentSelector: Sendable, Hashable {
  /// The deployment's name.
  public var deployment: String?
  /// The provider.
  public var provider: String?
  /// The region.
  public var region: String?
  /// The model, with or without the provider before the slash.
  public var model: String?
  /// Selectors beside this one: what any of them covers is struck, by one cause.
  public var others: [IncidentSelector] = []

  /// Makes a selector.
  public init(
    deployment: String? = nil, provider: String? = nil, region: String? = nil,
    model: String? = nil
  ) {
    self.deployment = deployment
    self.provider = provider
    self.region = region
    self.model = model
  }

  /// Whether it says anything at all.
  public var isEmpty: Bool {
    deployment == nil && provider == nil && region == nil && model == nil
  }

  /// Whether it covers a deployment.
  public func matches(_ plan: DeploymentPlan) -> Bool {
    covers(plan) || others.contains { $0.covers(plan) }
  }

  private func covers(_ plan: DeploymentPlan) -> Bool {
    if isEmpty { return false }
    if let deployment, deployment != plan.name { return false }
    if let provider, provider != plan.provider { return false }
    if let region, region != plan.region { return false }
    if let model, model != plan.model, model != plan.shortModel { return false }
    return true
  }
}
