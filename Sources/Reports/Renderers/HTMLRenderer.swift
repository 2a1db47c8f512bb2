/// Renders a report as one self-contained HTML file: light, dark and print.
public struct HTMLRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// The report as an HTML document.
  public func render(_ report: Report) -> String { "" }
}
