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
}
