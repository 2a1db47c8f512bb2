import Chance

/// A deployment that is up and down in turn, for exponential times: what a finite run can measure.
///
/// a = MTBF/(MTBF + MTTR), τ = 1/(1/MTBF + 1/MTTR); the availability measured over T has
/// Var = 2a(1 − a)(τ/T)(1 − (τ/T)(1 − e^(−T/τ))). Units: any, the same for all three.
/// - Source: autocovariance of the two-state Markov process.
public struct OutageRenewal: Sendable, Hashable {
  /// The mean time from a repair to the next failure.
  public let meanUp: Double
  /// The mean time from a failure to its repair.
  public let meanDown: Double

  /// Makes the process; both means are positive.
  public init(meanUp: Double, meanDown: Double) {
    self.meanUp = meanUp
    self.meanDown = meanDown
  }

  /// The long-run availability.
  public var availability: Double { meanUp / (meanUp + meanDown) }

  /// The variance of the availability measured over a stretch that begins in equilibrium.
  public func varianceOfMeasured(over stretch: Double) -> Double {
    let a = availability
    let ratio = 1 / (1 / meanUp + 1 / meanDown) / stretch
    return 2 * a * (1 - a) * ratio * (1 + ratio * Elementary.expm1(-1 / ratio))
  }

  /// How many up-and-down cycles a stretch has on average.
  public func cycles(in stretch: Double) -> Double { stretch / (meanUp + meanDown) }
}
