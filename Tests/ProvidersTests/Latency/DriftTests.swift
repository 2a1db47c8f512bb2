import Chance
import Testing
import Vocabulary

@testable import Providers

@Suite("A mean-reverting process")
struct MeanReversionTests {
  let plan = MeanReversion(sigma: 0.3, tau: .seconds(320))

  func walk(_ name: String = "a", replication: UInt64 = 0) -> MeanRevertingWalk {
    MeanRevertingWalk(
      plan, of: .provider, name: NameHash(name),
      chance: Chance(seed: 5, replication: replication))
  }

  @Test("has mean 0, standard deviation sigma and autocorrelation e^(−Δt/tau)")
  func closedForm() {
    #expect(plan.step == 10 * second)
    var start: [Double] = []
    var later: [Double] = []
    var far: [Double] = []
    for replication in 0..<4000 as Range<UInt64> {
      var walk = walk(replication: replication)
      start.append(walk.value(at: 100 * second))
      later.append(walk.value(at: 180 * second))
      far.append(walk.value(at: 420 * second))
    }
    let (mean, deviation) = moments(start)
    #expect(mean.magnitude < 4 * 0.3 / 63.2)
    #expect((deviation / 0.3 - 1).magnitude < 4 / (2.0 * 4000).squareRoot())
    // e^(−80/320) and e^(−320/320); a sample correlation strays by (1 − ρ²)/√n.
    for (values, rho) in [(later, 0.7788007830714049), (far, 0.36787944117144233)] {
      #expect((correlation(start, values) - rho).magnitude < 4 * (1 - rho * rho) / 63.2)
    }
  }

  @Test("is the same whoever asks, how often, and in whatever order")
  func keyed() {
    var often = walk()
    var seldom = walk()
    for place in 0..<500 as Range<Int64> { _ = often.value(at: place * second) }
    #expect(often.value(at: 500 * second) == seldom.value(at: 500 * second))
    #expect(often.value(at: 37 * second) == seldom.value(at: 37 * second))
    var other = walk("b")
    #expect(other.value(at: 500 * second) != seldom.value(at: 500 * second))
  }

  @Test("stands still within a step and moves between steps")
  func steps() {
    var walk = walk()
    #expect(walk.value(at: 20 * second) == walk.value(at: 30 * second - 1))
    #expect(walk.value(at: 20 * second) != walk.value(at: 30 * second))
  }
}

@Suite("A drift")
struct DriftTests {
  /// The logarithms of the factors of two deployments at many instants far apart.
  func factors(_ one: DeploymentPlan, _ other: DeploymentPlan) -> ([Double], [Double]) {
    var (a, b): ([Double], [Double]) = ([], [])
    for replication in 0..<1500 as Range<UInt64> {
      let chance = Chance(seed: 9, replication: replication)
      var first = PaceGrid(one.latency, deployment: one, chance: chance)
      var second = PaceGrid(other.latency, deployment: other, chance: chance)
      a.append(Elementary.log(first.cell(at: 70_000_000_000).first))
      b.append(Elementary.log(second.cell(at: 70_000_000_000).first))
    }
    return (a, b)
  }

  func drifting(_ name: String, _ provider: String) -> DeploymentPlan {
    var plan = deployment(name)
    plan.provider = provider
    let tau = Duration.seconds(600)
    plan.latency.drift = Drift(
      provider: MeanReversion(sigma: 0.3, tau: tau), common: MeanReversion(sigma: 0.2, tau: tau),
      own: MeanReversion(sigma: 0.4, tau: tau))
    return plan
  }

  @Test("correlates deployments by what they share: σ²(shared) ÷ σ²(all)")
  func shared() {
    // 0.09 + 0.04 + 0.16 = 0.29 in all.
    for (other, rho) in [(drifting("b", "p"), 0.13 / 0.29), (drifting("b", "q"), 0.04 / 0.29)] {
      let (a, b) = factors(drifting("a", "p"), other)
      #expect((moments(a).deviation / 0.29.squareRoot() - 1).magnitude < 0.08)
      #expect((correlation(a, b) - rho).magnitude < 4 * (1 - rho * rho) / 38.7)
    }
  }

  @Test("multiplies both times, the second with its power")
  func powers() {
    var plan = drifting("a", "p")
    plan.latency.drift?.perToken = 0.5
    var grid = PaceGrid(plan.latency, deployment: plan, chance: Chance(seed: 1, replication: 0))
    let cell = grid.cell(at: 100 * second)
    #expect((cell.token - cell.first.squareRoot()).magnitude < 1e-12)
    var fleet = fleet(FleetPlan(deployments: [plan]))
    let promise = fleet.promise(attempt(1), at: at(.seconds(100)))
    let first = Double(at(.seconds(100)).nanoseconds(to: promise.firstToken))
    #expect((first - 100e6 * cell.first).magnitude < 2)
    let rest = Double(promise.firstToken.nanoseconds(to: promise.end))
    #expect((rest - 1e9 * cell.token).magnitude < 2)
  }

  @Test("of a cell is the same when asked anew after a thousand others")
  func memory() {
    let plan = drifting("a", "p")
    let chance = Chance(seed: 1, replication: 0)
    var grid = PaceGrid(plan.latency, deployment: plan, chance: chance)
    let early = grid.cell(at: 30 * second)
    _ = grid.cell(at: 90_000 * second)
    #expect(grid.cell(at: 30 * second).first == early.first)
    let least = grid.least(from: 30 * second, until: 300 * second)
    var slowly = Double.infinity
    for place in 30...300 as ClosedRange<Int64> {
      slowly = min(slowly, grid.cell(at: place * second).first)
    }
    #expect(least.first == slowly)
    let ever = grid.least(from: 0, until: .max)
    #expect(ever.first < slowly && ever.first > 0)
  }
}
