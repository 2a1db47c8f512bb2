import Chance
import Testing
import Vocabulary

@testable import Providers

/// Simulated against real, cell by cell: an endpoint, a time and a quantile.
///
/// Each endpoint's calls are dealt into two halves: of two that follow one another a keyed coin
/// sends one here and one there. On one half a scenario's own short form is
/// fitted, `{ median, p95 }` for both times; 4,000 attempts are simulated; their quantiles are
/// held against the 95 % bootstrap interval of the other half's.
///
/// Two halves of one distribution agree only so often: the fitted half strays as much as the judging
/// one, so a cell passes with probability P(|N(0, √2)| < 1.96) = 0.83 even if the law is right. A
/// failure is the *model's* if the fitted half's own quantile would have passed; else the *halves*
/// differ. The lists name every failing cell of each kind.
@Suite("A simulated endpoint")
struct RealityTests {
  struct Cell {
    var name: String
    var passes: Bool
    var halvesAgree: Bool
    /// Ours over the fitted half's own.
    var ratio: Double
  }

  func cells(_ endpoint: MeasuredEndpoint) -> [Cell] {
    let coin = Chance(seed: 1, replication: 0).key(.resampling, name: NameHash(endpoint.name))
    let halves = [0, 1].map { half in
      endpoint.calls.enumerated().filter { place, _ in
        let turned = coin.uniform(step: Int64(place / 2)) < 0.5 ? 1 : 0
        return (place + turned) % 2 == half
      }.map(\.element)
    }
    func sorted(_ half: Int, _ time: (MeasuredCall) -> Double?) -> [Double] {
      halves[half].compactMap(time).sorted()
    }
    let first = [0, 1].map { sorted($0) { $0.firstToken } }
    let gap = [0, 1].map { sorted($0) { $0.perToken } }
    guard first[1].count >= 8, gap.allSatisfy({ $0.count >= 8 }) else { return [] }

    var plan = deployment(endpoint.name)
    plan.latency = LatencyPlan(
      timeToFirstToken: scaled(QuantileFit.lognormal(first[0])),
      timePerOutputToken: scaled(QuantileFit.lognormal(gap[0])))
    var fleet = fleet(FleetPlan(deployments: [plan]))
    var simulated: [[Double]] = [[], []]
    for number in 0..<4000 as Range<UInt64> {
      let promise = fleet.promise(attempt(number, output: 101))
      simulated[0].append(Double(promise.firstToken.nanoseconds) / 1e9)
      simulated[1].append(Double(promise.firstToken.nanoseconds(to: promise.end)) / 1e11)
    }
    var cells: [Cell] = []
    for (time, name) in [(0, "first token"), (1, "per token")] {
      let (fitted, judging) = time == 0 ? (first[0], first[1]) : (gap[0], gap[1])
      let drawn = simulated[time].sorted()
      for (share, label) in [(0.5, "p50"), (0.95, "p95")] {
        let (low, high) = QuantileFit.interval(judging, share)
        let ours = QuantileFit.quantile(drawn, share)
        let theirs = QuantileFit.quantile(fitted, share)
        cells.append(
          Cell(
            name: "\(endpoint.name), \(name) \(label)", passes: low <= ours && ours <= high,
            halvesAgree: low <= theirs && theirs <= high, ratio: ours / theirs))
      }
    }
    return cells
  }

  /// A law in seconds as one in nanoseconds.
  func scaled(_ law: Sampler) -> Sampler {
    guard case .lognormal(let mu, let sigma) = law else { return law }
    return .lognormal(mu: mu + Elementary.log(1e9), sigma: sigma)
  }

  /// The shares of passing cells lie where those of a right law would: 0.83 ± 3 deviations.
  func judge(_ endpoints: [MeasuredEndpoint], cells count: Int, _ misses: RealityMisses) {
    let cells = endpoints.flatMap { self.cells($0) }
    #expect(cells.count == count)
    let failing = cells.filter { !$0.passes }
    #expect(failing.filter { !$0.halvesAgree }.map(\.name) == misses.halvesDiffer)
    #expect(failing.filter(\.halvesAgree).map(\.name) == misses.lawDiffers)
    let passed = Double(count - failing.count)
    let deviation = (Double(count) * 0.834 * 0.166).squareRoot()
    #expect((passed - 0.834 * Double(count)).magnitude < 3 * deviation)
    #expect(failing.allSatisfy { !$0.halvesAgree || ($0.ratio - 1).magnitude < 0.07 })
    #expect(misses.lawDiffers.count * 20 < count)
  }

  @Test("has the quantiles of LLMPerf's endpoints, 2023-12-19")
  func llmperf() throws { judge(try Measurements.llmperf(), cells: 76, .llmperf) }

  @Test("has the quantiles of thefastest.ai's endpoints, 2024-04 and 05")
  func thefastest() throws {
    judge(try Measurements.thefastest(least: 54), cells: 216, .thefastest)
  }
}
