/// What a trace holds, in one pass: how many rows, over what time, how many tokens.
public struct TraceSummary: Sendable {
  /// Rows that could be read.
  public private(set) var rows = 0
  /// Rows left out because they were malformed.
  public private(set) var skippedRows = 0
  /// Time from the first row to the last.
  public var span: Duration { .nanoseconds(rows > 0 ? last - first : 0) }
  /// Mean input tokens.
  public var meanInputTokens: Double { mean(inputTokens) }
  /// Mean output tokens.
  public var meanOutputTokens: Double { mean(outputTokens) }
  /// Mean arrivals per second; 0 if the trace spans no time.
  public var arrivalRate: Double {
    last > first ? Double(rows - 1) * 1e9 / Double(last - first) : 0
  }
  /// The coefficient of variation of the gaps between rows: deviation over mean; 0 below 3 rows.
  public var gapVariation: Double {
    guard rows > 2, last > first else { return 0 }
    let gaps = Double(rows - 1)
    let mean = Double(last - first) / 1e9 / gaps
    let variance = max(0, (squaredGaps - gaps * mean * mean) / (gaps - 1))
    return variance.squareRoot() / mean
  }

  private var first: Int64 = 0
  private var last: Int64 = 0
  private var inputTokens: UInt64 = 0
  private var outputTokens: UInt64 = 0
  private var squaredGaps = 0.0

  /// Reads a whole trace.
  public init(
    path: String, format: TraceFormat, skipsBadRows: Bool = false
  ) throws(TrafficError) {
    var reader = try TraceReader(path: path, format: format, skipsBadRows: skipsBadRows)
    var row = TraceRow()
    while try reader.next(into: &row) {
      if rows == 0 {
        first = row.time
      } else {
        let gap = Double(row.time - last) / 1e9
        squaredGaps += gap * gap
      }
      last = row.time
      rows += 1
      inputTokens &+= UInt64(row.inputTokens)
      outputTokens &+= UInt64(row.outputTokens)
    }
    skippedRows = reader.skippedRows
  }

  private func mean(_ total: UInt64) -> Double { rows > 0 ? Double(total) / Double(rows) : 0 }
}
