/// Renders a table as comma-separated values (RFC 4180, but with plain newlines), in base units.
///
/// A column of numbers becomes `key`, and where any cell has them `key.halfWidth`,
/// `key.difference`, `key.difference.halfWidth` and `key.verdict`. The first columns are `section`
/// and `role` where rows have them. What does not exist is empty.
public struct CSVRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// The table as CSV.
  public func render(_ table: Table) -> String {
    let hasSections = table.rows.contains { $0.section != nil }
    let hasRoles = table.rows.contains { $0.role != .ordinary }
    let fields = table.columns.indices.map { column in
      Table.Field.all.filter { field in
        field == .value
          || table.rows.contains { row in
            column < row.cells.count && row.cells[column].field(field) != nil
          }
      }
    }
    var header: [String] = (hasSections ? ["section"] : []) + (hasRoles ? ["role"] : [])
    for (column, wanted) in zip(table.columns, fields) {
      header += wanted.map { column.key + $0.suffix }
    }
    var out = CSVRenderer.line(header)
    for row in table.rows {
      var line = (hasSections ? [row.section ?? ""] : []) + (hasRoles ? [row.role.rawValue] : [])
      for (column, wanted) in fields.enumerated() {
        let cell = column < row.cells.count ? row.cells[column] : .empty
        line += wanted.map { field in
          switch cell.field(field) {
          case .string(let text)?: text
          case .number(let number)?:
            number.isFinite ? FixedPoint.significant(number, 12) : ""
          default: ""
          }
        }
      }
      out += CSVRenderer.line(line)
    }
    return out
  }

  private static func line(_ cells: [String]) -> String {
    cells.map { cell in
      let needsQuotes = cell.contains { "\",\n\r".contains($0) } || cell.contains("\r\n")
      return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }.joined(separator: ",") + "\n"
  }
}

extension Table {
  /// What a cell holds for machines.
  enum Field: CaseIterable {
    case value, halfWidth, difference, differenceHalfWidth, verdict

    static let all = Field.allCases

    /// What is added to the column's key.
    var suffix: String {
      switch self {
      case .value: ""
      case .halfWidth: ".halfWidth"
      case .difference: ".difference"
      case .differenceHalfWidth: ".difference.halfWidth"
      case .verdict: ".verdict"
      }
    }
  }
}

extension Table.Cell {
  /// One of the things that a cell holds, as a number or text; nil if it holds no such thing.
  func field(_ field: Table.Field) -> JSON? {
    switch (field, self) {
    case (.value, .text(let text)): .string(text.plain)
    case (.value, .mark(let mark, let text)):
      .string(text.isEmpty ? mark.word : mark.word + ": " + text.plain)
    case (.value, .number(let value)), (.value, .interval(let value, _)),
      (.value, .compared(let value, _, _)):
      .number(value)
    case (.halfWidth, .interval(_, let half)), (.halfWidth, .compared(_, let half?, _)):
      .number(half)
    case (.difference, .compared(_, _, let against)), (.difference, .difference(let against)):
      .number(against.value)
    case (.differenceHalfWidth, .compared(_, _, let against)),
      (.differenceHalfWidth, .difference(let against)):
      against.halfWidth.map { .number($0) }
    case (.verdict, .compared(_, _, let against)), (.verdict, .difference(let against)):
      .string(against.mark.word)
    default: nil
    }
  }
}
