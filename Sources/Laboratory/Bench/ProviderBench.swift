import Chance
import Providers
import Settings
import Vocabulary

/// What an attempt costs at a simulated provider: the fleet alone, driven as fast as it goes.
///
/// Each row is the user CPU time of an attempt, the least of several runs: attempts come a
/// millisecond apart, each of another call, with 500 to 755 tokens in and 200 out. The bar is
/// the design's: an analytic model answers in 200 ns with everything on.
public enum ProviderBench {
  /// One provider.
  public struct Row: Sendable {
    /// What is on.
    public var name: String
    /// Nanoseconds for an attempt.
    public var nanoseconds: Double
    /// Nanoseconds more than two laws alone.
    public var added: Double
    /// The most that an attempt may take.
    public var bar = 200.0
  }

  /// Measures every part.
  /// - Parameter attempts: how many attempts a run has.
  public static func rows(
    attempts: Int = 400_000, repeats: Int = 5
  ) throws(SettingError) -> [Row] {
    var rows: [Row] = []
    for subject in subjects {
      let plan = try plan(subject)
      var least = Double.infinity
      for _ in 0..<repeats { least = min(least, time(plan, attempts)) }
      let each = least / Double(attempts) * 1e9
      rows.append(
        Row(name: subject.name, nanoseconds: each, added: each - (rows.first?.nanoseconds ?? each)))
    }
    return rows
  }

  // MARK: The providers

  private struct Subject {
    var name: String
    var latency: Setting = [:]
    var faults: Setting?
    var processes: Setting?
  }

  private static let parts: [(name: String, latency: Setting)] = [
    ("tail", ["tail": ["share": "3%"]]), ("correlation", ["correlation": 0.3]),
    ("network", ["network": ["median": "40ms", "sigma": 0.2]]),
    ("reasoning", ["reasoning": ["share": ["uniform": ["from": 0.3, "to": 0.9]]]]),
    ("cold start", ["coldStart": ["idle": "1m", "share": "1%", "takes": ["exponential": "5s"]]]),
    (
      "drift, three parts",
      [
        "drift": [
          "provider": ["sigma": 0.3], "common": ["sigma": 0.1], "own": ["sigma": 0.2, "tau": "1m"],
        ]
      ]
    ),
    (
      "load, hidden and our own",
      [
        "load": [
          "utilisation": "50%", "wander": ["sigma": 0.1, "tau": "1m"],
          "own": ["capacity": "10M/s"],
        ]
      ]
    ),
  ]

  private static let faults: Setting = [
    "500": "0.2%", "503": "0.1%", "hang": "0.02%", "malformed": "0.05%",
    "broken": ["share": "0.1%", "afterTokens": 40],
  ]

  private static let processes: Setting = [
    "flaps": [
      "on": "d", "bursts": ["every": "10m", "lasts": "30s"], "meet": ["503": "30%"],
    ],
    "overload": [
      "on": "d", "overload": ["60%": 0, "100%": 1], "meet": ["529": "30%"],
    ],
  ]

  private static var subjects: [Subject] {
    var all = [Subject(name: "two laws")]
    var whole = Setting(.object([]))
    for (name, latency) in parts {
      all.append(Subject(name: name, latency: latency))
      whole = latency.merged(over: whole)
    }
    all.append(Subject(name: "faults", faults: faults))
    all.append(
      Subject(
        name: "bursts and overload", latency: ["load": ["utilisation": "70%"]],
        processes: processes))
    all.append(
      Subject(name: "everything", latency: whole, faults: faults, processes: processes))
    return all
  }

  private static func plan(_ subject: Subject) throws(SettingError) -> FleetPlan {
    let base: Setting = [
      "timeToFirstToken": ["median": "700ms", "p95": "1.4s"],
      "timePerOutputToken": ["median": "13ms", "p95": "22ms"],
    ]
    var deployment: Setting = [
      "model": "vendor/model", "price": ["input": "$2/M", "output": "$8/M"],
    ]
    func add(_ key: String, _ value: Setting, to setting: inout Setting) {
      setting.content = .object(
        (setting.members ?? []) + [.init(key: key, keyPosition: .code, value: value)])
    }
    add("latency", subject.latency.merged(over: base), to: &deployment)
    if let faults = subject.faults { add("faults", faults, to: &deployment) }
    var root = Setting(.object([]))
    var deployments = Setting(.object([]))
    add("d", deployment, to: &deployments)
    add("deployments", deployments, to: &root)
    if let processes = subject.processes { add("faults", processes, to: &root) }
    var reader = try SettingsReader(root.moved(to: ""))
    let plan = try FleetPlan(reading: &reader, zero: .start)
    try reader.finish()
    return plan
  }

  // MARK: The driver

  /// Seconds of user CPU time for so many attempts; a tenth more warms up and does not count.
  private static func time(_ plan: FleetPlan, _ attempts: Int) -> Double {
    var fleet = ProviderFleet(plan, chance: Chance(seed: 1, replication: 0))
    var output = ProviderOutput()
    let warmUp = attempts / 10
    var before = MachineUsage.now.userSeconds
    for number in 0..<(attempts + warmUp) {
      if number == warmUp { before = MachineUsage.now.userSeconds }
      let mixed = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
      fleet.start(
        AttemptStart(
          flight: 0, call: CallKey(bits: mixed), deployment: DeploymentID(0),
          inputTokens: 500 + UInt32(mixed >> 56), outputTokens: 200, streams: true),
        at: Instant(nanoseconds: Int64(number) * 1_000_000), into: &output)
      output.promises.removeAll()
    }
    return MachineUsage.now.userSeconds - before
  }
}
