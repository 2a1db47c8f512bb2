/// Renders a report as Markdown with pipe tables and figures in files beside it.
public struct MarkdownRenderer: Sendable {
  /// The folder of the figures, relative to the Markdown file; empty: the same folder.
  public var figures: String

  /// A renderer that refers to figures in a folder.
  public init(figures: String = "") { self.figures = figures }

  /// The report as Markdown.
  public func render(_ report: Report) -> String {
    var out = "# \(MarkdownRenderer.escaped(report.title))\n\n"
    if let subtitle = report.subtitle { out += inline(subtitle) + "\n\n" }
    out += render(report.blocks)
    while out.hasSuffix("\n\n") { out.removeLast() }
    return out
  }

  private func render(_ blocks: [Report.Block]) -> String {
    blocks.map { render($0) + "\n" }.joined()
  }

  private func render(_ block: Report.Block) -> String {
    switch block {
    case .heading(let text, let level):
      return String(repeating: "#", count: min(max(level, 2), 6)) + " "
        + MarkdownRenderer.escaped(text) + "\n"
    case .question(let text): return "> " + inline(text) + "\n"
    case .answer(let text, let mark):
      return (mark.map { $0.sign + " " } ?? "") + "**Answer.** " + inline(text) + "\n"
    case .paragraph(let text): return inline(text) + "\n"
    case .list(let items, let ordered):
      return items.enumerated().map { index, item in
        (ordered ? "\(index + 1). " : "- ") + inline(item) + "\n"
      }.joined()
    case .table(let table): return render(table)
    case .figure(let figure):
      let path = figures.isEmpty ? figure.fileName : figures + "/" + figure.fileName
      let words = MarkdownRenderer.escaped(figure.caption.plain)
      return "![\(words)](\(path))\n\n" + inline(figure.caption) + "\n"
    case .code(let text, let language):
      let fence = MarkdownRenderer.fence(for: text)
      return fence + language + "\n" + text + (text.hasSuffix("\n") ? "" : "\n") + fence + "\n"
    case .note(let text, let kind):
      let lead = kind == .remark ? "Note" : kind == .caution ? "Caution" : "Problem"
      return "> **\(lead).** " + inline(text) + "\n"
    case .definitions(let definitions):
      return definitions.map { "- **\(inline($0.term))**: \(inline($0.meaning))\n" }.joined()
    case .details(let title, let inner):
      return "<details>\n<summary>\(XML.text(title))</summary>\n\n" + render(inner)
        + "</details>\n"
    }
  }

  /// One table as Markdown.
  public func render(_ table: Table) -> String {
    var out = ""
    if let caption = table.caption { out += inline(caption) + "\n\n" }
    let heads = table.columns.map { column in
      let title = MarkdownRenderer.escaped(table.heading(column))
      guard let group = column.group else { return title }
      return MarkdownRenderer.escaped(table.heading(group: group)) + "<br>" + title
    }
    out += "| " + heads.joined(separator: " | ") + " |\n|"
    for column in table.columns { out += column.kind == .text ? "---|" : "---:|" }
    out += "\n"
    for (section, row) in table.sectioned {
      if let section {
        let rest = table.columns.dropFirst().map { _ in "  |" }.joined()
        out += "| **\(MarkdownRenderer.escaped(section))** |" + rest + "\n"
      }
      let cells = table.parts(row).enumerated().map { index, parts -> String in
        let text = cell(parts)
        if index > 0 || row.role == .ordinary { return text }
        switch row.role {
        case .baseline: return "**\(text)** (baseline)"
        case .reference: return "*\(text)* (reference)"
        case .total, .ordinary: return "**\(text)**"
        }
      }
      out += "| " + cells.joined(separator: " | ") + " |\n"
    }
    var notes: [String] = []
    if let legend = table.legend { notes.append(legend) }
    notes += table.reasons.map { "– " + MarkdownRenderer.escaped($0) }
    notes += table.notes.map(inline)
    for note in notes { out += "\n" + note + "\n" }
    return out
  }

  private func cell(_ parts: CellParts) -> String {
    if let words = parts.words { return inline(words) }
    var lines: [String] = []
    if !parts.value.isEmpty {
      lines.append(parts.halfWidth.isEmpty ? parts.value : parts.value + " " + parts.halfWidth)
    }
    if !parts.difference.isEmpty {
      let half = parts.differenceHalfWidth.isEmpty ? "" : " " + parts.differenceHalfWidth
      lines.append((parts.mark.map { $0.sign + " " } ?? "") + parts.difference + half)
    }
    return lines.joined(separator: "<br>").replacing(" ", with: "\u{A0}")
  }

  private func inline(_ text: RichText) -> String {
    text.spans.map { span in
      switch span {
      case .plain(let text): MarkdownRenderer.escaped(text)
      case .strong(let text): "**\(MarkdownRenderer.escaped(text))**"
      case .code(let text): MarkdownRenderer.code(text)
      case .link(let text, let target): "[\(MarkdownRenderer.escaped(text))](\(target))"
      case .judged(let text, let mark):
        text.isEmpty ? mark.sign : mark.sign + " " + MarkdownRenderer.escaped(text)
      }
    }.joined()
  }

  /// `text` with the signs that Markdown reads escaped, on one line.
  static func escaped(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "#", "~": out += "\\" + String(character)
      case _ where character.isNewline: out += " "
      default: out.append(character)
      }
    }
    return out
  }

  private static func code(_ text: String) -> String {
    let clean = String(text.map { $0.isNewline ? " " : $0 }).replacing("|", with: "\\|")
    if !clean.contains("`") { return "`\(clean)`" }
    var fence = "``"
    while clean.contains(fence) { fence += "`" }
    return "\(fence) \(clean) \(fence)"
  }

  private static func fence(for text: String) -> String {
    var fence = "```"
    while text.contains(fence) { fence += "`" }
    return fence
  }
}
