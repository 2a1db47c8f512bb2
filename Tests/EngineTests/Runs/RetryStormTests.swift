import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// A server that refuses beyond its capacity C.
///
/// An attempt fails with p = max(0, 1 − C/x), where x is the load that all tries make together,
/// x = λ(1 − pⁿ)/(1 − p). The fixed point for λ > C is
/// p = (1 − C/λ)^(1/n), x = C/(1 − p) (`retry_overload_fixed_point` of the shared oracles).
@Suite("A retry storm")
struct RetryStormTests {
  /// Attempts and successes a second over the steady part of six runs.
  private func storm(
    calls: Double, capacity: Int64, tries: Int, byClient: Bool
  ) throws -> (load: [Double], goodput: [Double]) {
    var (load, goodput): ([Double], [Double]) = ([], [])
    for seed in UInt64(1)...6 {
      var world = World(swarm: 1, replicas: false)
      (world.incidents, world.streams, world.seed) = ([], [], seed)
      world.gatewayFaults = []
      world.services = ServicesPlan()
      world.quotas = [
        QuotaPlan(
          name: "q", meters: [.init(.requests, rate: .perSecond(capacity), burst: 10)],
          answers: .milliseconds(50), saysRetryAfter: false)
      ]
      world.deployments = [
        DeploymentPlan(
          name: "one", model: "vendor/model", quota: 0, price: world.deployments[0].price,
          latency: LatencyPlan(
            timeToFirstToken: .constant(1e9), timePerOutputToken: .constant(0)))
      ]
      let retry: Setting = [
        "max": Setting(integerLiteral: tries - 1), "on": ["429"],
        "backoff": ["from": "20s", "to": "20s", "factor": 1, "jitter": "100%"],
      ]
      let gatewayRetry: Setting = [
        "max": Setting(integerLiteral: tries - 1), "on": ["429"],
        "backoff": ["constant": ["delay": "20s", "jitter": "full"]],
      ]
      world.policy = [
        "routes": ["chat": "one", "extract": "one"],
        "attempts": byClient
          ? ["max": 1] : ["max": Setting(integerLiteral: tries), "retry": gatewayRetry],
      ]
      world.clients = [
        (
          "calls",
          [
            "arrivals": ["poisson": ["rate": Setting(stringLiteral: "\(Int(calls))/s")]],
            "alias": "chat", "tokens": ["input": 1, "output": 1],
            "client": byClient ? ["custom": ["retries": retry]] : "none",
          ]
        )
      ]
      world.end = Instant.start.advanced(by: .seconds(500))
      let result = try world.run()
      #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
      let (from, to) = (
        Instant.start.advanced(by: .seconds(150)), Instant.start.advanced(by: .seconds(490))
      )
      let steady = result.attempts.filter { $0.started >= from && $0.started < to }
      load.append(Double(steady.count) / 340)
      goodput.append(Double(steady.count { $0.outcome.isSuccess }) / 340)
    }
    return (load, goodput)
  }

  /// Whether the expected value lies in the mean's interval of four standard errors and half a
  /// percent, for what a fluid does not know: a bucket that is full for a moment.
  private func agree(_ values: [Double], _ expected: Double) -> Bool {
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (square / Double(values.count - 1) / Double(values.count)).squareRoot()
    return abs(mean - expected) <= 4 * error + 0.005 * expected
  }

  @Test(
    "makes the load of the fixed point, and its goodput stays at the capacity",
    arguments: [(12.0, Int64(10), 3, 22.238_095_68), (20, 10, 4, 62.852_135_08)])
  func fixedPoint(_ calls: Double, _ capacity: Int64, _ tries: Int, _ load: Double) throws {
    let clients = try storm(calls: calls, capacity: capacity, tries: tries, byClient: true)
    #expect(agree(clients.load, load), "\(clients.load)")
    #expect(agree(clients.goodput, Double(capacity)), "\(clients.goodput)")
    let gateway = try storm(calls: calls, capacity: capacity, tries: tries, byClient: false)
    #expect(agree(gateway.load, load), "\(gateway.load)")
    #expect(agree(gateway.goodput, Double(capacity)), "\(gateway.goodput)")
  }

  @Test("does not happen below the capacity")
  func below() throws {
    let calm = try storm(calls: 7, capacity: 10, tries: 4, byClient: true)
    #expect(agree(calm.goodput, 7) && agree(calm.load, 7), "\(calm)")
  }
}
