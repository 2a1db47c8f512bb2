import Chance
import Foundation
import GatewayCore
import Measures
import Providers
import Settings
import Testing
import Vocabulary

@testable import Engine

@Suite("A gateway with a limit on what is in flight and a queue")
struct QueueingTests {
  /// What several independent runs of one system showed.
  private struct Seen {
    var loss: [Double] = []
    var waits: [Double] = []
    var waiting: [Double] = []
    var sojourn: [Double] = []

    /// Mean and the half-width of an interval of four standard errors.
    static func interval(_ values: [Double]) -> (mean: Double, halfWidth: Double) {
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let variance = square / Double(values.count - 1) / Double(values.count)
      return (mean, 4 * variance.squareRoot())
    }
  }

  /// Poisson arrivals at rate `load` a second, exponential service of a second, `servers` in
  /// flight, room for `room` more (`nil`: no queue at all).
  private func run(load: Double, servers: Int, room: Int?, others: [(String, Setting)] = []) throws
    -> Seen
  {
    var seen = Seen()
    for seed in UInt64(1)...12 {
      var world = World(swarm: 1, replicas: false)
      world.incidents = []
      world.quotas = []
      world.seed = seed
      world.deployments = [
        DeploymentPlan(
          name: "one", model: "vendor/model", price: world.deployments[0].price,
          latency: LatencyPlan(
            timeToFirstToken: .exponential(mean: 1e9), timePerOutputToken: .constant(0)))
      ]
      world.streams = [
        Stream(
          name: "calls", count: 1_600, gap: .nanoseconds(Int64(1e9 / load)), streamed: 0,
          bodies: 1_000_000_000)
      ]
      var policy: [(String, Setting)] = [
        ("routes", ["chat": "one", "extract": "one"]),
        ("concurrency", [["by": ["fixed": Setting(integerLiteral: servers)]]]),
      ]
      if let room {
        policy.append(("queue", ["capacity": Setting(integerLiteral: room), "longest": "24h"]))
      }
      world.policy = .members(policy + others)
      world.end = .distantFuture
      let result = try world.run()
      #expect(result.breaches.isEmpty, "\(result.breaches.kept.prefix(3))")
      let counted = result.requests.filter { $0.number >= 200 }
      let served = counted.filter { $0.end == .succeeded }
      let queued = Set(result.notes.filter { $0.kind == .queued }.map(\.request))
      let waited = result.notes.filter {
        $0.kind == .dequeued && $0.value == 0 && $0.request >= 200
      }
      let count = Double(counted.count)
      seen.loss.append(1 - Double(served.count) / count)
      seen.waits.append(
        waited.reduce(0) { $0 + Double($1.other) / 1e9 } / Double(served.count))
      seen.waiting.append(Double(counted.filter { queued.contains($0.number) }.count) / count)
      seen.sojourn.append(
        served.reduce(0) { $0 + Double($1.arrived.nanoseconds(to: $1.ended)) / 1e9 }
          / Double(served.count))
    }
    return seen
  }

  private func row(_ group: String, _ servers: Int) throws -> [String: Any] {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    root.appendPathComponent("shared")
    if let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      root = URL(fileURLWithPath: shared)
    }
    let data = try Data(contentsOf: root.appendingPathComponent("oracles/closed-forms.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rows = try #require((all[group] as? [String: Any])?["values"] as? [[String: Any]])
    return try #require(rows.first { ($0["c"] as? NSNumber)?.intValue == servers })
  }

  private func number(_ row: [String: Any], _ key: String) throws -> Double {
    try #require((row[key] as? NSNumber)?.doubleValue, "no number \(key)")
  }

  private func agrees(_ values: [Double], _ expected: Double, _ what: Comment) {
    let (mean, halfWidth) = Seen.interval(values)
    #expect(abs(mean - expected) <= halfWidth, what)
    // The check is of use only if it is sharp.
    #expect(halfWidth < 0.35 * expected, what)
  }

  @Test("is M/M/c/K: it loses and delays what the closed form says")
  func finite() throws {
    let row = try row("mmck", 4)
    let seen = try run(
      load: number(row, "a"), servers: 4, room: Int(number(row, "K")) - 4)
    agrees(seen.loss, try number(row, "loss"), "loss")
    agrees(seen.sojourn, try number(row, "W"), "sojourn")
  }

  @Test("without bounds is M/M/c: Erlang's C waits, for as long as the closed form says")
  func erlangC() throws {
    let row = try row("mmc", 3)
    let seen = try run(load: number(row, "a"), servers: 3, room: 100_000)
    agrees(seen.waiting, try number(row, "ErlangC"), "probability of waiting")
    agrees(seen.waits, try number(row, "Wq"), "waiting time")
    #expect(seen.loss.allSatisfy { $0 == 0 })
  }

  @Test("without a queue is Erlang's loss system")
  func erlangB() throws {
    let row = try row("erlang_b", 5)
    let seen = try run(load: number(row, "a"), servers: 5, room: nil)
    agrees(seen.loss, try number(row, "B"), "loss")
  }

  @Test("in last-come order delays as many for as long on average")
  func lifo() throws {
    let row = try row("mmc", 3)
    let seen = try run(
      load: number(row, "a"), servers: 3, room: nil,
      others: [("queue", ["capacity": 100_000, "longest": "24h", "order": "lifo"])])
    agrees(seen.waits, try number(row, "Wq"), "waiting time")
  }
}
