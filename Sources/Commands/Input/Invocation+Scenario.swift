import Foundation
import Laboratory
import Scenarios
import Settings

extension Invocation {
  /// The format that was asked for.
  var format: OutputFormat { text("--format").flatMap(OutputFormat.init) ?? .terminal }

  /// The scenario that the first operand names, as the options change it.
  func scenario() throws -> Scenario {
    try ScenarioLoader.load(path: operands[0], options: scenarioOptions)
  }

  /// What the options change about a scenario.
  var scenarioOptions: ScenarioOptions {
    var options = ScenarioOptions()
    options.dataFolders = texts("--data")
    if let folders = ProcessInfo.processInfo.environment["GATEWAY_LAB_DATA"] {
      options.dataFolders += folders.split(separator: ":").map(String.init)
    }
    options.sets = texts("--set")
    options.policies = texts("--policy").filter(Invocation.isPolicyFile)
    options.seed = integer("--seed").map { UInt64($0) }
    options.replications = integer("--replications")
    options.cases = texts("--case")
    options.skipsBadRows = flag("--skip-bad-rows")
    return options
  }

  /// The policies that were named; those from files are named by what they are in the scenario.
  ///
  /// Files alone add to all policies of the scenario; names choose among them.
  func policyNames(in scenario: Scenario) throws(CommandError) -> [String] {
    let words = texts("--policy")
    let files = words.filter(Invocation.isPolicyFile).count
    let added = scenario.policies.suffix(files).map(\.name)
    let names = scenario.policies.map(\.name)
    let named = words.filter { !Invocation.isPolicyFile($0) }
    for name in named where !names.contains(name) {
      throw CommandError(
        unknown: "policy", name, among: names,
        next: "a policy from a file is named by its path: --policy FILE[#NAME]")
    }
    return named.isEmpty ? [] : named + added
  }

  /// Whether `--policy` names a file: it ends like one, or holds a `#`.
  static func isPolicyFile(_ word: String) -> Bool {
    let path = word.prefix { $0 != "#" }
    return path.hasSuffix(".json5") || path.hasSuffix(".json") || path.count < word.count
  }

  /// How many simulations run at the same time: as asked for, or one for each core.
  var jobs: Int { integer("--jobs") ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The words that make a scenario what it is, for commands that shall reproduce something.
  var scenarioWords: [String] {
    words(without: [
      "--format", "--seed", "--replications", "--jobs", "--case", "--output", "--by", "--log",
      "--request", "--replication", "--policy", "--resolved", "--seeds", "--grace", "--map",
    ]) + texts("--policy").filter(Invocation.isPolicyFile).flatMap { ["--policy", $0] }
  }
}
