import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("A report")
struct RendererTests {
  @Test("reads well in every form")
  func forms() throws {
    let report = Demonstration.report
    try expectSnapshot(TerminalRenderer(width: 120).render(report), "demonstration.txt")
    try expectSnapshot(MarkdownRenderer().render(report), "demonstration.md")
    try expectSnapshot(HTMLRenderer().render(report), "demonstration.html")
    try expectSnapshot(JSONRenderer().render(report), "demonstration.json")
    try expectSnapshot(CSVRenderer().render(Demonstration.table), "demonstration.csv")
  }

  @Test("fits the terminal: no line is wider, colour adds no columns")
  func width() {
    for width in [60, 80, 100, 160] {
      let plain = TerminalRenderer(width: width).render(Demonstration.table)
      #expect(plain.split(separator: "\n").allSatisfy { $0.count <= width })
      let colored = TerminalRenderer(width: width, color: true).render(Demonstration.table)
      #expect(colored.replacing(/\u{1B}\[\d+m/, with: "") == plain)
    }
  }

  @Test("cannot be broken by what it quotes")
  func escaping() throws {
    let evil = "<script>alert(\"|`*_\\\u{0}&\")</script>\r\n# x"
    var report = Report(title: evil, subtitle: RichText(evil))
    report.append(
      .paragraph("\(code: evil) \(strong: evil) \(link: evil, to: "javascript:alert(1)")"))
    report.append(.code("```\n" + evil))
    report.append(
      .table(
        Table(
          name: evil,
          columns: [.text("a,\"b", title: evil), .number("n", title: evil, in: .count())],
          rows: [
            Table.Row([.text(RichText(evil)), .number(.nan)], section: evil),
            Table.Row([.missing(evil)], role: .total), Table.Row([]),
          ], notes: [RichText(evil)])))
    report.append(
      .figure(
        Figure(
          name: evil, caption: RichText(evil),
          chart: .bridge(
            BridgeChart(
              title: evil, axis: ChartAxis(evil, in: .count()), from: (evil, 1), steps: [],
              to: (evil, 1))))))
    let html = HTMLRenderer().render(report)
    #expect(!html.contains("<script") && !html.contains("javascript:") && !html.contains("\u{0}"))
    let markdown = MarkdownRenderer().render(report)
    #expect(markdown.hasPrefix("# \\<script\\>") && markdown.contains("````"))
    let json = try JSONSerialization.jsonObject(with: Data(JSONRenderer().render(report).utf8))
    #expect((json as? [String: Any])?["title"] as? String == evil)
    let csv = CSVRenderer().render(try #require(report.tables.first))
    #expect(csv.hasPrefix("section,role,\"a,\"\"b\",n\n"))
    #expect(!TerminalRenderer(width: 10).render(report).isEmpty)
    #expect(!HTMLRenderer().render(Report(title: "")).isEmpty)
  }

  @Test("writes JSON in the order given, numbers that read back, and null for what is no number")
  func json() {
    let value: JSON = [
      "z": 1, "a": [1.5, nil, true], "nested": ["x": .number(.infinity)],
      "cost": .fixed(0.125, digits: 2), "text": "é\u{1}\"",
    ]
    #expect(
      value.line()
        == "{\"z\": 1, \"a\": [1.5, null, true], \"nested\": {\"x\": null}, \"cost\": 0.12, \"text\": \"é\\u0001\\\"\"}"
    )
    #expect(JSON.array([]).text() == "[]\n")
    #expect(JSON.number(1.0 / 3).line() == "0.333333333333")
  }

  @Test("of tests counts failures, errors and skips for continuous integration")
  func junit() throws {
    let results = JUnit(suites: [
      .init(
        "provider-outage",
        cases: [
          .init(
            "p95 timeToFirstToken <= 2s", className: "provider-outage.outage.failover", .passed),
          .init(
            "availability >= 99.5%", className: "provider-outage.outage.today",
            .failed(message: "84.2 % < 99.5 %", detail: "reproduce: gateway-lab test … --seed 1\n")),
          .init(
            "every request ends once", className: "laws", .error(message: "request 90211 <twice>")),
          .init("cost <= 1.3 x today", className: "c", .skipped(message: "undecided: 14 more")),
        ])
    ])
    try expectSnapshot(results.xml(), "junit.xml")
    let parser = XMLParser(data: Data(results.xml().utf8))
    #expect(parser.parse())
  }
}
