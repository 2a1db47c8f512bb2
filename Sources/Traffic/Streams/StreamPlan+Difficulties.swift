import Chance
public import Vocabulary

// How hard a stream's calls are, as far as that can be known before the run: what the threshold of a
// policy is calibrated to.

extension StreamPlan {
  /// Whether the calls' difficulties are drawn from a law of the scenario.
  public var drawsDifficulty: Bool { laws.difficulty != nil }

  /// Whether the calls' difficulties stand in a column of the trace.
  public var recordsDifficulty: Bool {
    if case .trace(_, let format, _) = origin { format.hasDifficulty } else { false }
  }

  /// So many difficulties, evenly over their law; empty if the stream has none.
  public func drawnDifficulties(_ count: Int) -> [Double] {
    guard let law = laws.difficulty else { return [] }
    return (0..<max(0, count)).map { place in
      StreamPlan.number(
        Truth.difficulty(law.quantile((Double(place) + 0.5) / Double(max(1, count)))))
    }
  }

  /// The difficulties of all calls that the trace makes before `end`, as it is played, each with the
  /// alias that it asks for; empty if it does not state them.
  ///
  /// - Complexity: O(rows) time, 16 bytes a row.
  public func recordedDifficulties(
    until end: Instant, data: DataFolders, names: TrafficNames? = nil
  ) throws(TrafficError) -> [(alias: AliasID, difficulty: Double)] {
    guard recordsDifficulty else { return [] }
    // The client library's own retries ask nothing new; nothing that is drawn matters.
    var calls = try makeCalls(
      chance: Chance(seed: 0, replication: 0), from: .start, until: end, zero: nil, data: data,
      prefixes: nil, names: names)
    var arrival = Arrival.blank
    var found: [(alias: AliasID, difficulty: Double)] = []
    while try calls.next(into: &arrival) {
      found.append((arrival.request.alias, StreamPlan.number(arrival.truth.difficulty)))
    }
    return found
  }

  private static func number(_ parts: UInt32) -> Double { Double(parts) / 2_147_483_648 }
}
