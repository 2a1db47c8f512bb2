import Traffic
import Vocabulary

/// How many malformed rows the traces of one run left out.
final class SkippedRows {
  fileprivate(set) var count = 0
}

/// A client that says at its end how many rows it has left out; everything else is the other's.
struct WatchedClient: Client {
  private var client: any Client
  private let skipped: Unshared

  /// The counter belongs to the one thread that drives the run.
  private struct Unshared: @unchecked Sendable {
    let rows: SkippedRows
  }

  init(_ client: any Client, tells skipped: SkippedRows) {
    self.client = client
    self.skipped = Unshared(rows: skipped)
  }

  var skippedRows: Int { client.skippedRows }

  mutating func next(into arrival: inout Arrival) throws(TrafficError) -> Bool {
    if try client.next(into: &arrival) { return true }
    skipped.rows.count += client.skippedRows
    return false
  }

  mutating func fill(_ arrivals: inout MutableSpan<Arrival>) throws(TrafficError) -> Int {
    let made = try client.fill(&arrivals)
    if made < arrivals.count { skipped.rows.count += client.skippedRows }
    return made
  }

  var listens: Bool { client.listens }

  mutating func answered(_ arrival: inout Arrival, _ end: AnswerEnd) -> Sequel {
    client.answered(&arrival, end)
  }
}
