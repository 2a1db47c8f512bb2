import Chance
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Traffic
import Vocabulary

@testable import Engine

@Suite("A run with prompt caches at its providers")
struct AffinityTests {
  private func world(_ balance: Setting) -> World {
    var world = World(swarm: 1, replicas: false)
    world.incidents = []
    world.quotas = []
    let price = PriceSheet(
      input: TokenPrice(femtodollars: 1_000_000_000),
      cachedInput: TokenPrice(femtodollars: 100_000_000),
      cacheWrite: TokenPrice(femtodollars: 1_250_000_000),
      output: TokenPrice(femtodollars: 2_000_000_000))
    world.deployments = ["a", "b"].map { name in
      var one = DeploymentPlan(
        name: name, model: "vendor/model", price: price,
        latency: LatencyPlan(
          timeToFirstToken: .constant(100e6), timePerOutputToken: .constant(1e6),
          perInputToken: 1e5))
      one.promptCache = PromptCachePlan(
        ttl: .seconds(20), minimum: 500, block: 1, reportsWrites: true)
      return one
    }
    world.streams = [Stream(name: "calls", count: 400, gap: .milliseconds(500))]
    world.policy = ["routes": ["chat": balance, "extract": "a"]]
    return world
  }

  /// Runs it, and does each bill again from the records: what a deployment had of a conversation.
  private func run(_ balance: Setting) throws -> (dollars: Double, cached: Int) {
    let world = world(balance)
    let result = try world.run()
    #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
    var had: [String: (tokens: UInt32, used: Instant)] = [:]
    var sum = 0.0
    var cached = 0
    var conversations: [CallKey: UInt64] = [:]
    var client = ListClient(world.streams[0], seed: world.seed)
    var arrival = ListClient.blank
    while try client.next(into: &arrival) {
      conversations[arrival.request.call] = arrival.request.conversation
    }
    let order = result.attempts.indices.sorted {
      result.attempts[$0].started < result.attempts[$1].started
    }
    for place in order {
      let one = result.attempts[place]
      let key = "\(one.deployment.index) \(conversations[one.call] ?? 0)"
      let input = one.usage.inputTokens
      var found: UInt32 = 0
      if let last = had[key], last.used.nanoseconds(to: one.started) <= 20_000_000_000 {
        found = min(last.tokens, input)
        if input >= 500 { had[key] = (max(last.tokens, input), one.started) }
      } else if input >= 500 {
        had[key] = (input, one.started)
      }
      if found < 500 { found = 0 }
      let written = input >= 500 ? input - found : 0
      #expect(one.usage.cachedInputTokens == found, "request \(one.request)")
      #expect(one.usage.cacheWriteTokens == written, "request \(one.request)")
      let fresh = Int64(input - found - written) * 1_000_000 + Int64(found) * 100_000
      let bill = fresh + Int64(written) * 1_250_000 + Int64(one.usage.outputTokens) * 2_000_000
      #expect(result.attemptTruths[place].bill.picodollars == bill, "request \(one.request)")
      sum += Double(bill) / 1e12
      cached += Int(found)
    }
    return (sum, cached)
  }

  @Test("bills each attempt by what its deployment had of the conversation; scattering costs money")
  func affinity() throws {
    let sticky = try run(["sticky": "conversation", "over": ["a", "b"]])
    let turns = try run(["balance": "smooth-weighted-round-robin", "over": ["a", "b"]])
    #expect(sticky.cached > turns.cached)
    #expect(sticky.dollars < turns.dollars * 0.98)
  }
}
