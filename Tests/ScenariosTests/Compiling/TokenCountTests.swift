import Providers
import Scenarios
import Testing
import Vocabulary

@Suite("A scenario's two ways to count")
struct TokenCountTests {
  private func scenario(_ streams: String, _ deployments: String) throws -> Scenario {
    try Files([
      (
        "scenario.json5",
        """
        {
          lab: 1, horizon: "1m",
          traffic: { \(streams) },
          deployments: { \(deployments) },
          policies: { p: { routes: { chat: "gpt" } } },
        }
        """
      )
    ]).load()
  }

  private func stream(_ recordedOn: String) -> String {
    """
    { arrivals: { poisson: "1/s" }, alias: "chat", tokens: { input: 100, output: 10 },
      recordedOn: "\(recordedOn)" }
    """
  }

  private let three = """
    gpt: { model: "openai/gpt-4.1" }, claude: { model: "anthropic/claude-sonnet-4-6" },
    own: { model: "anthropic/claude-sonnet-4-6", tokens: { inputFactor: 3 } },
    other: { model: "vendor/unknown", price: { input: "$1/M", output: "$2/M" },
      latency: { timeToFirstToken: "100ms", timePerOutputToken: "10ms" } }
    """

  @Test("counts each model's tokens for one of those of the model that the traffic was recorded on")
  func recordedOn() throws {
    let gpt = try #require(PriceBook.row("openai/gpt-4.1")).tokenFactor
    let claude = try #require(PriceBook.row("anthropic/claude-sonnet-4-6")).tokenFactor
    #expect(gpt != claude)
    let onGPT = try scenario("s: \(stream("openai/gpt-4.1"))", three).fleet.deployments
    #expect(onGPT.map(\.inputFactor) == [1, claude / gpt, 3, 1])
    #expect(onGPT.map(\.outputFactor) == [1, claude / gpt, 1, 1])
    let onClaude = try scenario("s: \(stream("anthropic/claude-sonnet-4-6"))", three)
    #expect(onClaude.fleet.deployments.map(\.inputFactor) == [gpt / claude, 1, 3, 1])
    #expect(
      onClaude.provenance.contains { $0.path.contains("gpt") && $0.source == nil },
      "a factor of the book is assumed")
  }

  @Test("lists as assumed that all count alike, where no stream says what it was recorded on")
  func unsaid() throws {
    let stream = """
      s: { arrivals: { poisson: "1/s" }, alias: "chat", tokens: { input: 100, output: 10 } }
      """
    func assumed(_ deployments: String) throws -> [String] {
      try scenario(stream, deployments).provenance.filter { $0.source == nil }.map(\.path)
        .filter { $0.hasSuffix(".tokens") }
    }
    let mixed = try scenario(stream, three)
    #expect(mixed.fleet.deployments.map(\.inputFactor) == [1, 1, 3, 1])
    #expect(try assumed(three) == ["deployments.gpt.tokens", "deployments.claude.tokens"])
    // Models that count alike leave nothing to assume.
    #expect(
      try assumed("gpt: { model: \"openai/gpt-4.1\" }, small: { model: \"openai/gpt-4.1-mini\" }")
        == [])
  }

  @Test("refuses an unknown model, and streams that count in different ways")
  func errors() {
    func error(_ streams: String) -> String {
      do { _ = try scenario(streams, three) } catch { return "\(error)" }
      return "none"
    }
    #expect(error("s: \(stream("openai/gpt-4.11"))").contains("openai/gpt-4.1"))
    let two =
      "s: \(stream("openai/gpt-4.1")), t: \(stream("anthropic/claude-sonnet-4-6"))"
    #expect(error(two).contains("counts tokens unlike"))
  }

  @Test("lets the gateway take a standing charge for another than it is")
  func standing() throws {
    let own = """
      gpt: { model: "own/llama", serving: { model: "llama2-70b/h100", replicas: 2 },
        estimate: { perUnitHour: "$40" } }
      """
    let price = try #require(
      try scenario("s: \(stream("openai/gpt-4.1"))", own).fleet.deployments[0].standingPrice)
    #expect(price.truth.perUnitHour == Money(picodollars: 49_240_000_000_000))
    #expect(price.estimate.perUnitHour == Money(picodollars: 40_000_000_000_000))
    #expect(price.estimate.units == 2 && price.truth.units == 2)
    func error(_ deployment: String) -> String {
      do { _ = try scenario("s: \(stream("openai/gpt-4.1"))", deployment) } catch {
        return "\(error)"
      }
      return "none"
    }
    #expect(
      error("gpt: { model: \"openai/gpt-4.1\", estimate: { perUnitHour: \"$1\" } }")
        .contains("costs nothing by the hour"))
  }
}
