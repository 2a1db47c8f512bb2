import Vocabulary

/// What deployments share in a run: the state of all quotas, of the meters of provisioned deployments,
/// and how many attempts are in flight where a fault depends on it.
public struct Quotas: ~Copyable, @unchecked Sendable {
  private let states: UnsafeMutablePointer<QuotaState>
  private let count: Int
  private let crowds: UnsafeMutablePointer<InFlight>
  private let crowdCount: Int
  /// The places of the meters of provisioned deployments, in the order of the deployments.
  let meters: [Int]

  /// The quotas of a fleet, full.
  init(_ plan: FleetPlan) {
    var all = plan.quotas.enumerated().map { index, quota in
      let users = plan.deployments.filter { $0.quota == index }
      return (
        quota,
        plan.incidents.filter { incident in
          incident.quota != nil && users.contains { incident.on.matches($0) }
        }
      )
    }
    var meters: [Int] = []
    for deployment in plan.deployments {
      guard case .provisioned(let provisioned) = deployment.capacity else { continue }
      meters.append(all.count)
      all.append(
        (
          provisioned.quota(named: deployment.name),
          plan.incidents.filter { $0.quota != nil && $0.on.matches(deployment) }
        ))
    }
    self.meters = meters
    crowdCount = plan.faults.count { $0.crowd != nil }
    crowds = .allocate(capacity: crowdCount)
    for place in 0..<crowdCount { (crowds + place).initialize(to: InFlight()) }
    count = all.count
    states = .allocate(capacity: count)
    for (place, (quota, incidents)) in all.enumerated() {
      (states + place).initialize(to: QuotaState(quota, incidents: incidents))
    }
  }

  deinit {
    states.deinitialize(count: count)
    states.deallocate()
    crowds.deinitialize(count: crowdCount)
    crowds.deallocate()
  }

  /// What is in flight where the process with this number of its kind strikes.
  subscript(crowd place: Int) -> InFlight {
    @inline(__always) unsafeAddress { UnsafePointer(crowds + place) }
    @inline(__always) unsafeMutableAddress { crowds + place }
  }

  /// The quota in a place, where it lies.
  subscript(place: Int) -> QuotaState {
    @inline(__always) unsafeAddress { UnsafePointer(states + place) }
    @inline(__always) unsafeMutableAddress { states + place }
  }
}
