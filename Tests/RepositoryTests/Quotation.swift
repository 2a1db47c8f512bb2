/// A place in a page where a table of a report is quoted.
///
/// Written as `<!-- quoted from results/NAME/report.md -->`, or with ` below START OF A LINE`, on the line
/// before a fenced block.
struct Quotation {
  /// The report's path from the project's root.
  let report: String
  /// How a line above the table begins, if one is named.
  let start: String?
  /// The lines of the block, between its fences.
  let block: Range<Int>

  /// Every quotation of a page.
  static func all(in lines: [Substring]) -> [Quotation] {
    lines.indices.compactMap { index in
      guard
        let mark = lines[index].wholeMatch(of: /<!-- quoted from (\S+?)(?: below (.+?))? -->/),
        index + 1 < lines.count, lines[index + 1].hasPrefix("```"),
        let end = lines[(index + 2)...].firstIndex(where: { $0.hasPrefix("```") })
      else { return nil }
      return Quotation(
        report: String(mark.1), start: mark.2.map(String.init), block: (index + 2)..<end)
    }
  }
}
