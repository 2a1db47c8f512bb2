import Chance
public import Settings
import Vocabulary

extension LatencyPlan {
  /// Reads the `latency` of a deployment.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    timeToFirstToken = try Self.law(
      "timeToFirstToken", &s, "the time from the start of an attempt to its first token")
    timePerOutputToken = try Self.law(
      "timePerOutputToken", &s, "the time per output token after the first; one draw per attempt")
    perInputToken = Double(
      try s.duration(
        "perInputToken", default: .zero, in: .zero ... .seconds(1),
        "the time that each uncached input token adds before the first token"
      ).nanoseconds)
  }

  private static func law(
    _ key: String, _ s: inout SettingsReader, _ doc: String
  ) throws(SettingError) -> Sampler {
    try s.require(
      s.has(key), key,
      expected: "a time such as \"80ms\", or a law such as { median: \"740ms\", p95: \"1.4s\" }",
      next: "say how fast the deployment is; silence about a latency is not zero")
    return try Distributions.readDuration(key, from: &s, doc)
  }
}
