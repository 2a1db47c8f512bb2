/// Renders a report as ordered JSON, numbers in base units.
public struct JSONRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// The report as a value.
  public func value(_ report: Report) -> JSON { .null }
  /// The report as text.
  public func render(_ report: Report) -> String { value(report).text() }
}
