import Foundation
import Testing

/// With `UPDATE_SNAPSHOTS=1` pages are rewritten instead of compared.
private let updates = ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1"

@Suite("The README")
struct QuotationTests {
  private func page() throws -> [Substring] {
    try Project.text("README.md").split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// What stands above the second heading.
  private func firstScreen() throws -> ArraySlice<Substring> {
    let lines = try page()
    let second = lines.dropFirst().firstIndex { $0.hasPrefix("#") } ?? lines.endIndex
    return lines[..<second]
  }

  @Test("has a first screen of at most 30 lines with one figure")
  func length() throws {
    let screen = try firstScreen()
    #expect(screen.count <= 31)
    #expect(screen.count { $0.hasPrefix("![") } == 1)
  }

  @Test("quotes the tables of committed reports to the letter")
  func quotations() throws {
    var lines = try page()
    let found = Quotation.all(in: lines)
    #expect(!found.isEmpty)
    for quotation in found.reversed() {
      let report = try Project.text(quotation.report)
      let table = try #require(
        ReportTable(report: report, below: quotation.start), "\(quotation.report)")
      if updates {
        lines.replaceSubrange(quotation.block, with: table.excerpt.split(separator: "\n"))
      } else {
        #expect(lines[quotation.block].joined(separator: "\n") == table.excerpt)
      }
    }
    if updates { try Project.write(lines.joined(separator: "\n"), to: "README.md") }
  }

  @Test("has no number on its first screen that is not in a committed result")
  func numbers() throws {
    let lines = try page()
    let quotations = Quotation.all(in: lines)
    var known = Set(["6.3", "1"])  // the toolchain's version; seed 1
    for quotation in quotations {
      known.formUnion(numbers(in: try Project.text(quotation.report)))
    }
    for (index, line) in try firstScreen().enumerated()
    where !quotations.contains(where: { $0.block.contains(index) }) {
      // What stands in a link or in code is a name, not a claim.
      let prose = line.replacing(/\]\([^)]*\)/, with: "]").replacing(/`[^`]*`/, with: "")
      for number in numbers(in: String(prose)) where !known.contains(number) {
        Issue.record("README.md:\(index + 1): \(number) is in no result that the page quotes")
      }
    }
  }

  private func numbers(in text: String) -> Set<String> {
    Set(
      text.matches(of: /\d[\d,]*(?:\.\d+)?/).map { String($0.output.trimmingSuffix { $0 == "," }) })
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while matches: (Character) -> Bool) -> Substring {
    var text = self
    while let last = text.last, matches(last) { text.removeLast() }
    return text
  }
}

@Suite("A quotation of a report")
struct ReportTableTests {
  @Test("has the policies and the quoted columns, aligned")
  func excerpt() throws {
    let report = """
      # A
      | policy | success per call, % | time to first token, s<br>p99 | cost per 1,000 successes, $ | more |
      |---|---:|---:|---:|---:|
      | **today** (baseline) | 99.1 ± 0.2 | 2 | 0.9 | 7 |
      | *all-knowing* (reference) | 100 | 1 | 0.5 | 9 |
      | other | 99.9<br>▲ +0.8 ± 0.1 | 3 | 1.0 | 8 |

      | policy | else |
      """
    let table = try #require(ReportTable(report: report))
    #expect(
      table.excerpt == """
        policy             success per call, %   p99 to first token, s   cost per 1,000, $
        today (baseline)   99.1 ± 0.2            2                       0.9
        other              99.9  ▲ +0.8 ± 0.1    3                       1.0
        """)
    #expect(ReportTable(report: report, below: "B") == nil)
  }
}
