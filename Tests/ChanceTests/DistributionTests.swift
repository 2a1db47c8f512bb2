import Chance
import Testing
import Vocabulary

/// One law under test, with its exact moments.
struct Law: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var law: any Distribution
  var mean: Double
  var variance: Double
  var isContinuous = true

  static let all: [Law] = [
    Law("uniform", .uniform(low: -1, high: 3), 1, 16.0 / 12),
    Law("exponential", .exponential(mean: 250), 250, 62_500),
    Law("lognormal", .lognormal(mu: 1, sigma: 0.5), 3.080216848918031, 2.694758124),
    Law("normal", Normal(mean: 5, deviation: 2), 5, 4),
    Law("gamma of shape 0.3", Gamma(shape: 0.3, mean: 6), 6, 120),
    Law("gamma of shape 1", Gamma(shape: 1, mean: 2), 2, 4),
    Law("gamma of shape 7.5", Gamma(shape: 7.5, mean: 3), 3, 1.2),
    Law("gamma of shape 900", Gamma(shape: 900, mean: 3), 3, 0.01),
    Law("weibull of shape 1", Weibull(shape: 1, mean: 2), 2, 4),
    Law("weibull by variation", Weibull(mean: 2, variation: 1.5), 2, 9),
    Law("zipf", Zipf(count: 100, exponent: 1), 19.277563597, 601.8925034, discrete: true),
    Law("bernoulli", Bernoulli(share: 0.2), 0.2, 0.16, discrete: true),
    Law("mixture", mixture, 65, 7208.333333),
    Law("mixture of lognormals", smoothMixture, 3.120836728048095, 40.043422896),
  ]

  private static var mixture: any Distribution {
    let parts: [(weight: Double, law: Sampler)] = [
      (3, .exponential(mean: 20)), (1, .uniform(low: 100, high: 300)),
    ]
    return Mixture(parts) ?? Sampler.constant(0) as any Distribution
  }

  private static var smoothMixture: any Distribution {
    let parts: [(weight: Double, law: Sampler)] = [
      (0.9, .lognormal(mu: 0, sigma: 0.5)), (0.1, .lognormal(mu: 3, sigma: 0.3)),
    ]
    return Mixture(parts) ?? Sampler.constant(0) as any Distribution
  }

  init(
    _ name: String, _ law: any Distribution, _ mean: Double, _ variance: Double,
    discrete: Bool = false
  ) {
    testDescription = name
    self.law = law
    self.mean = mean
    self.variance = variance
    isContinuous = !discrete
  }

  init(_ name: String, _ law: Sampler, _ mean: Double, _ variance: Double) {
    self.init(name, law as any Distribution, mean, variance)
  }

  func draws(_ count: Int) -> [Double] {
    let key = Chance(seed: 11, replication: 0).key(.exploration, name: NameHash(testDescription))
    return (0..<count).map { law.quantile(key.uniform(call: CallKey(bits: UInt64($0)))) }
  }
}

@Suite("A distribution")
struct DistributionTests {
  @Test("has the moments of its law", arguments: Law.all)
  func moments(_ law: Law) throws {
    let count = 20_000.0
    let values = law.draws(Int(count))
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let stated = try #require(law.law.mean)
    #expect((stated / law.mean - 1).magnitude < 1e-9, "states \(stated)")
    #expect((mean - law.mean).magnitude < 4 * (law.variance / count).squareRoot())
    #expect((variance / law.variance - 1).magnitude < 0.12, "\(variance), \(law.variance)")
  }

  @Test("passes the Kolmogorov–Smirnov test", arguments: Law.all.filter(\.isContinuous))
  func kolmogorovSmirnov(_ law: Law) {
    let count = 10_000
    let values = law.draws(count).sorted()
    var distance = 0.0
    for (index, value) in values.enumerated() {
      let share = law.law.cumulative(value)
      distance = max(distance, share - Double(index) / Double(count))
      distance = max(distance, Double(index + 1) / Double(count) - share)
    }
    // The 0.1 % point of the limiting distribution.
    #expect(distance * Double(count).squareRoot() < 1.95)
  }

  @Test("has values and shares that invert each other", arguments: Law.all)
  func inversion(_ law: Law) {
    for step in 1..<200 {
      let u = Double(step) / 200
      let value = law.law.quantile(u)
      if law.isContinuous {
        #expect((law.law.cumulative(value) - u).magnitude < 2e-9, "at \(u)")
      } else {
        #expect(law.law.cumulative(value) >= u - 1e-12)
        #expect(law.law.cumulative(value - 1e-9) < u + 1e-12)
      }
    }
  }

  @Test("never falls as the uniform rises", arguments: Law.all)
  func monotone(_ law: Law) {
    var before = law.law.quantile(0x1p-53)
    #expect(before.isFinite)
    for step in 1..<4000 {
      let value = law.law.quantile(Double(step) / 4000)
      #expect(value >= before * (before < 0 ? 1 + 1e-12 : 1 - 1e-12))
      before = value
    }
    #expect(law.law.quantile(1 - 0x1p-53) >= before)
    #expect(law.law.quantile(1 - 0x1p-53).isFinite)
  }

