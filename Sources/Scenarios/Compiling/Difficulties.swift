import Settings
import Traffic
import Vocabulary

/// How hard the calls for each alias are, as far as the scenario knows before it runs: what the
/// policies' thresholds are calibrated to.
///
/// A trace that has a column of it gives the score of every call that it makes before the horizon;
/// a stream with a law of it gives evenly spaced quantiles, as many as it is expected to make calls,
/// so that the streams of an alias count by their traffic. Streams that say nothing are left out.
enum Difficulties {
  /// Quantiles of a law where no trace sets the scale; at most so many beside a trace.
  private static let (usual, most) = (10_000.0, 1_000_000.0)

  /// The scores by alias.
  static func scores(
    of streams: [StreamPlan], _ names: TrafficNames, _ tree: Setting, _ clock: ScenarioClock,
    _ data: DataFolders
  ) throws(SettingError) -> [[Double]] {
    var scores = [[Double]](repeating: [], count: names.aliases.count)
    var drawn = [Double](repeating: 0, count: names.aliases.count)
    for stream in streams where scores.indices.contains(Int(stream.alias.index)) {
      let alias = Int(stream.alias.index)
      if stream.drawsDifficulty { drawn[alias] += calls(of: stream, tree, clock) }
      for call in try recorded(by: stream, names, tree, until: clock.horizon, data) {
        scores[Int(call.alias.index)].append(call.difficulty)
      }
    }
    let isRecorded = scores.map { !$0.isEmpty }
    for stream in streams where stream.drawsDifficulty {
      let alias = Int(stream.alias.index)
      guard scores.indices.contains(alias) else { continue }
      let scale = isRecorded[alias] ? min(1, most / drawn[alias]) : usual / drawn[alias]
      let count = Int(calls(of: stream, tree, clock) * scale + 0.5)
      scores[alias] += stream.drawnDifficulties(max(1, count))
    }
    return scores
  }

  /// Looks for the traces that will be read, so that one that is missing is told as such.
  static func findTraces(of tree: Setting, in data: DataFolders) throws(ScenarioError) {
    for stream in tree["traffic"]?.members ?? [] {
      let format = stream.value["format"]?.members?.first?.value
      guard format?["difficulty"] != nil, let trace = stream.value["trace"],
        case .string(let name) = trace.content
      else { continue }
      func text(_ key: String) -> String? {
        if case .string(let text)? = stream.value[key]?.content { text } else { nil }
      }
      do throws(TrafficError) {
        _ = try data.find(name, source: text("source"), sha256: text("sha256"))
      } catch {
        throw .traffic(error, at: trace.position, path: trace.path)
      }
    }
  }

  /// How many calls a stream is expected to make; a thousand if its clients' answers decide.
  private static func calls(
    of stream: StreamPlan, _ tree: Setting, _ clock: ScenarioClock
  ) -> Double {
    let setting = tree["traffic"]?[stream.name]
    let calls = setting.flatMap {
      Scenario.expectedCalls(of: $0, warmUp: clock.warmUp, horizon: clock.horizon)
    }
    return max(1, calls ?? 1_000)
  }

  private static func recorded(
    by stream: StreamPlan, _ names: TrafficNames, _ tree: Setting, until horizon: Instant,
    _ data: DataFolders
  ) throws(SettingError) -> [(alias: AliasID, difficulty: Double)] {
    do throws(TrafficError) {
      return try stream.recordedDifficulties(until: horizon, data: data, names: names)
    } catch {
      throw SettingError(at: tree["traffic"]?[stream.name]?["trace"] ?? tree, "\(error)")
    }
  }
}
