/// Renders a report as plain text for a terminal of a given width.
public struct TerminalRenderer: Sendable {
  /// The columns of the terminal.
  public var width: Int
  /// Whether to colour with ANSI sequences.
  public var color: Bool

  /// A renderer for `width` columns, without colour unless asked.
  public init(width: Int = 100, color: Bool = false) {
    self.width = max(width, 40)
    self.color = color
  }

  /// The report as text.
  public func render(_ report: Report) -> String { "" }
  /// One table as text.
  public func render(_ table: Table) -> String { "" }
}
