public import Vocabulary

/// The simulated providers of a scenario: deployments, quotas and incidents.
public struct FleetPlan: Sendable {
  /// The deployments; a deployment's id is its place here.
  public var deployments: [DeploymentPlan]
  /// The quotas that deployments refer to by their place here.
  public var quotas: [QuotaPlan]
  /// The incidents.
  ///
  /// Cases leave some out; the bits of the others stay.
  public var incidents: [IncidentPlan]
  /// Faults that several deployments share, or that come and go.
  public var faults: [FaultProcess]

  /// Makes a plan.
  public init(
    deployments: [DeploymentPlan], quotas: [QuotaPlan] = [], incidents: [IncidentPlan] = [],
    faults: [FaultProcess] = []
  ) {
    self.deployments = deployments
    self.quotas = quotas
    self.incidents = incidents
    self.faults = faults
  }

  /// The id of the deployment with a name.
  public func deployment(named name: String) -> DeploymentID? {
    deployments.firstIndex { $0.name == name }.map { DeploymentID($0) }
  }

  /// The same plan with only the incidents that `isActive` keeps: one case of the scenario.
  public func keepingIncidents(_ isActive: (IncidentPlan) -> Bool) -> FleetPlan {
    FleetPlan(
      deployments: deployments, quotas: quotas, incidents: incidents.filter(isActive),
      faults: faults)
  }
}
