public import Chance
public import Vocabulary

/// All simulated deployments of one run and the quotas they share.
///
/// They lie side by side as values of their own type: a call is a direct one, in place. (An array of
/// existentials costs a box check and a witness call an attempt.)
public struct ProviderFleet: ~Copyable, @unchecked Sendable {
  private let providers: UnsafeMutablePointer<APIProvider>
  private var quotas: Quotas

  /// Makes the providers of one replication.
  public init(_ plan: FleetPlan, chance: Chance) {
    quotas = Quotas(plan)
    count = plan.deployments.count
    providers = .allocate(capacity: count)
    for (place, deployment) in plan.deployments.enumerated() {
      (providers + place).initialize(
        to: APIProvider(
          deployment, incidents: plan.incidents, faults: plan.faults, chance: chance))
    }
  }

  deinit {
    providers.deinitialize(count: count)
    providers.deallocate()
  }

  /// How many deployments there are.
  public let count: Int

  /// Starts an attempt at its deployment.
  public mutating func start(
    _ attempt: AttemptStart, at now: Instant, into output: inout ProviderOutput
  ) {
    providers[Int(attempt.deployment.index)].start(
      attempt, at: now, quotas: &quotas, into: &output)
  }

  /// Tells a deployment that an attempt has been withdrawn.
  public mutating func cancel(
    flight: UInt32, at deployment: DeploymentID, now: Instant, into output: inout ProviderOutput
  ) {
    providers[Int(deployment.index)].cancel(flight: flight, at: now, into: &output)
  }

  /// When a deployment wants to be woken; `distantFuture` if never.
  public func nextWake(of deployment: DeploymentID) -> Instant {
    providers[Int(deployment.index)].nextWake
  }

  /// Wakes a deployment at the instant it had asked for.
  public mutating func wake(
    _ deployment: DeploymentID, at now: Instant, into output: inout ProviderOutput
  ) {
    providers[Int(deployment.index)].wake(at: now, into: &output)
  }

  /// What an attempt has consumed, and is billed, that ends at `now` instead of at its promised
  /// end: the gateway withdrew it or a deadline passed.
  public func cut(
    _ promise: Promise, of deployment: DeploymentID, started: Instant, at now: Instant
  ) -> (usage: Usage, bill: Money) {
    providers[Int(deployment.index)].cut(promise, started: started, at: now)
  }

  /// Whether a health check of a deployment would succeed: a question of one token.
  public mutating func isWell(
    _ deployment: DeploymentID, _ call: CallKey, at now: Instant
  ) -> Bool {
    guard Int(deployment.index) < count else { return false }
    return providers[Int(deployment.index)].isWell(
      AttemptStart(
        flight: .max, call: call, deployment: deployment, inputTokens: 1, outputTokens: 1),
      at: now)
  }

  /// The successful potential outcome of an attempt: no incident, no quota, no fault in the way, at
  /// the best instant from `from` to `until`.
  public func floor(
    _ attempt: AttemptStart, from: Instant = .start, until: Instant = .distantFuture
  ) -> (bill: Money, nanoseconds: Int64) {
    providers[Int(attempt.deployment.index)].floor(attempt, from: from, until: until)
  }
}
