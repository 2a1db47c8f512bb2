import Testing

@Suite("The rules of real gateways")
struct FactsTests {
  /// Who states rules: gateways, libraries, papers and standards.
  private static let sources = [
    "AWS", "Azure", "APIM", "Bedrock", "Bifrost", "Chiu", "Cloudflare", "Envoy", "Facebook",
    "Finagle", "Helicone", "Kong", "LiteLLM", "Netflix", "OpenRouter", "Portkey", "RFC", "RouteLLM",
    "TensorZero", "gRPC", "nginx", "resilience4j", "tower",
  ]

  @Test("are tests, at least forty, each of which names whose rule it is")
  func named() {
    var titles: [String] = []
    for file in Project.tests where file.path.hasPrefix("Tests/GatewayCoreTests/") {
      let text = String(decoding: file.raw, as: UTF8.self)
      for match in text.matches(of: /@Test\(\s*"((?:[^"\\]|\\.)+)",\s*\.tags\(\.fact\)/) {
        titles.append(String(match.1))
      }
    }
    #expect(titles.count >= 40)
    #expect(Set(titles).count == titles.count)
    for title in titles {
      #expect(FactsTests.sources.contains { title.contains($0) }, "whose rule is: \(title)")
    }
    // Every gateway of the design's list has a rule of its own here.
    for gateway in [
      "LiteLLM", "Portkey", "OpenRouter", "Helicone", "Kong", "AWS", "RouteLLM", "Envoy", "Bifrost",
      "TensorZero", "Cloudflare",
    ] {
      #expect(titles.contains { $0.contains(gateway) }, "no rule of \(gateway)")
    }
  }
}
