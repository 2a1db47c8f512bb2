/// Shares over two quantities, one panel for each policy: a map of cells.
///
/// A share of 1 is good, 0 is bad; a cell without a share has nothing to tell. The share stands in
/// the cell as well, so that the colours are never all there is.
public struct HeatMapChart: Sendable, Hashable {
  /// One panel.
  public struct Panel: Sendable, Hashable {
    /// What it is about: a policy.
    public var name: String
    /// The shares by row from the bottom, then by column.
    public var cells: [[Double?]]

    /// A panel of cells.
    public init(_ name: String, cells: [[Double?]]) {
      self.name = name
      self.cells = cells
    }
  }

  /// What the chart shows.
  public var title: String
  /// What changes from left to right, with its unit.
  public var xTitle: String
  /// The columns, left to right.
  public var columns: [String]
  /// What changes from bottom to top, with its unit.
  public var yTitle: String
  /// The rows, bottom to top.
  public var rows: [String]
  /// What a share of 1 and a share of 0 mean, and a cell without one.
  public var legend: Legend
  /// The panels.
  public var panels: [Panel]

  /// What the ends of the scale mean.
  public struct Legend: Sendable, Hashable {
    /// A share of 1.
    public var all: String
    /// A share of 0.
    public var none: String
    /// No share.
    public var missing: String

    /// The words for the ends.
    public init(all: String, none: String, missing: String) {
      self.all = all
      self.none = none
      self.missing = missing
    }
  }

  /// A chart of panels over the same columns and rows.
  public init(
    title: String, xTitle: String, columns: [String], yTitle: String, rows: [String],
    legend: Legend, panels: [Panel]
  ) {
    self.title = title
    self.xTitle = xTitle
    self.columns = columns
    self.yTitle = yTitle
    self.rows = rows
    self.legend = legend
    self.panels = panels
  }
}
