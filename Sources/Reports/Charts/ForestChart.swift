/// Differences from the baseline with their intervals, one panel for each measure.
///
/// The zone around zero is what does not matter; an interval inside it is "equivalent".
public struct ForestChart: Sendable, Hashable {
  /// Which way is good.
  public enum Direction: Sendable, Hashable {
    /// A lower value is better: cost, latency.
    case lower
    /// A higher value is better: availability.
    case higher
    /// Neither.
    case neither
  }

  /// One policy's difference.
  public struct Row: Sendable, Hashable {
    /// The policy's name.
    public var name: String
    /// The difference, in base units; nil when it does not exist.
    public var difference: Double?
    /// Half of the interval's width.
    public var halfWidth: Double?
    /// The judgement.
    public var mark: VerdictMark?

    /// A policy's difference.
    public init(
      _ name: String, difference: Double?, halfWidth: Double? = nil, _ mark: VerdictMark? = nil
    ) {
      self.name = name
      self.difference = difference
      self.halfWidth = halfWidth
      self.mark = mark
    }
  }

  /// One measure.
  public struct Panel: Sendable, Hashable {
    /// The axis of the differences.
    public var axis: ChartAxis
    /// Which way is good.
    public var better: Direction
    /// A difference within ± this does not matter; nil: no zone.
    public var matters: Double?
    /// The policies.
    public var rows: [Row]

    /// A measure's differences.
    public init(_ axis: ChartAxis, better: Direction, matters: Double? = nil, rows: [Row]) {
      self.axis = axis
      self.better = better
      self.matters = matters
      self.rows = rows
    }
  }

  /// What the chart shows.
  public var title: String
  /// The policy that the differences are taken from.
  public var baseline: String
  /// The measures, top to bottom.
  public var panels: [Panel]

  /// A chart of differences from `baseline`.
  public init(title: String, baseline: String, panels: [Panel]) {
    self.title = title
    self.baseline = baseline
    self.panels = panels
  }
}
