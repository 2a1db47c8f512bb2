public import Settings
import Vocabulary

extension LatencyPlan {
  /// Reads the `latency` of a deployment.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    timeToFirstToken = try LatencyLaw.read(
      "timeToFirstToken", of: &s, "the time from the start of an attempt to its first token")
    timePerOutputToken = try LatencyLaw.read(
      "timePerOutputToken", of: &s,
      "the time per output token after the first; one draw per attempt")
    perInputToken = Double(
      try s.duration(
        "perInputToken", default: .zero, in: .zero ... .seconds(1),
        "the time that each uncached input token adds before the first token"
      ).nanoseconds)
  }
}
