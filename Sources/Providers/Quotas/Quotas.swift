import Vocabulary

/// The state of all quotas of a run, shared by the deployments that name them.
public struct Quotas: Sendable {
  var states: [QuotaState]

  /// The quotas of a fleet, full.
  init(_ plan: FleetPlan) {
    states = plan.quotas.enumerated().map { index, quota in
      let users = plan.deployments.filter { $0.quota == index }
      let incidents = plan.incidents.filter { incident in
        incident.quota != nil && users.contains { incident.on.matches($0) }
      }
      return QuotaState(quota, incidents: incidents)
    }
  }
}
