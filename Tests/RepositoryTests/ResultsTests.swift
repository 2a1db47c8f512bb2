import Foundation
import Testing

@Suite("The committed results")
struct ResultsTests {
  private struct Summary: Decodable {
    var scenario: String
    var inputs: [String: String]
  }

  /// The scenarios whose results are committed.
  private var scenarios: [String] {
    Project.names(in: "results").filter { Project.exists("results/\($0)/summary.json") }
  }

  @Test("were made from the scenario files that are here")
  func fresh() throws {
    for name in scenarios {
      let summary = try JSONDecoder().decode(
        Summary.self, from: Data(Project.bytes("results/\(name)/summary.json")))
      #expect(summary.scenario == name)
      for (file, checksum) in summary.inputs.sorted(by: { $0.key < $1.key })
      where checksum.hasPrefix("fnv1a64:") && Project.exists("scenarios/\(name)/\(file)") {
        #expect(
          checksum == fnv1a(try Project.bytes("scenarios/\(name)/\(file)")),
          "scenarios/\(name)/\(file) has changed: gateway-lab compare scenarios/\(name)")
      }
      #expect(summary.inputs["scenario.json5"] != nil)
    }
  }

  @Test("are listed in results/README.md, each with the checksum of its summary")
  func listed() throws {
    let page = try Project.text("results/README.md")
    let rows = try scenarios.map { name in
      "| [\(name)](\(name)/report.md) | `\(fnv1a(try Project.bytes("results/\(name)/summary.json")))` |"
    }
    let listed = page.split(separator: "\n").filter { $0.hasPrefix("| [") }.map(String.init)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      var lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("| [") }
      let rule = try #require(lines.firstIndex { $0.hasPrefix("|---") })
      lines.insert(contentsOf: rows.map { $0[...] }, at: rule + 1)
      try Project.write(lines.joined(separator: "\n"), to: "results/README.md")
    } else {
      #expect(listed == rows, "UPDATE_SNAPSHOTS=1 swift test --filter RepositoryTests")
    }
  }

  @Test("exist for every scenario")
  func complete() {
    let expected = Project.names(in: "scenarios").filter {
      Project.exists("scenarios/\($0)/scenario.json5")
    }
    #expect(expected.filter { !scenarios.contains($0) } == [])
  }

  private func fnv1a(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let text = String(hash, radix: 16)
    return "fnv1a64:" + String(repeating: "0", count: 16 - text.count) + text
  }
}
