import Vocabulary

/// A point estimate with its confidence interval.
public struct Interval: Sendable, Hashable {
  /// The estimate.
  public var estimate: Double
  /// The lower end.
  public var lower: Double
  /// The upper end.
  public var upper: Double

  /// Makes an interval.
  public init(estimate: Double, lower: Double, upper: Double) {
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
  }

  /// Half the distance between the ends.
  public var halfWidth: Double { (upper - lower) / 2 }

  /// Whether it covers `value`.
  public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }
}
