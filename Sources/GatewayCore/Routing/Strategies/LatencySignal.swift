import Settings
import Vocabulary

/// Which time of an attempt a strategy judges; in nanoseconds.
///
/// Until the first token (of an answer that is not streamed: until its end); per output token
/// after the first, as the trade defines it; the whole attempt; and the whole attempt divided by
/// the output tokens, which is what LiteLLM averages.
enum LatencySignal: Int, Sendable {
  case firstToken
  case endToEnd
  case perOutputToken
  case endToEndPerOutputToken

  static let names = ["firstToken", "endToEnd", "perOutputToken", "endToEndPerOutputToken"]

  /// Reads the signal from `signal`.
  init(
    reading s: inout SettingsReader, default standard: LatencySignal = .firstToken,
    _ doc: String = "which latency is judged"
  ) throws(SettingError) {
    self =
      LatencySignal(
        rawValue: try s.name(
          "signal", default: LatencySignal.names[standard.rawValue], among: LatencySignal.names,
          kind: "signal", doc)) ?? standard
  }

  /// The signal of an attempt.
  @inline(__always)
  func value(of observation: AttemptObservation) -> Double {
    let elapsed = Double(observation.elapsed)
    let tokens = Double(observation.usage.outputTokens)
    switch self {
    case .firstToken: return Double(observation.untilFirstToken)
    case .endToEnd: return elapsed
    case .endToEndPerOutputToken: return elapsed / max(1, tokens)
    case .perOutputToken:
      guard observation.streams else { return elapsed / max(1, tokens) }
      return (elapsed - Double(observation.untilFirstToken)) / max(1, tokens - 1)
    }
  }
}
