/// One with a given probability, else zero.
public struct Bernoulli: Distribution {
  /// The probability of one.
  public let share: Double

  /// Makes a distribution of the probability of one.
  public init(share: Double) { self.share = share }

  /// One for the highest uniforms, so that a larger share never turns a one into a zero.
  public func quantile(_ u: Double) -> Double { u > 1 - share ? 1 : 0 }

  /// The share of values that are at most `x`.
  public func cumulative(_ x: Double) -> Double { x < 0 ? 0 : (x < 1 ? 1 - share : 1) }

  /// The expected value.
  public var mean: Double? { share }
}
