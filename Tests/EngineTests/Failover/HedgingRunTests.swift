import Chance
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

/// One value of the group `hedging_iid` of the project's closed forms.
///
/// Lognormal times with a median and a sigma, a hedge after d. P(T > t) = S(t) for t < d, S(t)·S(t − d) from d on; extra
/// load S(d). Source: Dean & Barroso, "The tail at scale", CACM 2013; computed with scipy.
struct HedgingForm: Sendable, CustomStringConvertible {
  var median: Double
  var logMedian: Double
  var sigma: Double
  var after: String
  var mean: Double
  var p50: Double
  var p95: Double
  var p99: Double
  var extra: Double
  var description: String { "median \(median), sigma \(sigma), after \(after)" }

  static let all = [
    HedgingForm(
      median: 0.8, logMedian: 20.500_122_285_632_9, sigma: 0.5, after: "1820ms",
      mean: 0.901_448_396_6, p50: 0.8, p95: 1.820_813_287, p99: 2.409_713_341,
      extra: 0.050_092_221_72),
    HedgingForm(
      median: 0.5, logMedian: 20.030_118_656_387_1, sigma: 0.8, after: "1864ms",
      mean: 0.664_046_423_1, p50: 0.5, p95: 1.864_020_513, p99: 2.446_734_32,
      extra: 0.050_001_418_74),
    HedgingForm(
      median: 0.5, logMedian: 20.030_118_656_387_1, sigma: 0.8, after: "1s",
      mean: 0.622_707_576_7, p50: 0.5, p95: 1.453_406_068, p99: 1.930_017_23,
      extra: 0.193_126_109_4),
  ]
}

@Suite("Hedging in a run")
struct HedgingRunTests {
  @Test("of independent attempts has the latencies of its closed form", arguments: HedgingForm.all)
  func closedForm(form: HedgingForm) throws {
    let count = 8_000
    let one = DeploymentPlan(
      name: "one", model: "vendor/model", region: "north", quota: nil,
      price: PriceSheet(
        input: TokenPrice(femtodollars: 1_000_000_000),
        cachedInput: TokenPrice(femtodollars: 1_000_000_000),
        output: TokenPrice(femtodollars: 1_000_000_000)),
      latency: LatencyPlan(
        timeToFirstToken: .lognormal(mu: form.logMedian, sigma: form.sigma),
        timePerOutputToken: .constant(0)), faults: [], cut: .consumed)
    var world = World(
      deployments: [one], streams: [Stream(name: "one", count: count, streamed: 0)],
      policy: [
        "routes": [
          "chat": ["deployment": "one", "hedge": ["after": Setting(.string(form.after))]]
        ]
      ])
    world.end = Instant.start.advanced(by: .seconds(36_000))
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    let times = result.requests.map { Double($0.arrived.nanoseconds(to: $0.ended)) / 1e9 }.sorted()
    #expect(times.count == count)
    let mean = times.reduce(0, +) / Double(count)
    let extra = Double(result.requests.reduce(0) { $0 + Int($1.hedges) }) / Double(count)
    let error = (form.extra * (1 - form.extra) / Double(count)).squareRoot()
    #expect(abs(mean / form.mean - 1) < 0.025, "mean \(mean)")
    #expect(abs(times[count / 2] / form.p50 - 1) < 0.04, "p50 \(times[count / 2])")
    #expect(abs(times[count * 95 / 100] / form.p95 - 1) < 0.04, "p95 \(times[count * 95 / 100])")
    #expect(abs(times[count * 99 / 100] / form.p99 - 1) < 0.06, "p99 \(times[count * 99 / 100])")
    #expect(abs(extra - form.extra) < 4 * error, "extra load \(extra)")
    #expect(result.attempts.count == result.requests.reduce(0) { $0 + Int($1.attempts) })
  }

  @Test("keeps the books: what did not serve is wasted, and somebody hedges, wins and restarts")
  func books() throws {
    var (hedged, won, restarted, late) = (0, 0, 0, 0)
    for seed in UInt64(300)..<380 {
      let result = try World(swarm: seed).run()
      #expect(result.breaches.isEmpty, "seed \(seed): \(result.breaches.kept.prefix(3))")
      var wasted: [UInt64: Money] = [:]
      for attempt in result.attempts {
        if !attempt.served { wasted[attempt.request, default: .zero] += attempt.estimate }
        if attempt.reason == .hedge, attempt.served { won += 1 }
      }
      for request in result.requests {
        #expect(request.wasted == wasted[request.number] ?? .zero, "seed \(seed)")
        if request.hedges > 0 { hedged += 1 }
      }
      restarted += result.notes.filter { $0.kind == .streamRestarted }.count
      late += result.notes.filter { $0.kind == .lateReport }.count
    }
    #expect(hedged > 100 && won > 20 && restarted > 20, "\(hedged) \(won) \(restarted)")
    #expect(late == 0)
  }
}
