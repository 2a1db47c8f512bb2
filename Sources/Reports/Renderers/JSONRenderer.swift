/// Renders a report as ordered JSON, numbers in base units.
///
/// This is the report as a document; the summary that scripts rely on is a value of its own.
public struct JSONRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// The report as text.
  public func render(_ report: Report) -> String { value(report).text() }

  /// The report as a value.
  public func value(_ report: Report) -> JSON {
    var members: [JSON.Member] = [.init("title", .string(report.title))]
    if let subtitle = report.subtitle { members.append(.init("subtitle", .string(subtitle.plain))) }
    members.append(.init("blocks", .array(report.blocks.map(value))))
    return .object(members)
  }

  private func value(_ block: Report.Block) -> JSON {
    switch block {
    case .heading(let text, let level): ["heading": .string(text), "level": .integer(level)]
    case .question(let text): ["question": .string(text.plain)]
    case .answer(let text, let mark):
      ["answer": .string(text.plain), "verdict": mark.map { .string($0.word) } ?? .null]
    case .paragraph(let text): ["paragraph": .string(text.plain)]
    case .list(let items, _): ["list": .array(items.map { .string($0.plain) })]
    case .table(let table): ["table": value(table)]
    case .figure(let figure):
      ["figure": .string(figure.fileName), "caption": .string(figure.caption.plain)]
    case .code(let text, let language):
      ["code": .string(text), "language": .string(language)]
    case .note(let text, let kind):
      ["note": .string(text.plain), "kind": .string(kind.rawValue)]
    case .definitions(let definitions):
      [
        "definitions": .object(
          definitions.map { .init($0.term.plain, .string($0.meaning.plain)) })
      ]
    case .details(let title, let inner):
      ["details": .string(title), "blocks": .array(inner.map(value))]
    }
  }

  /// One table as a value: name, columns with units, rows with what each cell holds.
  public func value(_ table: Table) -> JSON {
    let columns = table.columns.map { column -> JSON in
      guard case .number(let style) = column.kind else {
        return ["key": .string(column.key), "title": .string(column.title)]
      }
      return [
        "key": .string(column.key), "title": .string(table.fullTitle(column)),
        "unit": .string(style.baseUnit),
      ]
    }
    let rows = table.rows.map { row -> JSON in
      var members: [JSON.Member] = []
      if let section = row.section { members.append(.init("section", .string(section))) }
      if row.role != .ordinary { members.append(.init("role", .string(row.role.rawValue))) }
      for (column, cell) in zip(table.columns, row.cells) {
        for field in Table.Field.all {
          if let value = cell.field(field) {
            members.append(.init(column.key + field.suffix, value))
          }
        }
      }
      return .object(members)
    }
    return ["name": .string(table.name), "columns": .array(columns), "rows": .array(rows)]
  }
}

extension Table {
  /// The group and title of a column, without unit.
  func fullTitle(_ column: Column) -> String {
    column.group.map { $0 + " " + column.title } ?? column.title
  }
}

extension NumberStyle {
  /// The unit of the numbers before scaling.
  var baseUnit: String {
    switch unit {
    case "%": "share"
    case "ms": "s"
    case "$/1,000": "$"
    default: scale == 1 ? unit : ""
    }
  }
}
