import Settings

/// The registry of concurrency limits.
public enum ConcurrencyLimits {
  /// All algorithms; the order is that of the catalogue.
  public static let registry = Registry<any ConcurrencyLimit>(
    "concurrency limit",
    [
      .init(
        "fixed", "always the same number in flight", source: "LiteLLM max_parallel_requests",
        shorthand: "limit",
        make: { s throws(SettingError) in try ConcurrencyFixed(reading: &s) }),
      .init(
        "aimd", "one more after each success under load, a tenth less after each drop",
        source: "Chiu, Jain 1989; Netflix concurrency-limits AIMDLimit",
        make: { s throws(SettingError) in try ConcurrencyAIMD(reading: &s) }),
      .init(
        "vegas", "keeps the queue that latency betrays between two marks",
        source: "Brakmo, Peterson 1995; Netflix concurrency-limits VegasLimit",
        make: { s throws(SettingError) in try ConcurrencyVegas(reading: &s) }),
      .init(
        "gradient2", "follows the ratio of long-term to present latency",
        source: "Netflix concurrency-limits Gradient2Limit",
        make: { s throws(SettingError) in try ConcurrencyGradient2(reading: &s) }),
    ])
}
