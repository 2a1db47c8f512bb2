import Foundation
import Testing

@testable import Statistics

@Suite("Statistics agree with the closed forms")
struct ClosedFormsTests {
  @Test("Student's quantiles")
  func studentQuantiles() throws {
    for row in try Oracle.values("t_quantiles") {
      let degrees = try Oracle.number(row, "df")
      #expect(
        agrees(StudentT.quantile(0.975, degrees: degrees), try Oracle.number(row, "t975")))
      #expect(agrees(StudentT.quantile(0.95, degrees: degrees), try Oracle.number(row, "t95")))
      #expect(
        agrees(StudentT.quantile(0.025, degrees: degrees), -(try Oracle.number(row, "t975"))))
    }
  }

  @Test("a paired interval and Welch's on the same data")
  func pairedAndWelch() throws {
    let row = try #require(try Oracle.values("paired_vs_welch_vector").first)
    let a = try Oracle.numbers(row, "A")
    let b = try Oracle.numbers(row, "B")
    let paired = try #require(MeanIntervals.paired(a, b))
    #expect(agrees(paired.difference.estimate, try Oracle.number(row, "mean_diff")))
    #expect(agrees(paired.difference.halfWidth, try Oracle.number(row, "paired_hw95")))
    #expect(agrees(paired.p, try Oracle.number(row, "paired_p"), 1e-8))
    let welch = try #require(MeanIntervals.welch(a, b))
    #expect(agrees(welch.difference.lower, try Oracle.number(row, "welch_lo"), 1e-8))
    #expect(agrees(welch.difference.upper, try Oracle.number(row, "welch_hi"), 1e-8))
    #expect(agrees(welch.degrees, try Oracle.number(row, "welch_df")))
    #expect(agrees(welch.p, try Oracle.number(row, "welch_p"), 1e-8))
  }

  @Test("Wilson's and Clopper–Pearson's intervals for a share")
  func shares() throws {
    for row in try Oracle.values("binomial_ci_95") {
      let k = Int(try Oracle.number(row, "k"))
      let n = Int(try Oracle.number(row, "n"))
      let wilson = try #require(ProportionIntervals.wilson(k, of: n))
      let expected = try Oracle.numbers(row, "wilson")
      #expect(agrees(wilson.lower, expected[0], 1e-8))
      #expect(agrees(wilson.upper, expected[1], 1e-8))
      let exact = try #require(ProportionIntervals.clopperPearson(k, of: n))
      let exactExpected = try Oracle.numbers(row, "clopper_pearson")
      #expect(agrees(exact.lower, exactExpected[0], 1e-8))
      #expect(agrees(exact.upper, exactExpected[1], 1e-8))
    }
  }

  @Test("order statistics around a quantile")
  func orderStatistics() throws {
    for row in try Oracle.values("quantile_ci_order_stat") {
      let interval = QuantileInterval(
        count: Int(try Oracle.number(row, "n")), p: try Oracle.number(row, "p"))
      #expect(interval.lower == Int(try Oracle.number(row, "l")))
      #expect(interval.upper == Int(try Oracle.number(row, "u")))
      #expect(agrees(interval.coverage, try Oracle.number(row, "coverage"), 1e-8))
    }
  }

  @Test("MSER-5 finds the cut")
  func warmUp() throws {
    let row = try #require(try Oracle.values("mser5_vector").first)
    let cut = try #require(WarmUp(Oracle.series))
    #expect(cut.batches == Int(try Oracle.number(row, "d_star_batches")))
    #expect(cut.observations == Int(try Oracle.number(row, "truncate_raw")))
    #expect(agrees(cut.criterion, try Oracle.number(row, "mser")))
    #expect(agrees(cut.truncatedMean, try Oracle.number(row, "truncated_mean")))
    #expect(!cut.runIsTooShort)
  }

  @Test("batch means, and that these are not to be trusted")
  func batchMeans() throws {
    let row = try #require(try Oracle.values("batch_means_vector").first)
    let batches = try #require(BatchMeans(Oracle.series, batches: 20))
    #expect(agrees(batches.mean.estimate, try Oracle.number(row, "mean")))
    #expect(agrees(batches.deviation, try Oracle.number(row, "s_b")))
    #expect(agrees(batches.mean.halfWidth, try Oracle.number(row, "hw95")))
    #expect(agrees(batches.lag1, try Oracle.number(row, "lag1")))
    #expect(!batches.isTrustworthy)
  }

  @Test("Kim and Nelson's constants")
  func kimNelson() throws {
    for row in try Oracle.values("kn_constants") {
      let procedure = KimNelson(
        policies: Int(try Oracle.number(row, "k")), lead: 1, higherIsBetter: true,
        firstStage: Int(try Oracle.number(row, "n0")),
        confidence: 1 - (try Oracle.number(row, "alpha")))
      #expect(agrees(procedure.eta, try Oracle.number(row, "eta")))
      #expect(agrees(procedure.hSquared, try Oracle.number(row, "h2")))
    }
  }

  @Test("Rinott's constants to the digits of the table")
  func rinott() throws {
    for row in try Oracle.values("rinott_h").prefix(2) {
      let h = Rinott.h(
        policies: Int(try Oracle.number(row, "k")), firstStage: Int(try Oracle.number(row, "n0")),
        confidence: try Oracle.number(row, "P"))
      #expect(abs(h - (try Oracle.number(row, "h"))) < 0.002)
    }
  }

  @Test("the variance of a measured availability is the integral of the autocovariance")
  func outageVariance() {
    let process = OutageRenewal(meanUp: 50, meanDown: 10)
    let (stretch, steps) = (30.0, 20_000)
    let tau = 1 / (1.0 / 50 + 1.0 / 10)
    var integral = 0.0
    for step in 0..<steps {
      let lag = (Double(step) + 0.5) * stretch / Double(steps)
      integral += (stretch - lag) * exp(-lag / tau) * stretch / Double(steps)
    }
    let a = process.availability
    let expected = 2 * a * (1 - a) * integral / (stretch * stretch)
    #expect(agrees(process.varianceOfMeasured(over: stretch), expected, 1e-7))
    #expect(process.cycles(in: 120) == 2)
  }

  @Test("what a week of outages can measure")
  func outages() throws {
    for row in try Oracle.values("outage_renewal") {
      let process = OutageRenewal(
        meanUp: try Oracle.number(row, "MTBF"), meanDown: try Oracle.number(row, "MTTR"))
      #expect(agrees(process.availability, try Oracle.number(row, "a")))
      let stretch = try Oracle.number(row, "T")
      // The group's reference values hold the formula's leading term only; the formula that stands
      // beside them, which is exact (checked by integrating the autocovariance), is 1 − τ/T of it.
      let ratio = 1 / (1 / process.meanUp + 1 / process.meanDown) / stretch
      let leading = process.varianceOfMeasured(over: stretch) / (1 - ratio)
      #expect(agrees(leading.squareRoot(), try Oracle.number(row, "sd_of_measured")))
    }
  }
}
