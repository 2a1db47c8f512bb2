import Foundation
import Laboratory
import Scenarios
import Settings
import Traffic

/// Runs the scenarios of one call of `test`, one after the other, each on all cores.
///
/// Under a limit of time the largest comes first, each may take its share of what is left, and none
/// runs fewer than two replications.
struct TestRunner {
  let call: Invocation
  /// How long all may take.
  let limit: Duration?
  private let began = ContinuousClock.now

  init(_ call: Invocation, limit: Duration?) {
    self.call = call
    self.limit = limit
  }

  /// A scenario that was read, and what it is held against.
  struct Loaded {
    var found: FoundScenario
    var scenario: Scenario
    var committed: CommittedResult?
    /// The policies that came from outside.
    var added: [String]

    /// About how much there is to simulate: calls × rows × replications.
    var effort: Double {
      let calls = scenario.expectedCalls.reduce(0.0) { $0 + ($1.calls ?? 100_000) }
      let rows = scenario.cases.count * max(1, scenario.policies.count)
      return max(1, calls) * Double(rows * max(1, scenario.replications.from))
    }
  }

  /// Reads all scenarios; those whose data is missing are skipped, every other error is told.
  func load(_ all: [FoundScenario]) throws -> (loaded: [Loaded], skipped: [TestOutcome.Skipped]) {
    var loaded: [Loaded] = []
    var skipped: [TestOutcome.Skipped] = []
    var errors: [String] = []
    let cases = call.texts("--case")
    var knownCases: [String] = []
    for found in all {
      do {
        var scenario = try ScenarioLoader.load(path: found.path, options: options)
        let names = scenario.cases.map(\.name)
        knownCases += names.filter { !knownCases.contains($0) }
        if !cases.isEmpty, !names.contains(where: cases.contains) { continue }
        let added = hold(&scenario)
        loaded.append(
          Loaded(
            found: found, scenario: scenario, committed: try found.folder.committed(), added: added)
        )
      } catch {
        guard let name = (error as? ScenarioError)?.missingFile else {
          errors.append("\(error)")
          continue
        }
        skipped.append(
          TestOutcome.Skipped(
            key: found.key, path: found.path, reason: "\(name) is not on this machine",
            lacksData: true))
      }
    }
    guard errors.isEmpty else {
      throw CommandError(
        errors.count == 1
          ? errors[0]
          : "\(errors.count) scenarios cannot be read:\n" + errors.joined(separator: "\n"))
    }
    for name in cases where !knownCases.contains(name) {
      throw CommandError(unknown: "case", name, among: knownCases)
    }
    if let model = call.text("--as") { try check(model, isIn: loaded) }
    return (loaded, skipped)
  }

  /// A policy that no scenario has can be no model.
  private func check(_ model: String, isIn loaded: [Loaded]) throws(CommandError) {
    guard !call.texts("--policy").isEmpty else {
      throw CommandError(
        "--as \(model): it says by what a policy from outside is judged, and there is none",
        next: "name one by --policy")
    }
    var known: [String] = []
    for one in loaded {
      for policy in one.scenario.policies.map(\.name)
      where !one.added.contains(policy) && !known.contains(policy) { known.append(policy) }
    }
    guard known.contains(model) else { throw CommandError(unknown: "policy", model, among: known) }
  }

  private var options: ScenarioOptions {
    var options = call.scenarioOptions
    options.cases = []
    return options
  }

  /// Holds the policies from outside to what the baseline must hold, or the policy that `--as` names;
  /// returns their names.
  private func hold(_ scenario: inout Scenario) -> [String] {
    let count = options.policies.count
    guard count > 0 else { return [] }
    let places = Array(scenario.policies.indices.suffix(count))
    let model = scenario.policies.firstIndex { $0.name == call.text("--as") }
    scenario.expectations.hold(places, toLinesOf: model ?? scenario.baseline)
    return places.map { scenario.policies[$0].name }
  }

  /// Runs them and judges; in the order of their names.
  func run(_ all: [Loaded]) throws -> [ScenarioVerdict] {
    let order = all.indices.sorted {
      limit == nil ? $0 < $1 : (all[$1].effort, $0) < (all[$0].effort, $1)
    }
    var verdicts = [ScenarioVerdict?](repeating: nil, count: all.count)
    var left = all.reduce(0.0) { $0 + $1.effort }
    for (number, index) in order.enumerated() {
      let one = all[index]
      let bar = ProgressBar(call.err)
      let share = limit.map { limit -> ContinuousClock.Instant in
        let now = ContinuousClock.now
        let rest = limit - began.duration(to: now)
        return now.advanced(by: max(.zero, rest) * (one.effort / max(1, left)))
      }
      left -= one.effort
      let started = ContinuousClock.now
      let verdict = try test(one, bar: bar, until: share)
      bar.clear()
      verdicts[index] = verdict
      // Times are facts about the machine: for people, not for logs that are compared.
      let took = call.err.isTerminal ? " (\(ProgressBar.words(since: started)))" : ""
      call.err.line(
        "[\(number + 1)/\(all.count)] \(one.found.key): \(verdict.verdict.word)\(took)")
    }
    return verdicts.compactMap { $0 }
  }

