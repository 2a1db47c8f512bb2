import Chance
import Vocabulary

@testable import Providers

// A deployment with everything on, for the tests that say what must not matter.

func lively(_ name: String, provider: String = "vendor", region: String = "") -> DeploymentPlan {
  var plan = deployment(name, region: region, noise: 0.4)
  plan.provider = provider
  plan.latency.perInputToken = 12_345.6
  plan.latency.tail = SlowTail(share: Probability(clamping: 0.1))
  plan.latency.correlation = 0.4
  plan.latency.network = .lognormal(median: 30e6, sigma: 0.2)
  plan.latency.reasoning = Reasoning(share: .uniform(low: 0.1, high: 0.9))
  plan.latency.drift = Drift(
    provider: MeanReversion(sigma: 0.4, tau: .seconds(600)),
    common: MeanReversion(sigma: 0.2, tau: .seconds(300)),
    own: MeanReversion(sigma: 0.1, tau: .seconds(60)), perToken: 0.5)
  plan.latency.hours = (0..<24).map { 0.7 + 0.05 * Double($0) }
  plan.latency.load = LoadPlan(
    utilisation: Polyline(0.6), hours: (0..<24).map { Double($0 % 5) * 0.02 },
    wander: MeanReversion(sigma: 0.1, tau: .seconds(120)))
  return plan
}

/// Faults of all drivers at a provider.
func livelyFaults(_ provider: String = "vendor") -> [FaultProcess] {
  let on = IncidentSelector(provider: provider)
  let ramp = Polyline(knots: [.init(offset: 500_000, value: 0), .init(offset: 900_000, value: 1)])
  return [
    FaultProcess(
      name: "flaps", on: on,
      driver: .bursts(Bursts(every: .seconds(40), lasts: .seconds(10))),
      faults: [
        Fault(.status(503), share: Probability(clamping: 0.3), delay: .after(.milliseconds(20)))
      ]),
    FaultProcess(
      name: "overload", on: on, driver: .overload(ramp ?? Polyline(0)),
      faults: [
        Fault(.status(529), share: Probability(clamping: 0.5), delay: .after(.milliseconds(80)))
      ]),
    FaultProcess(
      name: "base", on: on,
      faults: [
        Fault(.broken, share: Probability(clamping: 0.02), delay: .tokens(.constant(20))),
        Fault(.malformed, share: Probability(clamping: 0.01), delay: .after(.zero)),
      ]),
  ]
}

/// Mean and standard deviation.
func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (mean, (square / Double(values.count)).squareRoot())
}

/// The correlation of two lists.
func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let (x, y) = (moments(a), moments(b))
  let sum = zip(a, b).reduce(0) { $0 + ($1.0 - x.mean) * ($1.1 - y.mean) }
  return sum / Double(a.count) / (x.deviation * y.deviation)
}
