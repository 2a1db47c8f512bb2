import Measures
import Scenarios
import Traffic
import Vocabulary

/// The bench on the small model that peers in other languages run too.
///
/// One replication of the scenario's first policy in its first case; the outputs have the names of
/// the model's file. Facts of time are measured here only, as user CPU time.
public enum SmallV1 {
  /// What one run gives.
  public struct Result: Sendable {
    /// Requests that arrived, the warm-up's included.
    public var requests: Int
    /// The seed.
    public var seed: UInt64
    /// The outputs by name, in order; `nil` if a denominator is 0.
    public var outputs: [(name: String, value: Double?)]
    /// What the machine needed.
    public var usage: MachineUsage
    /// Laws that were broken.
    public var failures: [BrokenLaw]

    /// One line of JSON, with facts of the machine first.
    public var line: String {
      let rate = usage.userSeconds > 0 ? Double(requests) / usage.userSeconds : 0
      var members = [
        "\"n\":\(requests)", "\"seed\":\(seed)", "\"cpu_s\":\(Decimal.text(usage.userSeconds, 4))",
        "\"req_per_s\":\(Decimal.text(rate, 0))",
        "\"maxrss_mb\":\(Decimal.text(usage.megabytes, 1))",
      ]
      for (name, value) in outputs {
        members.append("\"\(name)\":" + (value.map { Decimal.text($0, 7) } ?? "null"))
      }
      return "{" + members.joined(separator: ",") + "}"
    }
  }

  /// The outputs of the model: name, measure, factor.
  static let outputs: [(name: String, measure: String, factor: Double)] = [
    ("reject_rate", "rejected", 1), ("hit_rate", "hitRate", 1), ("availability", "admitted", 1),
    ("miss_availability", "missAvailability", 1), ("mean_latency_all_s", "meanEndToEndLatency", 1),
    ("mean_latency_miss_s", "meanServedLatency", 1), ("p50_s", "p50.servedLatency", 1),
    ("p95_s", "p95.servedLatency", 1), ("p99_s", "p99.servedLatency", 1),
    ("attempts_per_miss", "attemptsPerMiss", 1),
    ("cost_usd_per_1k_admitted", "costPerAdmitted", 1000),
  ]

  /// Runs it; the number of arrivals is the scenario's (`ScenarioOptions.count`).
  public static func run(
    _ scenario: Scenario, seed: UInt64, data: DataFolders? = nil, checksLaws: Bool = false
  ) throws -> Result {
    var options = ExperimentOptions()
    options.seed = seed
    options.references = false
    options.data = data
    let study = try Study(scenario, options)
    guard let plan = study.contenders[0].plan else { throw LaboratoryError.nothingToCompare }
    var world = study.worlds[0]
    world.hasBounds = false
    var measured = world.measuresPlan(plan)
    measured.checksLaws = checksLaws
    let sink = RunSink(measured, yardsticks: [], keepsCalls: false)
    study.meter.plan(1)
    let before = MachineUsage.now
    try world.simulate(plan, replication: 0, sink: sink, meter: study.meter)
    let after = MachineUsage.now
    let all = sink.measures.totals.all
    let values = outputs.map { output -> (name: String, value: Double?) in
      if output.measure == "admitted" {
        let admitted = all.tally.admitted
        return (
          output.name, admitted > 0 ? Double(all.tally.succeeded) / Double(admitted) : nil
        )
      }
      let value = MeasureCatalog.measure(output.measure)?.value(all)
      return (output.name, value.map { $0 * output.factor })
    }
    return Result(
      requests: Int(study.meter.requests), seed: seed, outputs: values,
      usage: MachineUsage(
        userSeconds: after.userSeconds - before.userSeconds, megabytes: after.megabytes),
      failures: sink.measures.breaches.kept)
  }
}

/// Numbers as decimal text with a fixed count of digits, half away from zero.
enum Decimal {
  static func text(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard scaled.magnitude < 9e18 else { return "null" }
    let whole = Int64(scaled)
    let text = String(whole.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    let sign = whole < 0 ? "-" : ""
    guard digits > 0 else { return sign + padded }
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }
}
