import Foundation

/// One call to a real endpoint: seconds to the first token, and per output token after it.
struct MeasuredCall {
  var firstToken: Double
  var perToken: Double?
}

/// What was measured at one endpoint, in order of time.
struct MeasuredEndpoint {
  var name: String
  var calls: [MeasuredCall]
}

/// The public measurements of real endpoints in the shared folder.
enum Measurements {
  struct Absent: Error, CustomStringConvertible {
    let description: String
  }

  /// LLMPerf's 19 endpoints: time per token = (whole − first) ÷ (tokens − 1).
  static func llmperf() throws -> [MeasuredEndpoint] {
    let rows = try rows("providers/llmperf_leaderboard_2023-12-19_individual.csv")
    return group(rows) { row in
      guard row["error_code"] == "", let first = row["ttft_s"].flatMap(Double.init),
        let whole = row["end_to_end_latency_s"].flatMap(Double.init),
        let tokens = row["number_output_tokens"].flatMap(Double.init), tokens >= 2
      else { return nil }
      return (
        "\(row["provider"] ?? "") \(row["size"] ?? "")",
        MeasuredCall(firstToken: first, perToken: (whole - first) / (tokens - 1))
      )
    }
  }

  /// thefastest.ai's endpoints with at least `least` calls; a speed of 999 is a cap, not a speed.
  static func thefastest(least: Int) throws -> [MeasuredEndpoint] {
    let rows = try rows("providers/thefastest_ai_2024_measurements.csv").sorted {
      ($0["time"] ?? "", $0["region"] ?? "") < ($1["time"] ?? "", $1["region"] ?? "")
    }
    return group(rows) { row in
      guard row["error"] == "", let first = row["ttft"].flatMap(Double.init), first > 0,
        let speed = row["tps"].flatMap(Double.init)
      else { return nil }
      return (
        row["model"] ?? "",
        MeasuredCall(firstToken: first, perToken: speed > 0 && speed < 999 ? 1 / speed : nil)
      )
    }.filter { $0.calls.count >= least }
  }

  private static func group(
    _ rows: [Row], _ read: (Row) -> (String, MeasuredCall)?
  ) -> [MeasuredEndpoint] {
    var endpoints: [MeasuredEndpoint] = []
    var places: [String: Int] = [:]
    for row in rows {
      guard let (name, call) = read(row) else { continue }
      let place = places[name] ?? endpoints.count
      if place == endpoints.count {
        endpoints.append(MeasuredEndpoint(name: name, calls: []))
        places[name] = place
      }
      endpoints[place].calls.append(call)
    }
    return endpoints
  }

  /// A row of a CSV file by the names of its columns.
  private struct Row {
    var columns: [Substring: Int]
    var fields: [Substring]
    subscript(name: Substring) -> String? {
      columns[name].flatMap { $0 < fields.count ? String(fields[$0]) : nil }
    }
  }

  /// The rows; a text in quotes has no line breaks, and its commas are none that separate.
  private static func rows(_ relative: String) throws -> [Row] {
    let text = try String(contentsOfFile: path(relative), encoding: .utf8)
    var rows: [Row] = []
    var columns: [Substring: Int] = [:]
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let fields = fields(of: line)
      if columns.isEmpty {
        for (place, name) in fields.enumerated() { columns[name] = place }
      } else {
        rows.append(Row(columns: columns, fields: fields))
      }
    }
    return rows
  }

  private static func fields(of line: Substring.UTF8View) -> [Substring] {
    var fields: [Substring] = []
    var isQuoted = false
    var start = line.startIndex
    for (index, byte) in zip(line.indices, line) {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard byte == UInt8(ascii: ","), !isQuoted else { continue }
      fields.append(Substring(line[start..<index]))
      start = line.index(after: index)
    }
    var last = Substring(line[start...])
    if last.last == "\r" { last.removeLast() }
    return fields + [last]
  }

  private static func path(_ relative: String, from file: String = #filePath) throws -> String {
    var roots: [String] = []
    if let given = ProcessInfo.processInfo.environment["GATEWAY_LAB_SHARED"] { roots.append(given) }
    var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      roots.append(folder.appendingPathComponent("shared").path)
    }
    for root in roots {
      let path = root + "/data/" + relative
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    throw Absent(description: "data/\(relative) is absent; set GATEWAY_LAB_SHARED to its folder")
  }
}
