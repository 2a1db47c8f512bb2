import Chance
import Foundation
import Providers
import Testing
import Traffic
import Vocabulary

@testable import Engine

@Suite("A trace with blocks of prompts")
struct MooncakeTests {
  private func path() throws -> String {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    root.appendPathComponent("shared")
    if let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      root = URL(fileURLWithPath: shared)
    }
    return root.appendingPathComponent("data/traces/mooncake_conversation_trace.jsonl").path
  }

  /// The share of blocks that a cache finds, one after the other, for each time to live.
  ///
  /// Every block in the trace is whole but the last of a prompt; a deployment's cache finds tokens,
  /// so blocks are counted as 512 of them.
  private func shares(_ lives: [Duration?]) throws -> [Double] {
    var deployments: [DeploymentPlan] = []
    for (place, ttl) in lives.enumerated() {
      var one = DeploymentPlan(
        name: "cache \(place)", model: "m",
        price: PriceSheet(input: .zero, cachedInput: .zero, output: .zero),
        latency: LatencyPlan(timeToFirstToken: .constant(0), timePerOutputToken: .constant(0)))
      one.promptCache = PromptCachePlan(ttl: ttl, minimum: 1, block: 1)
      deployments.append(one)
    }
    let prefixes = PrefixArena()
    var fleet = ProviderFleet(
      FleetPlan(deployments: deployments), chance: .init(seed: 1, replication: 0),
      prefixes: prefixes)
    var reader = try TraceReader(path: try path(), format: .mooncake)
    reader.readsBlocks = true
    var row = TraceRow()
    var output = ProviderOutput()
    var found = [UInt64](repeating: 0, count: lives.count)
    var all: UInt64 = 0
    while try reader.next(into: &row) {
      let tokens = UInt32(reader.blocks.count) * 512
      let now = Instant(nanoseconds: row.time)
      let handle = prefixes.add(blocks: reader.blocks, of: 512, tokens: tokens, at: now)
      all += UInt64(tokens)
      for place in lives.indices {
        fleet.start(
          AttemptStart(
            flight: 0, call: CallKey(bits: 0), deployment: DeploymentID(place),
            inputTokens: tokens, outputTokens: 1, prefix: handle), at: now, into: &output)
        found[place] += UInt64(output.promises[0].usage.cachedInputTokens)
        output.promises.removeAll()
      }
      prefixes.release(handle, at: now)
    }
    return found.map { Double($0) / Double(all) }
  }

  @Test(
    "of Mooncake's conversations is found again as measured: .366 for ever, .10 .29 .34 in time")
  func hits() throws {
    let shares = try shares([nil, .seconds(60), .seconds(300), .seconds(600)])
    for (share, measured) in zip(shares, [0.366, 0.10, 0.29, 0.34]) {
      #expect(abs(share - measured) <= 0.01, "\(share), measured \(measured)")
    }
  }
}
