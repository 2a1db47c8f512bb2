import Settings
import Testing
import Vocabulary

@testable import GatewayCore

@Suite("Replicas that gossip")
struct GossipTests {
  private func bench(_ replica: Int, strategy: String = "least-in-flight") throws -> Bench {
    try Bench(
      ["routes": ["chat": ["balance": Setting(.string(strategy)), "over": ["a", "b", "c"]]]],
      replica: replica, gossips: true)
  }

  @Test("publish each start and each end of an attempt")
  func publish() throws {
    let bench = try bench(0)
    bench.arrive()
    bench.end(.succeeded)
    #expect(
      bench.published == [
        Delta(.inFlight, of: DeploymentID(0), change: 1),
        Delta(.inFlight, of: DeploymentID(0), change: -1),
      ])
  }

  @Test("publish nothing when there is only one")
  func alone() throws {
    let bench = try Bench(["routes": ["chat": "a"]])
    bench.arrive()
    #expect(bench.published.isEmpty)
  }

  @Test("count the attempts of the others with their own")
  func received() throws {
    let benches = try (0..<3).map { try bench($0) }
    func exchange() {
      for sender in benches {
        for delta in sender.published {
          for other in benches where other !== sender {
            other.report(.received(delta, from: sender.gateway.replica))
          }
        }
        sender.published.removeAll()
      }
    }
    var places: [String] = []
    for round in 0..<6 {
      let bench = benches[round % 3]
      bench.arrive()
      places.append(bench.live.last?.deployment ?? "none")
      exchange()
    }
    // Together they take turns as one gateway would.
    #expect(places == ["a", "b", "c", "a", "b", "c"])
    benches[1].end(.succeeded, of: "b")
    exchange()
    benches[2].arrive()
    #expect(benches[2].live.last?.deployment == "b")
  }

  @Test("take no notice of their own words coming back")
  func own() throws {
    let bench = try bench(1)
    bench.report(.received(Delta(.inFlight, of: DeploymentID(0), change: 5), from: ReplicaID(1)))
    bench.arrive()
    #expect(bench.live.last?.deployment == "a")
    bench.report(.received(Delta(.inFlight, of: DeploymentID(1), change: 5), from: ReplicaID(0)))
    bench.arrive()
    bench.arrive()
    #expect(bench.live.map(\.deployment) == ["a", "c", "a"])
  }

  @Test("count neither start nor end of what had started elsewhere before they start anew")
  func restarted() throws {
    let benches = try (0..<2).map { try bench($0) }
    func exchange() {
      for delta in benches[0].published {
        benches[1].report(.received(delta, from: benches[0].gateway.replica))
      }
      benches[0].published.removeAll()
    }
    for _ in 0..<2 { benches[0].arrive() }
    for bench in benches { bench.pass(.seconds(1)) }
    exchange()
    benches[1].gateway.restart(at: benches[1].now, into: &benches[1].output)
    benches[1].settle()
    for bench in benches { bench.pass(.seconds(1)) }
    // A third starts at one of them, and those that had started at a and b before end.
    benches[0].arrive()
    exchange()
    for name in ["a", "b"] { benches[0].end(.succeeded, of: name) }
    exchange()
    let other = try #require(benches[0].live.first).deployment
    for _ in 0..<2 { benches[1].arrive() }
    // One is in flight there, of which it knows: none of its own two goes there.
    #expect(!benches[1].live.map(\.deployment).contains(other))
  }

  @Test("tell every balance above the deployment, through subtrees and aliases")
  func everyLevel() throws {
    func bench(_ replica: Int) throws -> Bench {
      try Bench(
        [
          "routes": [
            "chat": [
              "balance": "least-in-flight",
              "over": [
                ["fallback": ["a", "d"]], ["balance": "least-in-flight", "over": ["b", "other"]],
              ],
            ],
            "other": "c",
          ]
        ], replica: replica, gossips: true)
    }
    let benches = try (0..<3).map { try bench($0) }
    func exchange() {
      for sender in benches {
        for delta in sender.published {
          for other in benches where other !== sender {
            other.report(.received(delta, from: sender.gateway.replica))
          }
        }
        sender.published.removeAll()
      }
    }
    var places: [String] = []
    for round in 0..<8 {
      benches[round % 3].arrive()
      places.append(benches[round % 3].live.last?.deployment ?? "none")
      exchange()
    }
    // The upper balance alternates; the lower one alternates between b and the alias of c.
    #expect(places == ["a", "b", "a", "c", "a", "b", "a", "c"])
    for bench in benches { while !bench.live.isEmpty { bench.end(.succeeded) } }
    exchange()
    benches[2].arrive()
    #expect(benches[2].live.last?.deployment == "a")
  }

  @Test(
    "are counted by every strategy that counts what is in flight",
    arguments: [
      "least-in-flight", "least-tokens-in-flight", "power-of-two", "power-of-d", "peak-ewma",
      "prequal", "bounded-load-hash",
    ])
  func counting(strategy: String) throws {
    let choice: Setting =
      switch strategy {
      case "peak-ewma": ["peak-ewma": ["samples": 0]]
      case "power-of-d": ["power-of-d": 3]
      case "prequal": ["prequal": ["quantile": 0.2]]
      case "bounded-load-hash": ["bounded-load-hash": ["c": 1]]
      default: Setting(.string(strategy))
      }
    let one = try Bench(
      ["routes": ["chat": ["balance": choice, "over": ["a", "b", "c"]]]], replica: 0, gossips: true)
    for deployment in [0, 1] {
      one.report(
        .received(Delta(.inFlight, of: DeploymentID(deployment), change: 9), from: ReplicaID(1)))
      one.report(
        .received(Delta(.inFlight, of: DeploymentID(deployment), change: 9), from: ReplicaID(2)))
    }
    let rounds = strategy == "power-of-two" ? 60 : 5
    var counts = ["a": 0, "b": 0, "c": 0]
    for _ in 0..<rounds {
      one.arrive()
      counts[one.live[0].deployment, default: 0] += 1
      one.end(.succeeded)
    }
    // Of two draws one in three misses the idle child.
    #expect(counts["c", default: 0] > rounds / 2)
    if strategy != "power-of-two" { #expect(counts["c"] == rounds) }
  }
}
