import Laboratory

// The options that several verbs share; one that only one verb has stands with the verb.

extension Option {
  static let format = Option(
    "--format", .name("FORMAT", among: OutputFormat.allCases.map(\.rawValue)),
    "how the result is written to standard output")
  static let seed = Option(
    "--seed", .integer("N", 0 ... .max), "the seed of all randomness, instead of the scenario's")
  static let replications = Option(
    "--replications", .integer("N", 1...100_000), "run exactly so many, instead of the scenario's")
  static let jobs = Option(
    "--jobs", .integer("N", 1...1024),
    "how many simulations run at the same time; the result does not depend on it")
  static let cases = Option(
    "--case", .text("NAME"), repeatable: true, "only this case of the scenario")
  static let policies = Option(
    "--policy", .text("NAME|FILE[#NAME]"), repeatable: true,
    "only this policy (and the baseline), or one more from a file")
  static let set = Option(
    "--set", .text("PATH=VALUE"), repeatable: true,
    "change a value of the scenario: horizon=2h, policies.failover.breaker.open=10s")
  static let data = Option(
    "--data", .text("DIR"), repeatable: true,
    "look for data files here too, after the scenario's folder and before $GATEWAY_LAB_DATA")
  static let output = Option(
    "--output", .text("DIR"),
    "write the files here, instead of results/NAME beside the scenarios folder")
  static let skipBadRows = Option(
    "--skip-bad-rows", .flag, "leave malformed rows of traces out, and count them")
  static let breakdown = Option(
    "--by", .name("WHAT", among: Breakdown.allCases.map(\.rawValue)), "split each row by")

  /// Everything that changes what a scenario is.
  static let scenario: [Option] = [seed, set, data, skipBadRows]
}

extension Operand {
  static let scenario = Operand("SCENARIO", "a scenario file, or a folder with a scenario.json5")
}

/// How a result is written to standard output.
public enum OutputFormat: String, Sendable, Hashable, CaseIterable {
  /// For people at a terminal.
  case terminal
  /// Markdown.
  case markdown
  /// JSON, a contract.
  case json
  /// Comma-separated values.
  case csv
}