  @Test("agrees with the exact inverse if it is a gamma read from a table")
  func gammaTable() {
    for (shape, bound) in [(0.05, 1e-8), (0.3, 1e-9), (1, 1e-9), (4, 1e-9), (60, 1e-9)] {
      let gamma = Gamma(shape: shape, mean: shape)
      for u in [0x1p-53, 1e-9, 0.001, 0.1234, 0.5, 0.77, 0.9, 0.99, 0.9999, 1 - 0x1p-40] {
        let exact = Elementary.gammaQuantile(shape, u)
        let error = exact == 0 ? gamma.quantile(u) : (gamma.quantile(u) / exact - 1).magnitude
        #expect(error < bound, "shape \(shape), u \(u): \(gamma.quantile(u)), \(exact)")
      }
    }
    // Shape 1 is exponential.
    let error = Elementary.gammaQuantile(1, 0.95) / 2.995732273553991 - 1
    #expect(error.magnitude < 1e-13)
  }

  @Test(
    "finds the Zipf rank that a search through the sums finds",
    arguments: [(7, 1.0), (300, 0.6), (10_000, 1.0), (40_000, 1.1)])
  func zipfGuide(count: Int, exponent: Double) {
    let zipf = Zipf(count: count, exponent: exponent)
    let key = Chance(seed: 4, replication: 0).key(.exploration)
    // Drawn numbers, and those at the edges of the guide's cells, where rounding decides.
    var uniforms = (0..<2000).map { key.uniform(call: CallKey(bits: $0)) }
    for cell in stride(from: 1, to: count * 4, by: max(1, count / 100)) {
      let edge = Double(cell) / Double(count * 4)
      uniforms += [edge.nextDown, edge, edge.nextUp]
    }
    uniforms += [0x1p-53, 1 - 0x1p-53]
    for u in uniforms {
      let rank = zipf.rank(u)
      // The first rank whose cumulative share reaches u, up to the rounding of one product.
      if rank > 1 { #expect(zipf.cumulative(Double(rank - 1)) < u * (1 + 0x1p-50)) }
      #expect(zipf.cumulative(Double(rank)) * (1 + 0x1p-50) >= u)
      #expect(zipf.rank(zipf.guess(u)) == rank)
    }
  }

  @Test("gives Zipf ranks their shares")
  func zipfShares() {
    let zipf = Zipf(count: 20, exponent: 1.2)
    let key = Chance(seed: 3, replication: 0).key(.fingerprint)
    var counts = [Int](repeating: 0, count: 21)
    let draws = 40_000
    for number in 0..<draws {
      counts[zipf.rank(key.uniform(call: CallKey(bits: UInt64(number))))] += 1
    }
    var statistic = 0.0
    for rank in 1...20 {
      let share = zipf.cumulative(Double(rank)) - zipf.cumulative(Double(rank) - 0.5)
      let expected = share * Double(draws)
      statistic += (Double(counts[rank]) - expected) * (Double(counts[rank]) - expected) / expected
    }
    #expect(statistic < 43.8, "χ² with 19 degrees of freedom: 0.1 % point 43.8")
    #expect(Zipf(count: 1, exponent: 2).rank(0.999) == 1)
    #expect(zipf.rank(1 - 0x1p-53) == 20)
    #expect(zipf.rank(0x1p-53) == 1)
  }

  @Test("takes the median and the 95 % quantile as they are given")
  func lognormal() {
    let sampler = Sampler.lognormal(median: 740, p95: 1400)
    #expect((sampler.quantile(0.5) / 740 - 1).magnitude < 1e-14)
    #expect((sampler.quantile(0.95) / 1400 - 1).magnitude < 1e-14)
    let byMean = Sampler.lognormal(mean: 3, sigma: 1.1).mean ?? 0
    #expect((byMean / 3 - 1).magnitude < 1e-14)
  }

  @Test("repeats a sample's values and a table's quantiles")
  func empirical() throws {
    let sample = try #require(Empirical([3, 1, 2, 2]))
    #expect([0.1, 0.25, 0.3, 0.75, 0.76].map(sample.quantile) == [1, 1, 2, 2, 3])
    #expect(sample.cumulative(2) == 0.75)
    #expect(sample.mean == 2)
    let table = try #require(Quantiles([(0, 10), (0.5, 20), (1, 60)]))
    #expect([0.25, 0.5, 0.75].map(table.quantile) == [15, 20, 40])
    #expect(table.cumulative(40) == 0.75)
    #expect(table.mean == 27.5)
    #expect(Empirical([]) == nil)
    #expect(Quantiles([(0.5, 2), (0.9, 1)]) == nil)
  }

  @Test("keeps the constants of a mixture exact")
  func atoms() throws {
    let mixture = try #require(
      Mixture([(0.5, .constant(80)), (0.5, .uniform(low: 0, high: 100))]))
    #expect(mixture.quantile(0.6) == 80)
    #expect((mixture.quantile(0.2) - 40).magnitude < 1e-9)
    #expect((mixture.quantile(0.95) - 90).magnitude < 1e-9)
    #expect(mixture.mean == 65)
    #expect(Mixture([]) == nil)
  }
}
