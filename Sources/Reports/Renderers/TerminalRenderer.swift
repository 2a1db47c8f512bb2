/// Renders a report as plain text for a terminal of a given width.
///
/// A table that is too wide is continued below with its first column repeated.
public struct TerminalRenderer: Sendable {
  /// The columns of the terminal.
  public var width: Int
  /// Whether to colour with ANSI sequences.
  public var color: Bool

  /// A renderer for `width` columns, without colour unless asked.
  public init(width: Int = 100, color: Bool = false) {
    self.width = max(width, 40)
    self.color = color
  }

  /// The report as text.
  public func render(_ report: Report) -> String {
    var out = paint(report.title, .strong) + "\n"
    if let subtitle = report.subtitle { out += wrap(subtitle) }
    return out + render(report.blocks)
  }

  private func render(_ blocks: [Report.Block]) -> String {
    var out = ""
    for block in blocks { out += "\n" + render(block) }
    return out
  }

  private func render(_ block: Report.Block) -> String {
    switch block {
    case .heading(let text, let level):
      return level > 2
        ? paint(text, .strong) + "\n"
        : paint(text, .strong) + "\n" + String(repeating: "─", count: text.terminalWidth) + "\n"
    case .question(let text): return wrap(text)
    case .answer(let text, let mark): return wrap((mark.map { prefix($0) } ?? "") + text)
    case .paragraph(let text): return wrap(text)
    case .list(let items, let ordered):
      return items.enumerated().map { index, item in
        let bullet = ordered ? "\(index + 1). " : "- "
        return wrap(item, first: bullet, rest: String(repeating: " ", count: bullet.count))
      }.joined()
    case .table(let table): return render(table)
    case .figure(let figure):
      return wrap("Figure: " + figure.caption + RichText(" (\(figure.fileName))"))
    case .code(let text, _):
      return text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { $0.isEmpty ? "\n" : "    \($0)\n" }.joined()
    case .note(let text, let kind):
      let lead = kind == .remark ? "note: " : kind == .caution ? "caution: " : "PROBLEM: "
      return wrap(text, first: lead, rest: String(repeating: " ", count: lead.count))
    case .definitions(let definitions):
      return definitions.map { definition in
        wrap(
          RichText(spans: [.strong(definition.term.plain), .plain(": ")]) + definition.meaning,
          rest: "    ")
      }.joined()
    case .details(let title, let inner):
      return paint(title, .strong) + "\n" + render(inner)
    }
  }

  private func prefix(_ mark: VerdictMark) -> RichText {
    RichText(spans: [.judged("", mark), .plain(" ")])
  }

  // MARK: Tables

  /// One table as text.
  public func render(_ table: Table) -> String {
    var out = ""
    if let caption = table.caption { out += wrap(caption) }
    let layout = TerminalTable(table, paint: paint)
    for (index, group) in layout.pages(width: width).enumerated() {
      if index > 0 { out += "\n" }
      out += layout.text(columns: group)
    }
    if let legend = table.legend { out += paint(legend, .faint) + "\n" }
    for reason in table.reasons { out += wrap(RichText("– " + reason)) }
    for note in table.notes { out += wrap(note) }
    return out
  }

  // MARK: Words

  /// A manner of writing.
  enum Manner {
    case strong, faint, code, good, bad
  }

  func paint(_ text: String, _ manner: Manner) -> String {
    guard color, !text.isEmpty else { return text }
    let code =
      switch manner {
      case .strong: "1"
      case .faint: "2"
      case .code: "36"
      case .good: "32"
      case .bad: "31"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// The text broken into lines at spaces; words keep their manner.
  private func wrap(_ text: RichText, first: String = "", rest: String = "") -> String {
    let room = min(width, 100)
    var out = first
    var column = first.terminalWidth
    var isLineStart = true
    for (word, glued, manner) in words(text) {
      let size = word.terminalWidth
      if !isLineStart, !glued, column + 1 + size > room {
        out += "\n" + rest
        column = rest.terminalWidth
        isLineStart = true
      }
      if !isLineStart, !glued {
        out += " "
        column += 1
      }
      out += manner.map { paint(word, $0) } ?? word
      column += size
      isLineStart = false
    }
    return out + "\n"
  }

  /// The words in order; a glued word follows its neighbour without a space.
  private func words(_ text: RichText) -> [(word: String, glued: Bool, manner: Manner?)] {
    var result: [(word: String, glued: Bool, manner: Manner?)] = []
    var endsInSpace = true
    for span in text.spans {
      let (string, manner): (String, Manner?) =
        switch span {
        case .plain(let text): (text, nil)
        case .strong(let text): (text, .strong)
        case .code(let text): (text, .code)
        case .link(let text, let target):
          (target.hasPrefix("#") ? text : "\(text) (\(target))", nil)
        case .judged(let text, let mark):
          (text.isEmpty ? mark.sign : mark.sign + " " + text, mark.manner)
        }
      let parts = string.split(whereSeparator: { $0 == " " || $0.isNewline })
      for (index, part) in parts.enumerated() {
        let glued = index == 0 && !endsInSpace && string.first != " "
        result.append((String(part), glued, manner))
      }
      if let last = string.last { endsInSpace = last == " " || last.isNewline }
    }
    return result
  }
}

extension VerdictMark {
  var manner: TerminalRenderer.Manner {
    switch self {
    case .better, .holds: .good
    case .worse, .fails: .bad
    case .equivalent, .undecided: .faint
    }
  }
}

extension String {
  /// The columns that the text takes on a terminal: wide East Asian characters and emoji take two.
  var terminalWidth: Int {
    reduce(0) { sum, character in
      let value = character.unicodeScalars.first?.value ?? 0
      let isWide =
        (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
        || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
        || (0xFF00...0xFF60).contains(value) || (0x1F300...0x1FAFF).contains(value)
      return sum + (isWide ? 2 : 1)
    }
  }

  /// The text with spaces after it.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - terminalWidth))
  }

  /// The text with spaces before it.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - terminalWidth)) + self
  }
}
