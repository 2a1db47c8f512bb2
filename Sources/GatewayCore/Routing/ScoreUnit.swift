/// What a strategy's scores count, so that whoever tells of them can say it; lower is better.
public enum ScoreUnit: Sendable, Hashable, CaseIterable {
  /// Things: attempts, tokens, requests.
  case things
  /// Thousandths of things for a weight of one.
  case thousandthsPerWeight
  /// Nanoseconds.
  case nanoseconds
  /// Picodollars; from 10¹⁸ on it misses an objective besides.
  case picodollars
  /// 10⁶ divided by a weight.
  case inverseWeight
  /// 10¹⁵ less a mean reward in millionths.
  case reward

  /// From here on a score says that the child is out.
  public static let out: Int64 = 9_000_000_000_000_000_000
  /// Added to the price of a child that misses an objective.
  public static let missed: Int64 = 1_000_000_000_000_000_000
}
