import Foundation
import Testing

@Suite("The rules of real gateways")
struct FactsTests {
  /// Who states rules: gateways, libraries, papers and standards.
  private static let sources = [
    "AWS", "Azure", "APIM", "Bedrock", "Bifrost", "Chiu", "Cloudflare", "Envoy", "Facebook",
    "Finagle", "Helicone", "Kong", "LiteLLM", "Netflix", "OpenRouter", "Portkey", "RFC", "RouteLLM",
    "TensorZero", "gRPC", "nginx", "resilience4j", "tower",
  ]

  /// The names of all tests of facts.
  private static let titles: [String] = {
    var titles: [String] = []
    for file in Project.tests where file.path.hasPrefix("Tests/GatewayCoreTests/") {
      let text = String(decoding: file.raw, as: UTF8.self)
      for match in text.matches(of: /@Test\(\s*"((?:[^"\\]|\\.)+)",\s*\.tags\(\.fact\)/) {
        titles.append(String(match.1))
      }
    }
    return titles
  }()

  /// What the table of disagreements says: the question of each line, and where its tests begin.
  private static let disagreements: (questions: [String], facts: [String]) = {
    let path = "Tests/GatewayCoreTests/Facts/DisagreementTests.swift"
    let text = (try? Project.text(path)) ?? ""
    return (
      text.matches(of: /\(\n {6}"([^"]+)",\n {6}\[/).map { String($0.1) },
      text.matches(of: /fact: "([^"]+)"/).map { String($0.1) }
    )
  }()

  /// The page that the rules were read into; not part of the repository.
  private static let page: String? = {
    let shared =
      ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? Project.root.deletingLastPathComponent().appending(path: "shared")
    return try? String(
      contentsOf: shared.appending(path: "semantics/gateways.md"), encoding: .utf8)
  }()

  @Test("are tests, at least forty, each of which names whose rule it is")
  func named() {
    let titles = FactsTests.titles
    #expect(titles.count >= 40)
    #expect(Set(titles).count == titles.count)
    for title in titles {
      #expect(FactsTests.sources.contains { title.contains($0) }, "whose rule is: \(title)")
    }
    // The rules that the bar names are there, word for word what their tests show.
    for rule in [
      "Portkey: the cooldown counts from the first failure, not from the opening",
      "OpenRouter: at a third of the price a provider is nine times as likely",
      "Kong: the counter is not reset by a success inside fail_timeout",
      "Helicone: a 429 ejects for Retry-After plus 30 s, looked at every 2 s",
      "AWS API Gateway: an account has 10,000 requests a second and a burst of 5,000",
      "TensorZero: an estimate of prompt and max_tokens is taken before and reconciled after",
    ] { #expect(titles.contains(rule), "no test of: \(rule)") }
    // Every gateway of the design's list has a rule of its own here.
    for gateway in [
      "LiteLLM", "Portkey", "OpenRouter", "Helicone", "Kong", "AWS", "RouteLLM", "Envoy", "Bifrost",
      "TensorZero", "Cloudflare",
    ] {
      #expect(titles.contains { $0.contains(gateway) }, "no rule of \(gateway)")
    }
  }

  @Test("have a test for each variant on which real gateways disagree")
  func variants() {
    #expect(FactsTests.disagreements.facts.count >= 30)
    for fact in FactsTests.disagreements.facts {
      let found = FactsTests.titles.filter { $0.hasPrefix(fact) }
      #expect(found.count == 1, "tests whose name begins with \(fact): \(found)")
    }
  }

  @Test(
    "have a line for each question of the page on which they disagree",
    .enabled(if: FactsTests.page != nil, "the shared page is not on this machine"))
  func questions() throws {
    let page = try #require(FactsTests.page)
    let section = try #require(page.components(separatedBy: "\n## 8. ").dropFirst().first)
    let rows = section.split(separator: "\n").prefix { !$0.hasPrefix("## ") }
      .filter { $0.hasPrefix("| ") }.dropFirst()
    let asked = rows.compactMap { row in
      row.split(separator: "|").first.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(asked.count >= 9)
    #expect(FactsTests.disagreements.questions == asked)
  }
}
