/// The pages of the tool, made of the verbs' tables.
enum Help {
  static let title =
    "gateway-lab: try an AI-gateway policy on a week of traffic in seconds, before it meets a customer"

  /// The page of the tool: its verbs.
  static func overview(_ verbs: [Verb]) -> String {
    let rows = verbs.map { ($0.name, $0.summary) }
    return """
      \(title)

      usage: gateway-lab VERB [SCENARIO] [options]

      \(rowsText(rows))
      Every verb has a page: gateway-lab VERB --help. gateway-lab --version tells the version.
      Exit status: 0 fine; 1 a law or an expectation failed; 2 the input is wrong; 3 undecided.
      Start here: gateway-lab compare scenarios/provider-outage

      """
  }

  /// The page of one verb.
  static func page(_ verb: Verb) -> String {
    var text = wrapped("gateway-lab \(verb.name): \(verb.summary)") + "\nusage: \(verb.usage)\n"
    if !verb.operands.isEmpty {
      text += "\n" + rowsText(verb.operands.map { ($0.placeholder, $0.doc) })
    }
    text += "\noptions:\n"
    text += rowsText(
      verb.options.map { ($0.usage, $0.explanation) } + [("--help", "show this page")])
    for remark in verb.remarks { text += "\n" + wrapped(remark) }
    if !verb.examples.isEmpty {
      text += "\nexamples:\n" + verb.examples.map { "  \($0)\n" }.joined()
    }
    return text
  }

  /// Terms on the left, what they mean on the right, wrapped.
  static func rowsText(_ rows: [(String, String)]) -> String {
    let width = min(30, rows.map(\.0.count).max() ?? 0)
    let rest = String(repeating: " ", count: width + 4)
    return rows.map { term, meaning in
      let lead = "  " + term + String(repeating: " ", count: max(0, width - term.count)) + "  "
      if term.count > width {
        return lead + "\n" + wrapped(meaning, first: rest, rest: rest)
      }
      return wrapped(meaning, first: lead, rest: rest)
    }.joined()
  }

  /// The text in lines of at most 100 columns.
  static func wrapped(_ text: String, first: String = "", rest: String = "") -> String {
    var out = first
    var column = first.count
    var isStart = true
    for word in text.split(separator: " ") {
      if !isStart, column + 1 + word.count > 100 {
        out += "\n" + rest
        column = rest.count
        isStart = true
      }
      out += (isStart ? "" : " ") + word
      column += word.count + (isStart ? 0 : 1)
      isStart = false
    }
    return out + "\n"
  }
}
