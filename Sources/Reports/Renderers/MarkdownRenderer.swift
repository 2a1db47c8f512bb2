/// Renders a report as Markdown with pipe tables and figures in files beside it.
public struct MarkdownRenderer: Sendable {
  /// The folder of the figures, relative to the Markdown file; empty: the same folder.
  public var figures: String

  /// A renderer that refers to figures in a folder.
  public init(figures: String = "") { self.figures = figures }

  /// The report as Markdown.
  public func render(_ report: Report) -> String { "" }
  /// One table as Markdown.
  public func render(_ table: Table) -> String { "" }
}
