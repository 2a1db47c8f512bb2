import Settings
import Synchronization
import Testing
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// The names are those of semantic-conventions-genai v0.1.0, docs/gen-ai/client-inference.md.
@Suite("A log in OpenTelemetry's words")
struct TelemetryTests {
  /// A world that has all that a row may say: prompt caches that are written to, timeouts, refusals.
  static let text = SmallWorld.text.replacing(
    "model: \"n/big\"", with: "promptCache: \"anthropic\", model: \"azure/gpt-4.1\""
  )
  .replacing("model: \"s/big\"", with: "model: \"mistral/large\"")
  .replacing(
    "alias: \"chat\", streams: true", with: "alias: \"chat\", streams: \"50%\", virtualKey: \"k\""
  )
  .replacing(
    "attempts: { total: \"10s\", max: 3 }",
    with:
      "attempts: { total: \"3s\", max: 3 }, limits: [{ each: \"everyone\", requests: \"10/s\", burst: 3 }]"
  )
  .replacing(
    "keys: { zipf: { count: 300, exponent: 1 } }",
    with: "conversations: { again: [\"80%\"], think: \"5s\", added: 3000 }")

  /// The rows of a run, as objects.
  private static func rows(_ format: LogFormat = .jsonl) throws -> [Setting] {
    let bytes = Mutex<[UInt8]>([])
    let scenario = try SmallWorld.scenario(text)
    let log = RequestLog(
      scenario, policy: "failover", includesAttempts: true, format: format
    ) { buffer in bytes.withLock { $0.append(contentsOf: buffer) } }
    var options = ExperimentOptions()
    options.cases = ["outage"]
    _ = try Experiment.run(scenario, options, policy: "failover", log: log)
    log.close()
    return try String(decoding: bytes.withLock { $0 }, as: UTF8.self).split(separator: "\n").map {
      try JSON5.parse(bytes: Array($0.utf8), file: "log")
    }
  }

  private static func text(_ row: Setting, _ key: String) -> String? {
    guard let content = row[key]?.content else { return nil }
    if case .string(let text) = content { return text }
    if case .number(_, let literal) = content { return literal }
    return nil
  }

  private static func attempts() throws -> [Setting] {
    try rows().filter { text($0, TelemetryName.row) == "attempt" }
  }

  private static func requests() throws -> [Setting] {
    try rows().filter { text($0, TelemetryName.row) == "request" }
  }

  @Test("has no name under gen_ai that the conventions do not have")
  func known() throws {
    let known: Set<String> = [
      "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model",
      "gen_ai.request.stream", "gen_ai.response.model", "gen_ai.response.time_to_first_chunk",
      "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens",
      "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_write.input_tokens",
    ]
    let metrics: Set<String> = [
      "gen_ai.client.inference.duration", "gen_ai.server.request.duration",
    ]
    var seen: Set<String> = []
    for row in try Self.rows() {
      for member in row.members ?? [] where member.key.hasPrefix("gen_ai.") {
        seen.insert(member.key)
      }
    }
    #expect(seen == known.union(metrics))
    var inSpans: Set<String> = []
    for line in try Self.rows(.otlp) {
      let span = line["resourceSpans"]?.elements?.first?["scopeSpans"]?.elements?.first?["spans"]?
        .elements?.first
      for attribute in span?["attributes"]?.elements ?? [] {
        let key = Self.text(attribute, "key") ?? ""
        if key.hasPrefix("gen_ai.") { inSpans.insert(key) }
      }
    }
    // A metric is no attribute: a span has its two instants.
    #expect(inSpans == known)
  }

