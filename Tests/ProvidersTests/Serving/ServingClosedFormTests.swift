import Chance
import Foundation
import Testing
import Vocabulary

@testable import Providers

@Suite("A self-hosted deployment in the corners of its parameters")
struct ServingClosedFormTests {
  /// Poisson arrivals at `load` a second; `tokens` makes prompt and answer of two uniform numbers.
  private func sojourns(
    _ plan: ServingPlan, load: Double, count: Int = 1200,
    tokens: (Double, Double) -> (input: UInt32, output: UInt32)
  ) -> [Double] {
    (UInt64(1)...12).map { seed in
      let draws = Chance(seed: seed, replication: 0).key(.arrival)
      var clock = 0.0
      let arrivals = (0..<UInt64(count)).map { number in
        var draw = draws.draws(call: CallKey(bits: number))
        clock += -Elementary.log(draw.uniform()) / load * 1e9
        let (input, output) = tokens(draw.uniform(), draw.uniform())
        return FleetDrive.Arrival(
          at: Int64(clock), attempt: attempt(number, input: input, output: output))
      }
      var fleet = fleet(FleetPlan(deployments: [hosted("own", plan)]))
      var drive = FleetDrive()
      drive.run(&fleet, arrivals)
      return drive.meanSojourn(from: UInt32(count / 8))
    }
  }

  /// The mean lies within four standard errors of what theory says, and these are small.
  private func agrees(_ values: [Double], _ expected: Double, _ what: Comment) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let halfWidth = 4 * (square / (count - 1) / count).squareRoot()
    #expect(abs(mean - expected) <= halfWidth, "\(what): \(mean) ± \(halfWidth), \(expected)")
    #expect(halfWidth < 0.3 * expected, what)
  }

  /// A millisecond a token and nothing else.
  private let tokenByToken = ServingSpeed.linear(prefill: 0, perToken: 0, step: 1e6)

  private func exponential(_ u: Double) -> UInt32 {
    UInt32(1 + 1000 * -Elementary.log(u) + 0.5)
  }

  @Test("with a batch of one and one line is M/M/c")
  func erlang() throws {
    let row = try ClosedForms.row("mmc", where: "c", 3)
    let plan = ServingPlan(replicas: 3, batch: 1, speed: tokenByToken)
    let values = sojourns(plan, load: try ClosedForms.number(row, "a")) { u, _ in
      (1, exponential(u))
    }
    agrees(values, try ClosedForms.number(row, "W"), "M/M/3")
  }

  @Test("with a batch of one, one replica and prompts of any length is M/G/1")
  func pollaczek() throws {
    let row = try ClosedForms.row("mg1_pk", where: "service", "uniform[0,2]")
    let plan = ServingPlan(
      replicas: 1, batch: 1, speed: .linear(prefill: 0, perToken: 1e6, step: 0))
    let values = sojourns(plan, load: try ClosedForms.number(row, "lambda")) { u, _ in
      (UInt32(1 + 2000 * u), 1)
    }
    agrees(values, try ClosedForms.number(row, "W"), "M/U/1")
  }

  @Test("whose steps get longer in proportion to the batch shares its processor: E[S]/(1 − ρ)")
  func processorSharing() throws {
    let row = try ClosedForms.row("mg1_ps", where: "lambda", 0.5)
    let plan = ServingPlan(
      replicas: 1, batch: 100_000,
      speed: .linear(prefill: 0, perToken: 0, step: 0, perAnswer: 5e6))
    let load = try ClosedForms.number(row, "lambda")
    let expected = try ClosedForms.number(row, "T")
    // Insensitive to the law of the lengths: all equal, or a tenth of them long.
    let equal = sojourns(plan, load: load) { _, _ in (1, 201) }
    agrees(equal, expected, "equal answers")
    let mixed = sojourns(plan, load: load) { u, _ in (1, u < 0.1 ? 1101 : 101) }
    agrees(mixed, expected, "mixed answers")
  }
}

/// The closed forms of the shared folder.
enum ClosedForms {
  static func shared(_ path: String) throws -> URL {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    root.appendPathComponent("shared")
    if let shared = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] {
      root = URL(fileURLWithPath: shared)
    }
    return root.appendingPathComponent(path)
  }

  private static func rows(_ group: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: try shared("oracles/closed-forms.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require((all[group] as? [String: Any])?["values"] as? [[String: Any]])
  }

  static func row(_ group: String, where key: String, _ value: Double) throws -> [String: Any] {
    try #require(try rows(group).first { ($0[key] as? NSNumber)?.doubleValue == value })
  }

  static func row(_ group: String, where key: String, _ value: String) throws -> [String: Any] {
    try #require(try rows(group).first { $0[key] as? String == value })
  }

  static func number(_ row: [String: Any], _ key: String) throws -> Double {
    try #require((row[key] as? NSNumber)?.doubleValue, "no number \(key)")
  }
}
