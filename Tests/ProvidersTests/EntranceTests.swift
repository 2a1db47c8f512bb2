import Chance
import Providers
import Testing
import Vocabulary

/// What quotas learn of attempts that do not end as they had been promised.
@Suite("A quota's charge at the end of an attempt")
struct EntranceTests {
  private func tokens(_ charge: QuotaPlan.Charge) -> QuotaPlan {
    QuotaPlan(
      name: "q",
      meters: [.init(.tokens, rate: Rate(count: 1, per: .seconds(86_400)), burst: 2000)],
      charge: charge)
  }

  /// Whether an attempt of `size` tokens is let in at `now`.
  private func lets(
    _ fleet: inout ProviderFleet, _ size: UInt32, at now: Instant
  ) -> Bool {
    var output = ProviderOutput()
    fleet.start(
      attempt(99, input: size - 1, output: 1, cap: 1), at: now, into: &output)
    return output.promises.isEmpty || output.promises[0].outcome != .status(429)
  }

  @Test("comes when the gateway withdraws it, with what it has used", arguments: [false, true])
  func withdrawn(isLate: Bool) {
    // 1,000 in, 900 reserved; a token each 10 ms after 100 ms: withdrawn with 41 tokens made, or whole.
    var fleet = fleet(
      FleetPlan(deployments: [deployment("a", quota: 0)], quotas: [tokens(.reconcile)]))
    let promise = fleet.promise(attempt(1, output: 900, cap: 900))
    let now = at(.milliseconds(isLate ? 9500 : 505))
    let cut = fleet.cut(promise, of: DeploymentID(0), started: .start, at: now)
    #expect(cut.usage.outputTokens == (isLate ? 900 : 41))
    let left: UInt32 = isLate ? 100 : 959
    #expect(!lets(&fleet, left + 1, at: now))
    #expect(lets(&fleet, left, at: now))
  }

  @Test("is not made again when the promised end comes")
  func once() {
    var fleet = fleet(
      FleetPlan(
        deployments: [deployment("a", quota: 0)],
        quotas: [
          QuotaPlan(
            name: "q", meters: [.init(.tokens, rate: .perSecond(1), burst: 100)], charge: .actual)
        ]))
    let promise = fleet.promise(attempt(1, output: 900, cap: 900))
    _ = fleet.cut(promise, of: DeploymentID(0), started: .start, at: at(.milliseconds(505)))
    // A bucket of 100 that is 1,041 down after the withdrawal: a refusal says for how long.
    var output = ProviderOutput()
    fleet.start(attempt(2), at: at(.seconds(1)), into: &output)
    let early = output.promises[0].retryAfter
    fleet.start(attempt(3), at: at(.seconds(11)), into: &output)
    let late = output.promises[1].retryAfter
    #expect(output.promises[0].outcome == .status(429))
    #expect(late.nanoseconds == early.nanoseconds.map { $0 - 10 * second })
  }

  @Test("of one that hangs comes when it is given up")
  func hang() {
    var fleet = fleet(
      FleetPlan(
        deployments: [
          deployment("a", quota: 0, faults: [Fault(.hang, share: .always, delay: .after(.zero))]),
          deployment("b", quota: 0),
        ], quotas: [tokens(.reconcile)]))
    let promise = fleet.promise(attempt(1, output: 900, cap: 900))
    #expect(promise.hangs)
    #expect(!lets(&fleet, 1000, at: at(.milliseconds(400))))
    _ = fleet.cut(promise, of: DeploymentID(0), started: .start, at: at(.milliseconds(500)))
    #expect(lets(&fleet, 2000, at: at(.milliseconds(500))))
  }

  @Test("at replicas of one's own comes when the queue has come to it, with its bill")
  func hosted() {
    // Two answers of 1.1 s one after the other; $1 and $2 per million tokens: $0.0012 each.
    var own = ProvidersTests.hosted(
      "own",
      ServingPlan(
        replicas: 1, batch: 1, speed: .linear(prefill: 100e6, perToken: 0, step: 10e6)))
    own.quota = 0
    var quota = QuotaPlan(name: "q", meters: [], charge: .reserve)
    quota.spend = PeriodicAmount(count: 2_300_000_000, per: .month)
    var fleet = fleet(FleetPlan(deployments: [own], quotas: [quota]))
    func arrival(_ number: UInt64, _ milliseconds: Int64) -> FleetDrive.Arrival {
      FleetDrive.Arrival(at: milliseconds * milli, attempt: attempt(number, input: 1000))
    }
    var drive = FleetDrive()
    drive.run(
      &fleet, [arrival(1, 0), arrival(2, 0), arrival(3, 2150), arrival(4, 2250)])
    #expect(drive.seen[2]?.end == 2200 * milli)
    #expect(drive.seen[3]?.outcome == .succeeded, "one bill of two is known")
    #expect(drive.seen[4]?.outcome == .spendLimit, "two are")
  }
}