  // MARK: One scenario

  private func test(
    _ one: Loaded, bar: ProgressBar, until end: ContinuousClock.Instant?
  ) throws -> ScenarioVerdict {
    var options = experimentOptions(one, bar: bar)
    if let end { options.isOverdue = { ContinuousClock.now >= end } }
    var comparison = try Experiment.compare(one.scenario, options)
    comparison.name(policies: one.added, by: call.texts("--policy"))
    let isWhole = one.added.isEmpty && !comparison.isCutShort && call.texts("--set").isEmpty
    var drift =
      isWhole ? one.committed.map { comparison.drift(from: $0, version: Version.number) } : nil
    if !call.texts("--case").isEmpty { drift?.rows.removeAll { $0.hasPrefix("gone") } }
    var verdict = ScenarioVerdict(
      one.found, one.scenario, comparison, committed: one.committed, drift: drift,
      judging: one.added)
    for number in 0..<(call.integer("--fresh") ?? 0) {
      var fresh = options
      let seed = one.scenario.seed &+ UInt64(number) &+ 1
      fresh.seed = seed
      let other = ScenarioVerdict(
        one.found, one.scenario, try Experiment.compare(one.scenario, fresh),
        committed: one.committed, drift: nil, judging: one.added)
      verdict.fresh.append(
        ScenarioVerdict.FreshSeed(seed: seed, verdicts: other.rows.map(\.verdict)))
    }
    return verdict
  }

  private func experimentOptions(_ one: Loaded, bar: ProgressBar) -> ExperimentOptions {
    var options = ExperimentOptions()
    let scenario = one.scenario
    options.jobs = call.jobs
    options.data = scenario.data
    options.arguments = call.reproductionWords
    options.progress = bar.report
    options.isCancelled = { Interruption.isAsked }
    options.committed = one.committed
    let names = call.texts("--case")
    options.cases = scenario.cases.map(\.name).filter(names.contains)
    if !one.added.isEmpty { options.policies = policies(for: one) }
    // A committed report of `compare` is made again as `compare` makes it; else the fewest
    // replications that decide, or as many as the committed numbers are means of.
    let isWhole = call.flag("--update") && one.found.hasWholeReport
    options.references = isWhole
    options.decides = isWhole ? .differences : .expectations
    if !call.flag("--update"), let committed = one.committed, committed.replications > 0 {
      let known = committed.replications
      let isSame =
        committed.seed == scenario.seed
        && committed.inputs
          == scenario.inputs.map { Comparison.Input(file: $0.file, checksum: $0.checksum) }
      if isSame {
        options.replications = Scenario.Replications(
          from: known, upTo: max(known, scenario.replications.upTo))
      }
    }
    return options
  }

  /// The policies from outside, and those that their expectations name.
  private func policies(for one: Loaded) -> [String] {
    let names = one.scenario.policies.map(\.name)
    let rivals = one.scenario.expectations.expect.compactMap { line -> String? in
      guard one.added.contains(names[line.policy]), case .policy(let other, _) = line.bound
      else { return nil }
      return names[other]
    }
    return one.added + rivals.filter { !one.added.contains($0) }
  }
}

extension ScenarioError {
  /// The data file that is nowhere, if that is what is wrong.
  fileprivate var missingFile: String? {
    if case .traffic(let error, at: _, path: _) = self,
      case .missingFile(let name, searched: _, source: _, sha256: _) = error
    {
      return name
    }
    return nil
  }
}

extension Comparison {
  /// Lets the commands of policies from outside name them by their files.
  fileprivate mutating func name(policies: [String], by files: [String]) {
    for (policy, file) in zip(policies, files) {
      for index in expectations.indices where expectations[index].policy == policy {
        expectations[index].command = expectations[index].command?.replacing(
          "--policy " + Reproduction.quoted(policy), with: "--policy " + Reproduction.quoted(file))
      }
    }
  }
}

extension ProgressBar {
  /// The wall-clock time since an instant, for standard error.
  static func words(since start: ContinuousClock.Instant) -> String {
    let elapsed = start.duration(to: .now)
    let tenths =
      (elapsed.components.seconds * 10) + elapsed.components.attoseconds / 100_000_000_000_000_000
    return "\(tenths / 10).\(tenths % 10) s"
  }
}