  @Test(
    "an attempt asks for the model of its provider, in the provider's words; the alias stands aside"
  )
  func attemptsModel() throws {
    let attempts = try Self.attempts()
    for row in attempts {
      let isNorth = Self.text(row, TelemetryName.deployment) == "north"
      #expect(Self.text(row, TelemetryName.requestModel) == (isNorth ? "gpt-4.1" : "large"))
      #expect(
        Self.text(row, TelemetryName.provider) == (isNorth ? "azure.ai.openai" : "mistral_ai"))
      #expect(Self.text(row, TelemetryName.alias) == "chat")
    }
    #expect(Set(attempts.compactMap { Self.text($0, TelemetryName.deployment) }).count == 2)
    #expect(try Self.requests().allSatisfy { Self.text($0, TelemetryName.requestModel) == "chat" })
  }

  @Test("only who has answered is named as the model of the response")
  func response() throws {
    let refused = try Self.attempts().filter { Self.text($0, TelemetryName.status) == "503" }
    #expect(!refused.isEmpty)
    #expect(refused.allSatisfy { $0[TelemetryName.responseModel] == nil })
    #expect(refused.allSatisfy { Self.text($0, TelemetryName.errorType) == "503" })
    let answered = try Self.attempts().filter { $0[TelemetryName.errorType] == nil }
    #expect(answered.allSatisfy { $0[TelemetryName.responseModel] != nil })
    #expect(answered.allSatisfy { Self.text($0, TelemetryName.status) == "200" })
  }

  @Test("a status is one that was answered: a timeout has a class and none")
  func timeouts() throws {
    let late = try Self.attempts().filter {
      Self.text($0, TelemetryName.errorType) == "totalTimeout"
    }
    #expect(!late.isEmpty && late.allSatisfy { $0[TelemetryName.status] == nil })
    for row in try Self.requests() where Self.text(row, TelemetryName.end) == "abandoned" {
      #expect(row[TelemetryName.status] == nil || row[TelemetryName.timeToFirstToken] != nil)
    }
  }

  @Test("the first token is timed only where an answer is streamed; silence means it is not")
  func streamed() throws {
    let requests = try Self.requests()
    let streamed = requests.filter { $0[TelemetryName.streams] != nil }
    #expect(!streamed.isEmpty && streamed.count < requests.count)
    for row in requests where row[TelemetryName.streams] == nil {
      #expect(row[TelemetryName.timeToFirstToken] == nil)
    }
    #expect(streamed.contains { $0[TelemetryName.timeToFirstToken] != nil })
  }

  @Test("limits and keys are named as in the file")
  func places() throws {
    let requests = try Self.requests()
    let refused = requests.filter { Self.text($0, TelemetryName.end) == "rejected" }
    #expect(!refused.isEmpty)
    #expect(refused.allSatisfy { Self.text($0, TelemetryName.limit) == "limits[0]" })
    #expect(refused.allSatisfy { Self.text($0, TelemetryName.errorType) == "429" })
    #expect(requests.allSatisfy { Self.text($0, TelemetryName.key) == "k" })
  }

  @Test(
    "providers are called by the conventions' well-known values, others as they are",
    arguments: zip(
      [
        "openai", "azure", "bedrock", "google", "gemini", "vertex", "mistral", "xai", "moonshot",
        "watsonx", "anthropic", "cohere", "deepseek", "groq", "perplexity", "mine",
      ],
      [
        "openai", "azure.ai.openai", "aws.bedrock", "gcp.gen_ai", "gcp.gemini", "gcp.vertex_ai",
        "mistral_ai", "x_ai", "moonshot_ai", "ibm.watsonx.ai", "anthropic", "cohere", "deepseek",
        "groq", "perplexity", "mine",
      ]))
  func providers(name: String, value: String) {
    #expect(TelemetryName.provider(name, model: "gpt-5") == value)
  }

  @Test("Azure serves OpenAI's models by another API than those of others")
  func azure() {
    #expect(TelemetryName.provider("azure", model: "mistral-large-3") == "azure.ai.inference")
    #expect(TelemetryName.model("bedrock/meta/llama") == "meta/llama")
    #expect(TelemetryName.model("own") == "own")
  }
}
