import Foundation
import Testing

@testable import Commands

@Suite("The committed page of")
struct CommittedPagesTests {
  private let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Compares a page with what the tool makes now; `UPDATE_SNAPSHOTS=1` rewrites it.
  private func expect(_ path: String, is text: String, command: String) throws {
    let file = root.appending(path: path)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try Data(text.utf8).write(to: file)
    }
    let committed = try? String(contentsOf: file, encoding: .utf8)
    #expect(committed == text, "\(path) is out of date: \(command)")
  }

  @Test("measures is what the catalogue says")
  func measures() throws {
    try expect(
      "results/measures.md", is: run("test", "--measures", "--format", "markdown").out,
      command: "gateway-lab test --measures --format markdown > results/measures.md")
  }

  @Test("results is the golden table of the summaries that are here")
  func goldenTable() throws {
    try expect(
      "results/README.md", is: try GoldenTable(root: root.path + "/results").text(),
      command: "gateway-lab test --update")
  }
}
