import Chance
import Providers
import Vocabulary

/// What the capacity models cost: the fleet alone, driven as fast as it goes.
///
/// Analytic rows are the user CPU time of an attempt that asks a meter or looks into a cache first;
/// attempts come a millisecond apart. The row of a self-hosted deployment is per change of its batch:
/// the time of a run of 64 answers a replica, arrivals and wakes included, divided by the changes.
/// The bars are the design's: 200 ns an attempt, 1 µs a change.
extension ProviderBench {
  /// Measures the capacity models.
  public static func capacityRows(attempts: Int = 400_000, repeats: Int = 5) -> [Row] {
    var rows: [Row] = []
    let plain = least(of: repeats) { analytic(deployment(), attempts) } / Double(attempts) * 1e9
    func add(_ name: String, _ plan: DeploymentPlan, quota: QuotaPlan? = nil) {
      let each =
        least(of: repeats) { analytic(plan, attempts, quota: quota) } / Double(attempts) * 1e9
      rows.append(Row(name: name, nanoseconds: each, added: each - plain))
    }
    var provisioned = deployment()
    provisioned.capacity = .provisioned(ProvisionedPlan(units: 1000, tokensPerUnit: 60_000))
    add("provisioned", provisioned)
    var limited = deployment()
    limited.quota = 0
    add(
      "quota: requests, input and output tokens", limited,
      quota: QuotaPlan(
        name: "q",
        meters: [
          .init(.requests, rate: .perSecond(10_000)),
          .init(.inputTokens, rate: .perSecond(5_000_000)),
          .init(.outputTokens, rate: .perSecond(1_000_000)),
        ], charge: .reconcile))
    var caching = deployment()
    caching.promptCache = PromptCachePlan()
    add("prompt cache, conversations", caching)
    let (seconds, changes) = hosted(attempts: attempts / 4)
    var best = seconds
    for _ in 1..<max(2, repeats) { best = min(best, hosted(attempts: attempts / 4).seconds) }
    let each = best / Double(changes) * 1e9
    rows.append(
      Row(name: "self-hosted, a change of the batch", nanoseconds: each, added: each, bar: 1000))
    return rows
  }

  private static func least(of repeats: Int, _ run: () -> Double) -> Double {
    (0..<max(1, repeats)).reduce(Double.infinity) { least, _ in min(least, run()) }
  }

  private static func deployment() -> DeploymentPlan {
    DeploymentPlan(
      name: "d", model: "vendor/model",
      price: PriceSheet(input: .zero, cachedInput: .zero, output: .zero),
      latency: LatencyPlan(
        timeToFirstToken: .lognormal(mu: 20.4, sigma: 0.4),
        timePerOutputToken: .lognormal(mu: 16.4, sigma: 0.3)))
  }

  private static func attempt(_ number: Int, flight: Int) -> AttemptStart {
    let mixed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
    return AttemptStart(
      flight: UInt32(flight), call: CallKey(bits: mixed), deployment: DeploymentID(0),
      inputTokens: 1200 + UInt32(mixed >> 56), outputTokens: 20 + UInt32(mixed >> 48 & 0xFF),
      outputCap: 400, streams: true, conversation: mixed >> 54 | 1)
  }

  /// Seconds of user CPU time for so many attempts; a tenth more warms up and does not count.
  private static func analytic(
    _ plan: DeploymentPlan, _ attempts: Int, quota: QuotaPlan? = nil
  ) -> Double {
    var fleet = ProviderFleet(
      FleetPlan(deployments: [plan], quotas: quota.map { [$0] } ?? []),
      chance: Chance(seed: 1, replication: 0))
    var output = ProviderOutput()
    let warmUp = attempts / 10
    var before = MachineUsage.now.userSeconds
    for number in 0..<(attempts + warmUp) {
      if number == warmUp { before = MachineUsage.now.userSeconds }
      fleet.start(
        attempt(number, flight: 0), at: Instant(nanoseconds: Int64(number) * 1_000_000),
        into: &output)
      output.promises.removeAll()
    }
    return MachineUsage.now.userSeconds - before
  }

  /// Seconds of user CPU time for so many attempts at two replicas near their capacity, and the
  /// changes of their batches.
  private static func hosted(attempts: Int) -> (seconds: Double, changes: Int) {
    var plan = deployment()
    plan.capacity = .selfHosted(
      ServingPlan(
        replicas: 2, batch: 64,
        speed: .linear(
          prefill: 5e6, perToken: 1e4, step: 20e6, perAnswer: 1e5, perContextToken: 50)))
    var fleet = ProviderFleet(
      FleetPlan(deployments: [plan]), chance: Chance(seed: 1, replication: 0))
    var output = ProviderOutput()
    let before = MachineUsage.now.userSeconds
    var next = 0
    while true {
      let wake = fleet.nextWake(of: DeploymentID(0)).nanoseconds
      let arrival = next < attempts ? Int64(next) * 40_000_000 : .max
      if wake == .max && arrival == .max { break }
      if wake <= arrival {
        fleet.wake(DeploymentID(0), at: Instant(nanoseconds: wake), into: &output)
      } else {
        fleet.start(
          attempt(next, flight: next & 0xFFFF), at: Instant(nanoseconds: arrival), into: &output)
        next += 1
      }
      output.promises.removeAll()
    }
    return (MachineUsage.now.userSeconds - before, max(1, fleet.changes(of: DeploymentID(0))))
  }
}
