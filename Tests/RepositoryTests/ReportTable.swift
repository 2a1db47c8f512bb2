/// A table of a committed `report.md`, and the excerpt of it that other pages quote.
struct ReportTable {
  /// The columns that are quoted: the heading in the report, and the heading in the excerpt.
  static let quoted: [(heading: String, words: String)] = [
    ("success per call, %", "success per call, %"),
    ("time to first token, s<br>p99", "p99 to first token, s"),
    ("cost per 1,000 successes, $", "cost per 1,000, $"),
  ]

  private let header: [String]
  private let rows: [[String]]

  /// The first table below a line that begins with `start` (or of the whole report) that has every
  /// quoted column.
  init?(report: String, below start: String? = nil) {
    var lines = report.split(separator: "\n", omittingEmptySubsequences: false)[...]
    if let start {
      guard let place = lines.firstIndex(where: { $0.hasPrefix(start) }) else { return nil }
      lines = lines[place...]
    }
    guard
      let top = lines.firstIndex(where: { line in
        Self.quoted.allSatisfy { Self.cells(line).contains($0.heading) }
      })
    else { return nil }
    header = Self.cells(lines[top])
    rows = lines[(top + 1)...].prefix { $0.hasPrefix("|") }.dropFirst().map { Self.cells($0) }
  }

  /// The excerpt, aligned: a policy a line, with the quoted columns, without the references.
  var excerpt: String {
    let places = Self.quoted.compactMap { quoted in
      header.firstIndex(of: quoted.heading)
    }
    var table = [["policy"] + Self.quoted.map(\.words)]
    for row in rows where row.count == header.count && !row[0].hasSuffix("(reference)") {
      table.append([row[0]] + places.map { row[$0].replacing("<br>", with: "  ") })
    }
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      var line = ""
      for (cell, width) in zip(row, widths) {
        line += cell + String(repeating: " ", count: width - cell.count + 3)
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  private static func cells(_ line: Substring) -> [String] {
    guard line.hasPrefix("|") else { return [] }
    return line.split(separator: "|").map { cell in
      var text = cell.replacing("*", with: "")
      while text.first == " " { text.removeFirst() }
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }
}
