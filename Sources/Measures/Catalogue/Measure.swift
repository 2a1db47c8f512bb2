/// One measure of a run: what it is called, how it is computed, and which way is better.
public struct Measure: Sendable {
  /// What the number counts.
  public enum Unit: String, Sendable, Hashable {
    /// A share of 1.
    case share
    /// Seconds.
    case seconds
    /// US dollars.
    case dollars
    /// A plain ratio.
    case ratio
    /// So many a second.
    case perSecond
  }

  /// Which way is better.
  public enum Better: String, Sendable, Hashable {
    /// More is better.
    case higher
    /// Less is better.
    case lower
  }

  /// By what size a difference of it starts to matter, unless the scenario says otherwise.
  public enum Matters: Sendable, Hashable {
    /// In the measure's own unit.
    case absolute(Double)
    /// As a share of the baseline's value.
    case relative(Double)
  }

  /// The name in scenario files, JSON and CSV.
  public let name: String
  /// The heading of its column.
  public let title: String
  /// The unit.
  public let unit: Unit
  /// Which way is better.
  public let better: Better
  /// How it is computed.
  public let formula: String
  /// What it is a share or a mean of.
  public let denominator: String
  /// By what size a difference starts to matter.
  public let matters: Matters
  /// The value for a group of requests; `nil` if its denominator is 0 or it was not gathered.
  public let value: @Sendable (Group) -> Double?

  init(
    _ name: String, _ title: String, _ unit: Unit, _ better: Better, formula: String,
    of denominator: String, matters: Matters, value: @escaping @Sendable (Group) -> Double?
  ) {
    self.name = name
    self.title = title
    self.unit = unit
    self.better = better
    self.formula = formula
    self.denominator = denominator
    self.matters = matters
    self.value = value
  }
}
