/// Writes a table as HTML: a column of numbers takes up to three cells (sign, number, half-width),
/// so that signs, points and ± stand under one another.
struct HTMLTable {
  private struct Shape {
    var isNumber = false
    var hasMark = false
    var hasHalf = false
    var span: Int { 1 + (hasMark ? 1 : 0) + (hasHalf ? 1 : 0) }
  }

  private let table: Table
  private let inline: (RichText) -> String
  private let rows: [(opens: String?, row: Table.Row, parts: [CellParts])]
  private let shapes: [Shape]

  init(_ table: Table, inline: @escaping (RichText) -> String) {
    self.table = table
    self.inline = inline
    let rows = table.sectioned.map { ($0.opens, $0.row, table.parts($0.row)) }
    self.rows = rows
    shapes = table.columns.enumerated().map { index, column in
      var shape = Shape()
      if case .number = column.kind { shape.isNumber = true }
      for (_, _, parts) in rows {
        if parts[index].mark != nil { shape.hasMark = true }
        if !parts[index].halfWidth.isEmpty || !parts[index].differenceHalfWidth.isEmpty {
          shape.hasHalf = true
        }
      }
      return shape
    }
  }

  func text() -> String {
    var out = "<div class=\"table\" id=\"\(XML.attribute(table.name))\">\n"
    if let caption = table.caption { out += "<p class=\"caption\">\(inline(caption))</p>\n" }
    out += "<div class=\"scroll\"><table>\n<thead>\n" + head() + "</thead>\n<tbody>\n"
    for (opens, row, parts) in rows {
      if let opens {
        let span = shapes.reduce(0) { $0 + $1.span }
        out += "<tr class=\"section\"><th colspan=\"\(span)\">\(XML.text(opens))</th></tr>\n"
      }
      out += body(row, parts)
    }
    out += "</tbody>\n</table></div>\n" + notes() + "</div>\n"
    return out
  }

  private func head() -> String {
    var top = ""
    var bottom = ""
    let hasGroups = table.columns.contains { $0.group != nil }
    for (group, range) in table.spans {
      let span = range.reduce(0) { $0 + shapes[$1].span }
      if let group {
        let text = XML.text(table.heading(group: group))
        top += "<th class=\"group\" colspan=\"\(span)\"><span>\(text)</span></th>"
      } else if hasGroups {
        top += "<th colspan=\"\(span)\"></th>"
      }
      for index in range {
        let column = table.columns[index]
        let css = (shapes[index].isNumber ? "number" : "words") + (index > 0 ? " gap" : "")
        let hint = column.meaning.map { " title=\"\(XML.attribute($0))\"" } ?? ""
        bottom += "<th scope=\"col\" class=\"\(css)\" colspan=\"\(shapes[index].span)\"\(hint)>"
        bottom += XML.text(table.heading(column, binding: true)) + "</th>"
      }
    }
    return (hasGroups ? "<tr class=\"groups\">\(top)</tr>\n" : "") + "<tr>\(bottom)</tr>\n"
  }

  private func body(_ row: Table.Row, _ parts: [CellParts]) -> String {
    let hasSecond = parts.contains { !$0.value.isEmpty && !$0.difference.isEmpty }
    var first = ""
    var second = ""
    for (index, cell) in parts.enumerated() {
      let shape = shapes[index]
      let gap = index > 0 ? " gap" : ""
      let rows = hasSecond ? " rowspan=\"2\"" : ""
      if index == 0 || cell.words != nil || !shape.isNumber {
        let tag = index == 0 ? "th scope=\"row\"" : "td"
        let badge =
          index == 0 && (row.role == .baseline || row.role == .reference)
          ? " <span class=\"badge\">\(row.role.rawValue)</span>" : ""
        let words = inline(cell.words ?? RichText(cell.value))
        let css = (shape.isNumber ? "number" : "words") + gap
        first += "<\(tag) class=\"\(css)\" colspan=\"\(shape.span)\"\(rows)>\(words)\(badge)"
        first += index == 0 ? "</th>" : "</td>"
        continue
      }
      let reason = reason(row, index)
      if cell.difference.isEmpty {
        first += triple(shape, gap, rows, nil, cell.value, cell.halfWidth, reason)
      } else if cell.value.isEmpty {
        first += triple(
          shape, gap + " difference", rows, cell.mark, cell.difference, cell.differenceHalfWidth, ""
        )
      } else {
        first += triple(shape, gap, "", nil, cell.value, cell.halfWidth, "")
        second += triple(
          shape, gap + " difference", "", cell.mark, cell.difference, cell.differenceHalfWidth, "")
      }
    }
    let css = row.role.rawValue
    let upper = "<tr class=\"\(css)\(hasSecond ? " upper" : "")\">\(first)</tr>\n"
    return hasSecond ? upper + "<tr class=\"\(css) lower\">\(second)</tr>\n" : upper
  }

  private func triple(
    _ shape: Shape, _ css: String, _ rows: String, _ mark: VerdictMark?, _ number: String,
    _ half: String, _ hint: String
  ) -> String {
    let judged = mark.map { " " + $0.word } ?? ""
    var out = ""
    if shape.hasMark {
      let sign = mark.map { HTMLRenderer.sign($0) } ?? ""
      out += "<td class=\"mark\(css)\(judged)\"\(rows)>\(sign)</td>"
    }
    let gap = shape.hasMark ? css.replacing(" gap", with: "") : css
    let title = hint.isEmpty ? "" : " title=\"\(XML.attribute(hint))\""
    out += "<td class=\"number\(gap)\(judged)\"\(rows)\(title)>\(XML.text(number))</td>"
    if shape.hasHalf {
      let plain = css.replacing(" gap", with: "")
      out += "<td class=\"half\(plain)\(judged)\"\(rows)>\(XML.text(half))</td>"
    }
    return out
  }

  private func reason(_ row: Table.Row, _ index: Int) -> String {
    if index < row.cells.count, case .missing(let reason) = row.cells[index] { reason } else { "" }
  }

  private func notes() -> String {
    var lines: [String] = []
    let marks = table.marksInUse
    if !marks.isEmpty {
      lines.append(
        marks.map { "<span class=\"judged \($0.word)\">\($0.sign) \($0.word)</span>" }
          .joined(separator: " &ensp; "))
    }
    lines += table.reasons.map { "– " + XML.text($0) }
    lines += table.notes.map(inline)
    if lines.isEmpty { return "" }
    return "<p class=\"tablenote\">" + lines.joined(separator: "&nbsp;&nbsp;·&ensp; ") + "</p>\n"
  }

}
