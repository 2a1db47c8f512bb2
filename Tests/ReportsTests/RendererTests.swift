import Foundation
import Reports
import Testing

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
}
