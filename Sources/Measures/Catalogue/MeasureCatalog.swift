import Vocabulary

/// One measure of a run: what it is called, how it is computed, and which way is better.
public struct Measure: Sendable {
  /// What the number counts.
  public enum Unit: Sendable, Hashable {
    /// A share of 1.
    case share
    /// Seconds.
    case seconds
    /// US dollars.
    case dollars
    /// A plain ratio.
    case ratio
  }

  /// Which way is better.
  public enum Better: Sendable, Hashable {
    /// More is better.
    case higher
    /// Less is better.
    case lower
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
  /// The value for a group of requests; `nil` if its denominator is 0 or it was not gathered.
  public let value: @Sendable (Group) -> Double?
}

/// All measures, by name.
public enum MeasureCatalog {
  /// The columns of `compare`, in order.
  public static var columns: [Measure] { [] }
  /// All measures: the columns first.
  public static var all: [Measure] { columns }
  /// The measure of that name.
  public static func measure(_ name: String) -> Measure? { all.first { $0.name == name } }
}
