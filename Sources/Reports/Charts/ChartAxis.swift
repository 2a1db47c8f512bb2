/// One axis of a chart: what it measures and how its numbers are shown.
public struct ChartAxis: Sendable, Hashable {
  /// How values become distances.
  public enum Scale: Sendable, Hashable {
    /// Equal differences, equal distances.
    case linear
    /// Equal ratios, equal distances; values must be above zero, others are left out.
    case logarithmic
  }

  /// What is measured, without unit: "cost per success".
  public var title: String
  /// How the numbers are shown.
  public var style: NumberStyle
  /// How values become distances.
  public var scale: Scale
  /// Whether zero belongs on the axis.
  public var includesZero: Bool
  /// The ends of the axis, in base units; nil: fitted to the values.
  public var range: ClosedRange<Double>?

  /// An axis.
  public init(
    _ title: String, in style: NumberStyle, scale: Scale = .linear, includesZero: Bool = false,
    range: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.style = style
    self.scale = scale
    self.includesZero = includesZero
    self.range = range
  }

  /// The title with its unit: "cost per success, $".
  public var label: String { style.unit.isEmpty ? title : title + ", " + style.unit }
}

/// How the time axis of a chart counts.
public enum ChartClock: Sendable, Hashable {
  /// Hours and minutes from zero.
  case elapsed
  /// The time of day, zero being so many seconds after midnight.
  case timeOfDay(secondsAtZero: Int)
}

/// A stretch of time to shade and name.
public struct IncidentBand: Sendable, Hashable {
  /// The incident's name.
  public var name: String
  /// Its start, in seconds on the chart's clock.
  public var from: Double
  /// Its end, in seconds on the chart's clock.
  public var until: Double

  /// An incident.
  public init(_ name: String, from: Double, until: Double) {
    self.name = name
    self.from = from
    self.until = until
  }
}

/// How one drawn thing stands to the others.
public enum ChartRole: String, Sendable, Hashable {
  /// One of the compared.
  case ordinary
  /// What the differences are taken against: drawn in ink.
  case baseline
  /// A bound or a clairvoyant: drawn faintly, never on the frontier.
  case reference
}
