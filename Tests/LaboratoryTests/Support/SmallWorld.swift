import Settings
import Vocabulary

@testable import Laboratory
@testable import Scenarios

/// A small world for tests: two deployments, an outage, three policies; one minute of traffic.
enum SmallWorld {
  static let text = """
    {
      lab: 1, question: "what does failover cost?", horizon: "50s", warmUp: "10s", seed: 7,
      replications: { from: 4, upTo: 4 }, baseline: "today",
      traffic: {
        chat: {
          arrivals: { poisson: { rate: "11/s" } }, alias: "chat", streams: true, patience: "15s",
          keys: { zipf: { count: 300, exponent: 1 } }, teams: { count: 3, skew: 1 },
          tokens: { input: { median: 800, p95: 3000 }, output: { median: 200, p95: 600 } },
        },
      },
      deployments: {
        north: {
          model: "n/big", region: "north", price: { input: "$2/M", output: "$8/M" },
          latency: { timeToFirstToken: { median: "400ms", p95: "900ms" },
                     timePerOutputToken: { median: "10ms", p95: "20ms" } },
          faults: { "500": "2%", broken: "1%", hang: "0.5%" },
        },
        south: {
          model: "s/big", region: "south", price: { input: "$3/M", output: "$9/M" },
          latency: { timeToFirstToken: { median: "600ms", p95: "1.2s" },
                     timePerOutputToken: { median: "12ms", p95: "20ms" } },
          faults: { "529": "1%" },
        },
      },
      incidents: {
        "north down": { on: { region: "north" }, from: "10s", until: "35s",
                        error: { status: 503, share: "80%" } },
      },
      cases: { quiet: [], outage: ["north down"] },
      policies: {
        today: { routes: { chat: "north" } },
        failover: {
          routes: { chat: { fallback: ["north", "south"],
                            on: ["5xx", "timeout", "connection", "broken"] } },
          attempts: { total: "10s", max: 3 },
          breaker: { trip: { consecutiveFailures: 5 }, open: "5s" },
        },
        cached: {
          routes: { chat: { fallback: ["north", "south"], on: ["5xx", "timeout"] } },
          cache: { exact: { ttl: "10m", latency: "2ms" } },
          limits: [{ each: "team", requests: "12/s", burst: 5 },
                   { each: "team", totalTokens: "900k/min", burst: "40k" },
                   { outputTokens: "1M/min", charge: "after" }],
        },
      },
    }
    """

  /// The compiled scenario; or that of another text.
  static func scenario(_ text: String = text) throws -> Scenario {
    var scenario = try Scenario(tree: try JSON5.parse(bytes: Array(text.utf8), file: "small.json5"))
    scenario.name = "small"
    scenario.path = "scenarios/small world/scenario.json5"
    return scenario
  }

  /// A comparison of it with few replications.
  static func comparison(
    jobs: Int = 1, from: Int = 3, upTo: Int = 3,
    _ change: (inout ExperimentOptions) -> Void = { _ in }
  ) throws -> Comparison {
    var options = ExperimentOptions()
    options.jobs = jobs
    options.replications = Scenario.Replications(from: from, upTo: upTo)
    change(&options)
    return try Experiment.compare(try scenario(), options)
  }

  /// The same comparison for all tests that only look at it.
  static let shared = Result { try comparison(jobs: 2, from: 4, upTo: 4) }
}
