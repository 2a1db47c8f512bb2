import Vocabulary

/// The state of all quotas of a run, shared by the deployments that name them, and of the meters of
/// provisioned deployments.
public struct Quotas: Sendable {
  var states: [QuotaState]
  /// The places of the meters of provisioned deployments, in the order of the deployments.
  private(set) var meters: [Int] = []

  /// The quotas of a fleet, full.
  init(_ plan: FleetPlan) {
    states = plan.quotas.enumerated().map { index, quota in
      let users = plan.deployments.filter { $0.quota == index }
      let incidents = plan.incidents.filter { incident in
        incident.quota != nil && users.contains { incident.on.matches($0) }
      }
      return QuotaState(quota, incidents: incidents)
    }
    for deployment in plan.deployments {
      guard case .provisioned(let provisioned) = deployment.capacity else { continue }
      meters.append(states.count)
      states.append(
        QuotaState(
          provisioned.quota(named: deployment.name),
          incidents: plan.incidents.filter { $0.quota != nil && $0.on.matches(deployment) }))
    }
  }
}
