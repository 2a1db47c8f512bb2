import Foundation
import Testing

@testable import Statistics

@Suite("Distributions")
struct DistributionTests {
  @Test("the incomplete beta keeps its symmetry and simple cases")
  func beta() {
    for (x, a, b) in [(0.3, 2.0, 5.0), (0.9, 0.5, 0.5), (0.01, 40, 3), (0.5, 300, 300)] {
      let left = IncompleteBeta.regularised(x, a, b)
      #expect(abs(left - (1 - IncompleteBeta.regularised(1 - x, b, a))) < 1e-12)
      #expect(agrees(IncompleteBeta.inverse(left, a, b), x, 1e-9))
    }
    #expect(agrees(IncompleteBeta.regularised(0.3, 1, 1), 0.3, 1e-13))
    #expect(agrees(IncompleteBeta.regularised(0.25, 2, 1), 0.0625, 1e-13))
  }

  @Test("binomial sums agree with the terms")
  func binomial() {
    var sum = 0.0
    var term = (0..<12).reduce(1.0) { product, _ in product * 0.7 }
    for k in 0..<12 {
      sum += term
      #expect(agrees(Binomial.cumulative(k, trials: 12, probability: 0.3), sum, 1e-11))
      let odds: Double = 0.3 / 0.7
      term *= odds * Double(12 - k)
      term /= Double(k + 1)
    }
    #expect(Binomial.cumulative(12, trials: 12, probability: 0.3) == 1)
  }

  @Test("Student's distribution inverts itself and ends are infinite")
  func student() {
    for p in [0.001, 0.2, 0.5, 0.9, 0.9999] {
      let t = StudentT.quantile(p, degrees: 7.5)
      #expect(agrees(StudentT.cumulative(t, degrees: 7.5), p, 1e-11))
    }
    #expect(StudentT.quantile(0, degrees: 3) == -.infinity)
    #expect(StudentT.quantile(1, degrees: 3) == .infinity)
    #expect(StudentT.quantile(0.9, degrees: 0).isNaN)
  }

  @Test("goodness of fit accepts the true distribution and rejects another")
  func goodness() throws {
    let even = (0..<400).map { (Double($0) + 0.5) / 400 }
    let fits = try #require(GoodnessOfFit.kolmogorovSmirnov(even) { $0 })
    #expect(fits.p > 0.99)
    let bent = try #require(GoodnessOfFit.kolmogorovSmirnov(even) { $0 * $0 })
    #expect(bent.p < 1e-6)
    // D for which the table gives p = 0.05: 1.358 / (√n + 0.12 + 0.11/√n).
    let critical = 1.3581 / (20 + 0.12 + 0.11 / 20)
    let shifted = try #require(
      GoodnessOfFit.kolmogorovSmirnov(even) { max(0, $0 - critical + 0.5 / 400) })
    #expect(abs(shifted.p - 0.05) < 1e-3)
    let square = try #require(
      GoodnessOfFit.chiSquare(observed: [18, 22, 20], expected: [20, 20, 20]))
    #expect(agrees(square.p, exp(-0.2), 1e-12))
    #expect(GoodnessOfFit.chiSquare(observed: [1], expected: [1]) == nil)
  }

  @Test("a run that never settles is too short")
  func tooShort() throws {
    let rising = try #require(WarmUp((0..<100).map { Double($0) }))
    #expect(rising.runIsTooShort)
    #expect(WarmUp([1, 2, 3]) == nil)
    #expect(WarmUp(Array(repeating: 1, count: 50))?.observations == 0)
  }
}
