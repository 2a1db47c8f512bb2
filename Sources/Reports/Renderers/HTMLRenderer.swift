/// Renders a report as one self-contained HTML file: light, dark and print, nothing to load.
public struct HTMLRenderer: Sendable {
  /// A renderer.
  public init() {}

  /// The report as an HTML document.
  public func render(_ report: Report) -> String {
    var out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    out += "<title>\(XML.text(report.title))</title>\n"
    out += "<style>\n\(ChartTheme.variables)\(HTMLStyle.rules)\(ChartTheme.rules)</style>\n"
    out += "</head>\n<body>\n<main>\n<header>\n<h1>\(XML.text(report.title))</h1>\n"
    let subtitle = report.subtitle.map { inline($0) } ?? ""
    out += "<p class=\"subtitle\">\(subtitle)</p>\n" + navigation(report) + "</header>\n"
    var used: [String] = []
    for block in report.blocks { out += render(block, &used) }
    return out + "</main>\n</body>\n</html>\n"
  }

  /// Links to the sections, when there are enough to need them.
  private func navigation(_ report: Report) -> String {
    var used: [String] = []
    var links: [String] = []
    for block in report.blocks {
      guard case .heading(let text, let level) = block else { continue }
      let anchor = HTMLRenderer.anchor(text, &used)
      if level <= 2 { links.append("<a href=\"#\(anchor)\">\(XML.text(text))</a>") }
    }
    return links.count < 3 ? "" : "<nav>\(links.joined(separator: " "))</nav>\n"
  }

  private func render(_ block: Report.Block, _ used: inout [String]) -> String {
    switch block {
    case .heading(let text, let level):
      let tag = "h\(min(max(level, 2), 4))"
      return "<\(tag) id=\"\(HTMLRenderer.anchor(text, &used))\">\(XML.text(text))</\(tag)>\n"
    case .question(let text): return "<p class=\"question\">\(inline(text))</p>\n"
    case .answer(let text, let mark):
      let sign = mark.map { HTMLRenderer.sign($0) + " " } ?? ""
      return "<p class=\"answer \(mark?.word ?? "")\">\(sign)\(inline(text))</p>\n"
    case .paragraph(let text): return "<p>\(inline(text))</p>\n"
    case .list(let items, let ordered):
      let tag = ordered ? "ol" : "ul"
      let inner = items.map { "<li>\(inline($0))</li>\n" }.joined()
      return "<\(tag)>\n\(inner)</\(tag)>\n"
    case .table(let table): return HTMLTable(table, inline: inline).text()
    case .figure(let figure):
      return "<figure id=\"\(XML.attribute(figure.name))\">\n<div class=\"scroll\">"
        + figure.svg(.inline) + "</div>\n<figcaption>\(inline(figure.caption))</figcaption>\n"
        + "</figure>\n"
    case .code(let text, _): return "<pre><code>\(XML.text(text))</code></pre>\n"
    case .note(let text, let kind):
      let lead = kind == .remark ? "Note" : kind == .caution ? "Caution" : "Problem"
      return "<p class=\"note \(kind.rawValue)\"><b>\(lead).</b> \(inline(text))</p>\n"
    case .definitions(let definitions):
      let inner = definitions.map {
        "<dt>\(inline($0.term))</dt><dd>\(inline($0.meaning))</dd>\n"
      }.joined()
      return "<dl>\n\(inner)</dl>\n"
    case .details(let title, let inner):
      var out = "<details>\n<summary>\(XML.text(title))</summary>\n"
      for block in inner { out += render(block, &used) }
      return out + "</details>\n"
    }
  }

  private func inline(_ text: RichText) -> String {
    text.spans.map { span in
      switch span {
      case .plain(let text): XML.text(HTMLRenderer.bound(text))
      case .strong(let text): "<b>\(XML.text(HTMLRenderer.bound(text)))</b>"
      case .code(let text): "<code>\(XML.text(text))</code>"
      case .link(let text, let target):
        HTMLRenderer.isSafe(target)
          ? "<a href=\"\(XML.attribute(target))\">\(XML.text(text))</a>" : XML.text(text)
      case .judged(let text, let mark):
        "<span class=\"judged \(mark.word)\">"
          + (text.isEmpty ? HTMLRenderer.sign(mark) : mark.sign + " " + XML.text(text)) + "</span>"
      }
    }.joined()
  }

  /// `text` with spaces that do not break between a number and its unit.
  static func bound(_ text: String) -> String {
    let units = ["%", "s", "ms", "µs", "min", "h", "d", "points", "±", "cents"]
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    var out = ""
    for (index, word) in words.enumerated() {
      if index > 0 {
        let last = words[index - 1].last
        let isNumber = last.map { $0.isASCII && $0.isNumber || $0 == "±" } ?? false
        let bare = word.last.map { ".,;:)".contains($0) } ?? false ? word.dropLast() : word[...]
        out += isNumber && (units.contains(String(bare)) || last == "±") ? "\u{A0}" : " "
      }
      out += word
    }
    return out
  }

  /// A sign that is also a word for those who hover or listen.
  static func sign(_ mark: VerdictMark) -> String {
    "<span class=\"sign \(mark.word)\" role=\"img\" aria-label=\"\(mark.word)\" "
      + "title=\"\(mark.word)\">\(mark.sign)</span>"
  }

  /// Links lead to this page, to files beside it or to the web; never to scripts.
  private static func isSafe(_ target: String) -> Bool {
    let scheme = target.prefix { $0 != ":" && $0 != "/" && $0 != "#" && $0 != "?" }
    guard scheme.count < target.count,
      target[target.index(target.startIndex, offsetBy: scheme.count)] == ":"
    else { return true }
    return ["http", "https", "mailto"].contains(scheme.lowercased())
  }

  private static func anchor(_ text: String, _ used: inout [String]) -> String {
    var slug = ""
    for character in text.lowercased() {
      if character.isLetter || character.isNumber {
        slug.append(character)
      } else if slug.last != "-", !slug.isEmpty {
        slug.append("-")
      }
    }
    if slug.hasSuffix("-") { slug.removeLast() }
    if slug.isEmpty { slug = "section" }
    var candidate = slug
    var number = 2
    while used.contains(candidate) {
      candidate = "\(slug)-\(number)"
      number += 1
    }
    used.append(candidate)
    return candidate
  }
}
