import Engine
import Foundation
import Laboratory
import Reports
import Scenarios

extension Verb {
  static let bench = Verb(
    "bench", "how fast it is on this machine",
    operands: [
      Operand(
        "WHAT",
        "small-v1: the model that peers in other languages run too, one line of JSON; policies: what"
          + " each mechanism of the gateway costs; providers: what an attempt costs at a simulated"
          + " provider",
        required: false),
      Operand("N", "how many arrivals; with policies: requests a run", required: false),
      Operand("SEED", "the seed", required: false),
      Operand(
        "TTL", "the cache's time to live in seconds; 0: no cache; 60 if not said", required: false),
    ],
    options: [
      Option("--only", .text("NAME"), "with policies: the mechanisms of this name, or this family"),
      .format,
    ],
    examples: [
      "gateway-lab bench", "gateway-lab bench small-v1 500000 1", "gateway-lab bench policies",
      "gateway-lab bench policies --only cache",
      "gateway-lab bench providers",
    ],
    remarks: [
      "Alone it measures the event queue and the small model. Its numbers are facts about the machine: they differ from run to run, and no other verb prints such numbers to standard output."
    ],
    body: bench)

  private static func bench(_ call: Invocation) throws -> ExitStatus {
    guard let model = call.operand(0) else {
      call.print(try table())
      return .fine
    }
    if model == "policies" {
      return try policies(call)
    }
    if model == "providers" {
      let rows = try ProviderBench.rows() + ProviderBench.capacityRows()
      call.print(providers(rows))
      return rows.contains { $0.nanoseconds > $0.bar } ? .failed : .fine
    }
    guard model == "small-v1" else {
      throw CommandError(
        unknown: "bench", model, among: ["small-v1", "policies", "providers"], next: call.verb.page)
    }
    let usage = "gateway-lab bench small-v1 N SEED [TTL]"
    guard let count = call.operand(1).flatMap({ Int($0) }), count > 0,
      let seed = call.operand(2).flatMap({ UInt64($0) }), seed <= UInt64(Int.max)
    else {
      throw CommandError(
        "small-v1 needs the number of arrivals and a seed, both whole numbers", next: usage)
    }
    var time: Double?
    if let text = call.operand(3) {
      guard let value = Double(text), value >= 0, value <= 1e9 else {
        throw CommandError(
          "TTL: found \"\(text)\", expected seconds, or 0 for no cache", next: usage)
      }
      time = value
    }
    let result = try smallV1(count: count, seed: seed, time: time)
    call.out.line(result.line)
    for failure in result.failures.prefix(3) { call.err.line("law broken: \(failure)") }
    return result.failures.isEmpty ? .fine : .failed
  }

  /// Measures every mechanism; fails if one misses its bar.
  private static func policies(_ call: Invocation) throws -> ExitStatus {
    var requests = 100_000
    if let text = call.operand(1) {
      guard let stated = Int(text), stated >= 1000, stated <= 10_000_000 else {
        throw CommandError(
          "N: found \"\(text)\", expected requests a run, 1000 to 10,000,000",
          next: "gateway-lab bench policies 20000")
      }
      requests = stated
    }
    let only = call.text("--only")
    let names = CoreBench.names
    if let only, !names.contains(only) {
      throw CommandError(unknown: "mechanism", only, among: names, next: call.verb.page)
    }
    let rows = try CoreBench.rows(requests: requests, only: only)
    call.print(mechanisms(rows))
    for row in rows where !row.holds {
      var line =
        "\(row.family) \(row.mechanism): \(Format.number(row.nanoseconds, digits: 0)) ns, at most"
        + " \(Format.number(row.bar, digits: 0))"
      if let recall = row.recall {
        line += "; finds \(Format.number(100 * recall.found, digits: 1)) %, at least"
        line += " \(Format.number(100 * recall.bar, digits: 0)) %"
      }
      call.err.line(line)
    }
    return rows.allSatisfy(\.holds) ? .fine : .failed
  }

  /// Runs the small model; the horizon follows the number of arrivals.
  private static func smallV1(
    count: Int, seed: UInt64, time: Double?
  ) throws -> SmallV1.Result {
    var options = ScenarioOptions()
    options.count = count
    options.seed = seed
    if time == 0 {
      options.sets.append("policies[\"small-v1\"].cache=null")
    } else if let time {
      let value = FixedPoint.significant(time, 12)
      options.sets.append("policies[\"small-v1\"].cache.exact.ttl=\(value)s")
    }
    let scenario = try ScenarioLoader.load(path: try smallV1Path(), options: options)
    return try SmallV1.run(scenario, seed: seed, data: scenario.data, checksLaws: true)
  }

