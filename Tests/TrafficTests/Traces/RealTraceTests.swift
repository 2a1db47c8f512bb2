import Testing
import Vocabulary

@testable import Traffic

/// The public traces against semantics/traffic-and-providers.md §2 and §3.
@Suite("A recorded trace")
struct RealTraceTests {
  @Test("of Azure's coding service has the published rows, span, tokens and burstiness")
  func azureCode() throws {
    let path = try SharedFolder.path("data/traces/AzureLLMInferenceTrace_code.csv")
    let trace = try TraceSummary(path: path, format: .azureLLM)
    #expect(trace.rows == 8_819)
    #expect(abs(trace.span.inSeconds - 57 * 60) < 90)
    #expect(abs(trace.arrivalRate - 2.567) < 0.01)
    #expect(abs(trace.gapVariation - 13.15) < 0.01)
    #expect(abs(trace.meanInputTokens - 2_048) < 1)
    #expect(abs(trace.meanOutputTokens - 27.9) < 0.1)
  }

  @Test("of Azure's conversation service has the published rows, span, tokens and burstiness")
  func azureConversation() throws {
    let path = try SharedFolder.path("data/traces/AzureLLMInferenceTrace_conv.csv")
    let trace = try TraceSummary(path: path, format: .azureLLM)
    #expect(trace.rows == 19_366)
    #expect(abs(trace.span.inSeconds - 58 * 60) < 90)
    #expect(abs(trace.arrivalRate - 5.530) < 0.01)
    #expect(abs(trace.gapVariation - 1.094) < 0.001)
    #expect(abs(trace.meanInputTokens - 1_155) < 1)
    #expect(abs(trace.meanOutputTokens - 211) < 0.5)
  }

  @Test("of Mooncake's conversations is read from JSON lines, equal block lists as equal bodies")
  func mooncake() throws {
    let path = try SharedFolder.path("data/traces/mooncake_conversation_trace.jsonl")
    let trace = try TraceSummary(path: path, format: .mooncake)
    #expect(trace.rows == 12_031)
    #expect(abs(trace.span.inSeconds - 59 * 60) < 60)
    #expect(abs(trace.meanInputTokens - 12_035) < 1)
    #expect(abs(trace.meanOutputTokens - 343) < 1)
    var reader = try TraceReader(path: path, format: .mooncake)
    var row = TraceRow()
    var bodies = Set<UInt64>()
    while try reader.next(into: &row) { bodies.insert(row.body) }
    // §4: 0.98 % of the requests repeat an earlier list of hashes exactly.
    #expect(abs(1 - Double(bodies.count) / 12_031 - 0.0098) < 0.0001)
  }

  @Test("has the checksum that SOURCES.md states")
  func checksum() throws {
    let path = try SharedFolder.path("data/traces/AzureLLMInferenceTrace_code.csv")
    #expect(
      try Checksum.sha256(ofFile: path)
        == "54e9a6d2a4bd06ba1e060304b900abbc74cbea53de96506e60fe5bb4f2277fb6")
  }
}
