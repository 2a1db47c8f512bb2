/// Renders a table as comma-separated values (RFC 4180, but with plain newlines), in base units.
///
/// A column of numbers becomes `key`, and where any cell has them `key.halfWidth`,
/// `key.difference`, `key.difference.halfWidth` and `key.verdict`. The first columns are `section`
/// and `role` where rows have them.
public struct CSVRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// The table as CSV.
  public func render(_ table: Table) -> String { "" }
}
