import Foundation
import Testing

@Suite("The committed results")
struct ResultsTests {
  private struct Summary: Decodable {
    var scenario: String
    var inputs: [String: String]
    var cases: [Case]
  }

  private struct Case: Decodable {
    var name: String
    var policies: [Policy]
  }

  private struct Policy: Decodable {
    var name: String
    var isReference: Bool

    enum CodingKeys: String, CodingKey { case name, reference }

    /// A reference says which kind it is; a policy says false.
    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      name = try values.decode(String.self, forKey: .name)
      isReference = (try? values.decode(Bool.self, forKey: .reference)) == nil
    }
  }

  /// The scenarios whose results are committed: `provider-outage`, `library/relapse`.
  private var scenarios: [String] { below("results", "/summary.json") }

  /// The folders below `folder` that hold a file, without the folder's own name.
  private func below(_ folder: String, _ file: String) -> [String] {
    Project.files(below: folder, ending: file).map {
      String($0.dropFirst(folder.count + 1).dropLast(file.count))
    }.sorted()
  }

  @Test("were made from the scenario files that are here")
  func fresh() throws {
    for name in scenarios {
      let summary = try JSONDecoder().decode(
        Summary.self, from: Data(Project.bytes("results/\(name)/summary.json")))
      #expect(summary.scenario == name.split(separator: "/").last.map(String.init))
      for (file, checksum) in summary.inputs.sorted(by: { $0.key < $1.key })
      where checksum.hasPrefix("fnv1a64:") && Project.exists("scenarios/\(name)/\(file)") {
        #expect(
          checksum == fnv1a(try Project.bytes("scenarios/\(name)/\(file)")),
          "scenarios/\(name)/\(file) has changed: gateway-lab test scenarios/\(name) --update")
      }
      #expect(summary.inputs["scenario.json5"] != nil)
    }
  }

  @Test("are all in the golden table of results/README.md, case by case and policy by policy")
  func listed() throws {
    let page = try Project.text("results/README.md")
    let listed = page.split(separator: "\n").filter { $0.hasPrefix("| [") }.map { line in
      line.split(separator: "|").prefix(3).map {
        $0.filter { !"*`\\ ".contains($0) }
      }.joined(separator: "|").replacing(/\]\([^)]*\)/, with: "").replacing("[", with: "")
    }
    let rows = try scenarios.flatMap { name in
      let summary = try JSONDecoder().decode(
        Summary.self, from: Data(Project.bytes("results/\(name)/summary.json")))
      return summary.cases.flatMap { one in
        one.policies.filter { !$0.isReference }.map { policy in
          [name, one.name, policy.name].map { $0.filter { !"*`\\ ".contains($0) } }
            .joined(separator: "|")
        }
      }
    }
    #expect(listed == rows, "gateway-lab test --update writes it")
  }

  @Test("exist for every scenario")
  func complete() {
    let expected = below("scenarios", "/scenario.json5")
    #expect(expected.filter { !scenarios.contains($0) } == [], "gateway-lab test --update")
  }

  private func fnv1a(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let text = String(hash, radix: 16)
    return "fnv1a64:" + String(repeating: "0", count: 16 - text.count) + text
  }
}
