/// Aligns a table's cells in columns of characters.
///
/// A column of numbers has three parts: the sign of a judgement, the number, aligned on its point,
/// and its half-width. A cell with a difference takes a second line below its value.
struct TerminalTable {
  private struct Widths {
    var mark = 0
    var number = 0
    var half = 0
    var words = 0
    var header = 0
    var body: Int { max(words, mark + number + half) }
    var total: Int { max(body, header) }
  }

  private let table: Table
  private let paint: (String, TerminalRenderer.Manner) -> String
  private let rows: [(opens: String?, role: Table.Role, parts: [CellParts])]
  private let headers: [[String]]
  private let widths: [Widths]
  private let gap = "  "

  init(_ table: Table, paint: @escaping (String, TerminalRenderer.Manner) -> String) {
    self.table = table
    self.paint = paint
    rows = table.sectioned.map { ($0.opens, $0.row.role, TerminalTable.named($0.row, table)) }
    var headers: [[String]] = []
    var widths: [Widths] = []
    for (index, column) in table.columns.enumerated() {
      var width = Widths()
      for row in rows {
        let parts = row.parts[index]
        if let words = parts.words { width.words = max(width.words, words.plain.terminalWidth) }
        if parts.mark != nil { width.mark = 2 }
        width.number = max(
          width.number, parts.value.terminalWidth, parts.difference.terminalWidth)
        let halves = [parts.halfWidth, parts.differenceHalfWidth].filter { !$0.isEmpty }
        width.half = max(width.half, halves.map { $0.terminalWidth + 1 }.max() ?? 0)
      }
      let heading = table.heading(column)
      let lines = TerminalTable.broken(heading, room: max(width.body, 12))
      width.header = lines.map(\.terminalWidth).max() ?? 0
      headers.append(lines)
      widths.append(width)
    }
    self.headers = headers
    self.widths = widths
  }

  private static func named(_ row: Table.Row, _ table: Table) -> [CellParts] {
    var parts = table.parts(row)
    if !parts.isEmpty, row.role == .baseline || row.role == .reference, let name = parts[0].words {
      parts[0].words = name + RichText(" (\(row.role.rawValue))")
    }
    return parts
  }

  private static func broken(_ text: String, room: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.terminalWidth + 1 + word.count <= room {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  /// The columns of each page: the first column, then as many as fit; groups stay together.
  func pages(width: Int) -> [[Int]] {
    guard !table.columns.isEmpty else { return [] }
    var pages: [[Int]] = [[0]]
    var used = widths[0].total
    for span in table.spans.map(\.range) {
      let columns = span.filter { $0 > 0 }
      let need = columns.reduce(0) { $0 + widths[$1].total + gap.count }
      if used + need > width, pages[pages.count - 1].count > 1 {
        pages.append([0])
        used = widths[0].total
      }
      for column in columns {
        if used + widths[column].total + gap.count > width, pages[pages.count - 1].count > 1 {
          pages.append([0])
          used = widths[0].total
        }
        pages[pages.count - 1].append(column)
        used += widths[column].total + gap.count
      }
    }
    return pages
  }

  /// The header and rows of the given columns.
  func text(columns: [Int]) -> String {
    var out = groupLine(columns)
    let depth = columns.map { headers[$0].count }.max() ?? 1
    for line in 0..<depth {
      let cells = columns.map { column -> String in
        let lines = headers[column]
        let index = line - (depth - lines.count)
        let text = index >= 0 ? lines[index] : ""
        return isNumeric(column)
          ? text.leftPadded(to: widths[column].total) : text.padded(to: widths[column].total)
      }
      out += TerminalTable.trimmed(cells.joined(separator: gap)) + "\n"
    }
    let total = columns.reduce(-gap.count) { $0 + widths[$1].total + gap.count }
    let rule = String(repeating: "─", count: max(total, 1)) + "\n"
    out += rule
    for (index, row) in rows.enumerated() {
      if let section = row.opens {
        out += (index > 0 ? "\n" : "") + paint(section, .strong) + "\n"
      } else if row.role == .total, index > 0 {
        out += rule
      }
      out += self.row(row.parts, row.role, columns)
    }
    return out
  }

  private func row(_ parts: [CellParts], _ role: Table.Role, _ columns: [Int]) -> String {
    let first = columns.map { column -> String in
      let cell = parts[column]
      if cell.words == nil, cell.value.isEmpty, !cell.difference.isEmpty {
        return lower(cell, column)
      }
      return upper(cell, column, role)
    }
    var out = TerminalTable.trimmed(first.joined(separator: gap)) + "\n"
    let hasSecond = columns.contains {
      !parts[$0].difference.isEmpty && !parts[$0].value.isEmpty
    }
    if hasSecond {
      let second = columns.map { column -> String in
        let cell = parts[column]
        let isBelow = !cell.difference.isEmpty && !cell.value.isEmpty
        return isBelow
          ? lower(cell, column) : String(repeating: " ", count: widths[column].total)
      }
      out += TerminalTable.trimmed(second.joined(separator: gap)) + "\n"
    }
    return out
  }

  private func upper(_ cell: CellParts, _ column: Int, _ role: Table.Role) -> String {
    let width = widths[column]
    if let words = cell.words {
      let plain = words.plain
      let space = String(repeating: " ", count: width.total - plain.terminalWidth)
      var text = plain
      if case .judged(_, let mark)? = words.spans.first {
        text = paint(plain, mark.manner)
      } else if role == .baseline || role == .total {
        text = paint(plain, .strong)
      } else if role == .reference {
        text = paint(plain, .faint)
      }
      return isNumeric(column) ? space + text : text + space
    }
    let number = cell.value.leftPadded(to: width.number)
    let half = cell.halfWidth.isEmpty ? "" : " " + cell.halfWidth
    let text = String(repeating: " ", count: width.mark) + number + half.padded(to: width.half)
    return text.leftPadded(to: width.total)
  }

  private func lower(_ cell: CellParts, _ column: Int) -> String {
    let width = widths[column]
    let mark = (cell.mark?.sign ?? "").padded(to: width.mark)
    let half = cell.differenceHalfWidth.isEmpty ? "" : " " + cell.differenceHalfWidth
    let text = mark + cell.difference.leftPadded(to: width.number) + half.padded(to: width.half)
    let space = String(repeating: " ", count: max(0, width.total - text.terminalWidth))
    return space + (cell.mark.map { paint(text, $0.manner) } ?? text)
  }

  private func groupLine(_ columns: [Int]) -> String {
    guard columns.contains(where: { table.columns[$0].group != nil }) else { return "" }
    var cells: [String] = []
    var index = 0
    while index < columns.count {
      let group = table.columns[columns[index]].group
      var end = index + 1
      while group != nil, end < columns.count, table.columns[columns[end]].group == group {
        end += 1
      }
      let width = columns[index..<end].reduce(-gap.count) { $0 + widths[$1].total + gap.count }
      let text = group.map { table.heading(group: $0) } ?? ""
      let spare = width - text.terminalWidth - 2
      if group != nil, spare >= 2 {
        let left = spare / 2
        cells.append(
          String(repeating: "─", count: left) + " " + text + " "
            + String(repeating: "─", count: spare - left))
      } else {
        cells.append(String(text.prefix(width)).padded(to: width))
      }
      index = end
    }
    return TerminalTable.trimmed(cells.joined(separator: gap)) + "\n"
  }

  private func isNumeric(_ column: Int) -> Bool {
    if case .number = table.columns[column].kind { true } else { false }
  }

  private static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
