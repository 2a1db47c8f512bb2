/// What bounds the throughput of a deployment, and so where its time comes from.
public enum CapacityPlan: Sendable {
  /// An API shared with others: times are drawn for each attempt, quotas stand in front.
  case shared
  /// Throughput that is bought by the hour: times are drawn, a meter of utilisation stands in front.
  case provisioned(ProvisionedPlan)
  /// Replicas of one's own: time emerges from the load.
  case selfHosted(ServingPlan)

  /// Whether replicas of one's own serve it.
  var isServed: Bool { if case .selfHosted = self { true } else { false } }
}
