/// A cell as the strings that every renderer aligns: words, or a number, its interval, a difference.
struct CellParts: Hashable {
  var words: RichText?
  var value = ""
  var halfWidth = ""
  var difference = ""
  var differenceHalfWidth = ""
  var mark: VerdictMark?

  init(_ cell: Table.Cell, in kind: Table.Kind) {
    let style: NumberStyle
    if case .number(let own) = kind { style = own } else { style = .plain(digits: 3) }
    switch cell {
    case .empty: break
    case .text(let text): words = text
    case .number(let number): value = style.bare(number)
    case .interval(let number, let half):
      value = style.bare(number)
      halfWidth = CellParts.half(half, style)
    case .compared(let number, let half, let against):
      value = style.bare(number)
      if let half { halfWidth = CellParts.half(half, style) }
      take(against, style)
    case .difference(let against): take(against, style)
    case .mark(let judgement, let text):
      words = RichText(spans: [.judged(text.plain, judgement)])
    case .missing: value = "–"
    }
  }

  private mutating func take(_ against: Table.Difference, _ style: NumberStyle) {
    difference = style.bare(against.value, signed: true)
    if let half = against.halfWidth { differenceHalfWidth = CellParts.half(half, style) }
    mark = against.mark
  }

  private static func half(_ value: Double, _ style: NumberStyle) -> String {
    value.isFinite ? "± " + style.bare(value) : ""
  }
}

extension Table {
  /// The cells of a row as strings, one for each column.
  func parts(_ row: Row) -> [CellParts] {
    columns.enumerated().map { index, column in
      CellParts(index < row.cells.count ? row.cells[index] : .empty, in: column.kind)
    }
  }

  /// The unit that all columns of a group share; nil when they differ or there is none.
  func sharedUnit(of group: String) -> String? {
    var units: [String] = []
    for column in columns where column.group == group {
      if !units.contains(column.unit) { units.append(column.unit) }
    }
    return units.count == 1 && units[0] != "" ? units[0] : nil
  }

  /// The title over a column with its unit, unless its group carries the unit.
  ///
  /// `binding` puts a space before the unit that does not break.
  func heading(_ column: Column, binding: Bool = false) -> String {
    if let group = column.group, sharedUnit(of: group) != nil { return column.title }
    if column.unit.isEmpty { return column.title }
    return column.title + (binding ? ",\u{A0}" : ", ") + column.unit
  }

  /// The title over a group with its unit.
  func heading(group: String) -> String {
    sharedUnit(of: group).map { group + ", " + $0 } ?? group
  }

  /// Neighbouring columns of equal group, as (group, range of columns).
  var spans: [(group: String?, range: Range<Int>)] {
    var result: [(group: String?, range: Range<Int>)] = []
    for (index, column) in columns.enumerated() {
      if let last = result.last, last.group != nil, last.group == column.group {
        result[result.count - 1].range = last.range.lowerBound..<index + 1
      } else {
        result.append((column.group, index..<index + 1))
      }
    }
    return result
  }

  /// The reasons for missing numbers, each once, in reading order.
  var reasons: [String] {
    var result: [String] = []
    for case .missing(let reason) in rows.flatMap(\.cells)
    where !reason.isEmpty && !result.contains(reason) {
      result.append(reason)
    }
    return result
  }

  /// The rows with the section that opens before each, if one does.
  var sectioned: [(opens: String?, row: Row)] {
    var current: String?
    return rows.map { row in
      defer { current = row.section }
      return (row.section != current ? row.section : nil, row)
    }
  }
}

extension Table.Column {
  /// The unit of a column of numbers; empty for words.
  var unit: String {
    if case .number(let style) = kind { style.unit } else { "" }
  }
}
