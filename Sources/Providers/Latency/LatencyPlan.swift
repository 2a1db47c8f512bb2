public import Chance

/// How fast a deployment answers when nothing is wrong.
///
///     first token = TTFT + perInputToken × uncached input tokens
///     whole answer = first token + TPOT × (output tokens − 1)
///
/// TTFT and TPOT are one draw each per attempt: token gaps of one request share its pace (within a
/// request the mean gap of stable providers has a log-deviation of 0.03–0.22; LLMPerf 2023-12-19).
public struct LatencyPlan: Sendable {
  /// The law of the time to the first token, in nanoseconds.
  public var timeToFirstToken: Sampler
  /// The law of the time per output token after the first, in nanoseconds.
  public var timePerOutputToken: Sampler
  /// Nanoseconds for each input token that the provider has not cached.
  public var perInputToken: Double

  /// Makes a plan; times in nanoseconds.
  public init(
    timeToFirstToken: Sampler, timePerOutputToken: Sampler, perInputToken: Double = 0
  ) {
    self.timeToFirstToken = timeToFirstToken
    self.timePerOutputToken = timePerOutputToken
    self.perInputToken = perInputToken
  }
}