  /// Finds `scenarios/small-v1`, upwards from here, then upwards from the executable.
  static func smallV1Path() throws(CommandError) -> String {
    let manager = FileManager.default
    let executable = CommandLine.arguments.first.map {
      URL(fileURLWithPath: $0).resolvingSymlinksInPath().deletingLastPathComponent().path
    }
    for start in [manager.currentDirectoryPath] + (executable.map { [$0] } ?? []) {
      var folder = start
      while true {
        let place = (folder == "/" ? "" : folder) + "/scenarios/small-v1"
        if manager.fileExists(atPath: place + "/" + ScenarioLoader.fileName) { return place }
        guard let slash = folder.lastIndex(of: "/"), folder != "/" else { break }
        folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
      }
    }
    throw CommandError(
      "scenarios/small-v1 is neither above this folder nor above the program",
      next: "call it from a checkout of gateway-lab")
  }

  // MARK: The table

  private static func table() throws -> Report {
    var rows: [Table.Row] = []
    for pending in [100, 1000, 10_000, 100_000] {
      rows.append(
        row("event queue, \(Format.count(pending)) pending", holds(pending: pending), "holds"))
    }
    let result = try smallV1(count: 500_000, seed: 1, time: nil)
    let rate = result.usage.userSeconds > 0 ? Double(result.requests) / result.usage.userSeconds : 0
    rows.append(row("small-v1, whole simulation with laws", rate, "requests"))
    return Report(
      title: "Speed on this machine",
      subtitle:
        "one core, user CPU time; \(Format.number(result.usage.megabytes, digits: 0)) MiB at most",
      blocks: [
        .table(
          Table(
            name: "speed",
            columns: [
              .text("what", title: "what"), .number("rate", title: "per second", in: .count()),
              .number("time", title: "each", in: .plain(digits: 0, unit: "ns")),
              .text("unit", title: "of"),
            ], rows: rows))
      ])
  }

  /// What each mechanism adds to a request, or to a candidate.
  private static func mechanisms(_ rows: [CoreBench.Row]) -> Report {
    Report(
      title: "What each mechanism costs on this machine",
      subtitle:
        "the gateway core alone, user CPU time, on less off; strategies per candidate of 16; the"
        + " semantic index per look-up among 100,000 vectors of 64 numbers",
      blocks: [
        .table(
          Table(
            name: "mechanisms",
            columns: [
              .text("family", title: "family"), .text("mechanism", title: "mechanism"),
              .number("cost", title: "adds", in: .plain(digits: 0, unit: "ns")),
              .text("per", title: "per"),
              .number("bar", title: "at most", in: .plain(digits: 0, unit: "ns")),
              .number("found", title: "finds", in: .plain(digits: 1, unit: "%")),
            ],
            rows: rows.map { row in
              Table.Row([
                .text(RichText(row.family)), .text(RichText(row.mechanism)),
                .number(row.nanoseconds), .text(RichText(row.unit)), .number(row.bar),
                row.recall.map { .number(100 * $0.found) } ?? .empty,
              ])
            }))
      ])
  }

  /// What an attempt costs at a simulated provider.
  private static func providers(_ rows: [ProviderBench.Row]) -> Report {
    Report(
      title: "What an attempt costs at a simulated provider on this machine",
      subtitle: "the fleet alone, user CPU time; parts are added to two plain laws",
      blocks: [
        .table(
          Table(
            name: "providers",
            columns: [
              .text("on", title: "what is on"),
              .number("cost", title: "an attempt", in: .plain(digits: 0, unit: "ns")),
              .number("added", title: "adds", in: .plain(digits: 0, unit: "ns")),
              .number("bar", title: "at most", in: .plain(digits: 0, unit: "ns")),
            ],
            rows: rows.map { row in
              Table.Row([
                .text(RichText(row.name)), .number(row.nanoseconds), .number(row.added),
                .number(row.bar),
              ])
            }))
      ])
  }

  private static func row(_ what: String, _ rate: Double, _ unit: String) -> Table.Row {
    Table.Row([
      .text(RichText(what)), .number(rate), rate > 0 ? .number(1e9 / rate) : .empty,
      .text(RichText(unit)),
    ])
  }

  /// The hold model: take the earliest event, put one a random time later; holds per CPU second.
  private static func holds(pending: Int) -> Double {
    var queue = EventQueue(capacity: pending + 1)
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func delay() -> UInt128 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt128(state >> 24) << 64
    }
    for index in 0..<pending { queue.push(delay() | UInt128(index)) }
    let count = 1_000_000
    let before = MachineUsage.now.userSeconds
    for _ in 0..<count {
      let first = queue.first
      queue.replaceFirst(with: first &+ delay())
    }
    let seconds = MachineUsage.now.userSeconds - before
    return seconds > 0 ? Double(count) / seconds : 0
  }
}
