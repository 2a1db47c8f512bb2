import Chance
import Vocabulary

/// The analytic model of an API: nobody queues, every attempt's time is drawn at its start.
struct APIProvider: Provider {
  let plan: DeploymentPlan
  init(_ plan: DeploymentPlan, chance: Chance) { self.plan = plan }
  mutating func start(
    _ attempt: AttemptStart, at now: Instant, quotas: inout Quotas,
    into output: inout ProviderOutput
  ) {}
  mutating func cancel(flight: UInt32, at now: Instant, into output: inout ProviderOutput) {}
  mutating func wake(at now: Instant, into output: inout ProviderOutput) {}
  var nextWake: Instant { .distantFuture }
  func cut(_ promise: Promise, started: Instant, at now: Instant) -> (usage: Usage, bill: Money) {
    (promise.usage, promise.bill)
  }
  func floor(_ attempt: AttemptStart) -> (bill: Money, nanoseconds: Int64) { (.zero, 0) }
}
