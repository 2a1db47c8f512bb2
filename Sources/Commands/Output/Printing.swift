import Reports

extension Invocation {
  /// Writes a report to standard output, in the format that was asked for.
  func print(_ report: Report) {
    switch format {
    case .terminal: out.write(terminal.render(report))
    case .markdown: out.write(MarkdownRenderer().render(report))
    case .json: out.write(JSONRenderer().render(report))
    case .csv:
      out.write(report.tables.map { CSVRenderer().render($0) }.joined(separator: "\n"))
    }
  }

  /// Renders for where standard output goes.
  var terminal: TerminalRenderer {
    TerminalRenderer(width: out.columns, color: out.isTerminal)
  }
}
