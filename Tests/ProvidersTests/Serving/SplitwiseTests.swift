import Foundation
import Settings
import Testing
import Vocabulary

@testable import Providers

@Suite("A served model with a name")
struct SplitwiseTests {
  private struct Measured: Hashable {
    var prompt: Int
    var batch: Int
    var tokens: Int
  }

  /// The measurements of one model on one machine: milliseconds of prefill and of a token.
  private func measurements(
    _ row: ServingPresets.Row
  ) throws -> [(at: Measured, prefill: Double, token: Double)] {
    let text = try String(
      contentsOf: try ClosedForms.shared("data/serving/splitwise_perf_model.csv"), encoding: .utf8)
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard cells.count == 11, cells[0] == row.model, cells[1] == row.hardware,
        cells[10] == String(row.gpus), let prompt = Int(cells[2]), let batch = Int(cells[3]),
        let tokens = Int(cells[4]), let prefill = Double(cells[7]), let token = Double(cells[8])
      else { return nil }
      return (Measured(prompt: prompt, batch: batch, tokens: tokens), prefill, token)
    }
  }

  /// What the deployment does with a batch that comes at once: milliseconds to the first token, and
  /// for a token.
  private func simulate(_ at: Measured, _ preset: ServingPreset) -> (Double, Double) {
    let plan = ServingPlan(
      replicas: 1, batch: at.batch, speed: preset.speed, mixing: .prefillFirst(tokens: 1_000_000))
    var fleet = fleet(FleetPlan(deployments: [hosted("own", plan)]))
    var drive = FleetDrive()
    drive.arrivalsFirst = true
    drive.run(
      &fleet,
      (0..<at.batch).map {
        FleetDrive.Arrival(
          at: 0,
          attempt: attempt(UInt64($0), input: UInt32(at.prompt), output: UInt32(at.tokens)))
      })
    let one = drive.seen[0] ?? FleetDrive.Seen(begin: 0)
    return (
      Double(one.firstToken) / 1e6,
      Double(one.end - one.firstToken) / 1e6 / Double(at.tokens - 1)
    )
  }

  @Test(
    "prefills and decodes as Splitwise has measured: median error at most 10 %",
    arguments: ServingPresets.rows.map(\.name))
  func errors(_ name: String) throws {
    let row = try #require(ServingPresets.rows.first { $0.name == name })
    let measured = try measurements(row)
    #expect(measured.count >= 100)
    var simulated: [Measured: (Double, Double)] = [:]
    var prefill: [Double] = []
    var token: [Double] = []
    for (at, first, each) in measured {
      let model = simulated[at] ?? simulate(at, row.preset)
      simulated[at] = model
      prefill.append(abs(model.0 / first - 1))
      token.append(abs(model.1 / each - 1))
    }
    let (a, b) = (prefill.sorted()[prefill.count / 2], token.sorted()[token.count / 2])
    #expect(a <= 0.1 && b <= 0.1, "median errors: prefill \(a), decode \(b)")
    // Not one in ten is off by more than a quarter.
    #expect(prefill.sorted()[prefill.count * 9 / 10] < 0.25)
    #expect(token.sorted()[token.count * 9 / 10] < 0.25)
  }

  @Test("is described by its registry")
  func registry() throws {
    #expect(ServingPresets.registry.audit().isEmpty)
    #expect(ServingPresets.registry.names.count == 6)
  }
}
