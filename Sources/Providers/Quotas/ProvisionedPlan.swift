import Vocabulary

/// Throughput bought by the hour, as Azure's provisioned deployments: a leaky bucket of utilisation.
///
/// A unit works off so many input tokens a minute; an output token counts as several, a cached one
/// as none or little. An attempt is let in while utilisation is below 100 %, whatever its size, and
/// adds its input and its output cap to it; what it did not use is taken off at its end. At 100 %
/// the answer is 429, with the time until utilisation is below it, to the millisecond. Spilling over
/// is the gateway's own fallback.
///
/// Source: tokens per unit from azure-ai-docs (2026, `rate_limits.csv`); the rule, with prompt less
/// cached tokens plus `max_tokens` as the estimate, from
/// learn.microsoft.com/azure/ai-services/openai/concepts/provisioned-throughput, "How does the service
/// decide when to send a 429?" (azure-ai-docs, copies of 2024 and 2025, read 2026-11). What it takes for
/// `max_tokens` where a call has none is not published: here the true output. The size of the bucket
/// is assumed.
public struct ProvisionedPlan: Sendable, Hashable {
  /// How many units.
  public var units: Int
  /// Input tokens that a unit works off in a minute.
  public var tokensPerUnit: Int64
  /// Input tokens that an output token counts as.
  public var outputWeight: Double
  /// Input tokens that a cached input token counts as.
  public var cachedWeight: Double
  /// For how long the units must work to empty a bucket that is at 100 %.
  public var burst: Duration
  /// How long a refusal takes.
  public var answers: Duration

  /// Makes a plan.
  public init(
    units: Int, tokensPerUnit: Int64, outputWeight: Double = 4, cachedWeight: Double = 0,
    burst: Duration = .seconds(60), answers: Duration = Fault.usualDelay
  ) {
    self.units = units
    self.tokensPerUnit = tokensPerUnit
    self.outputWeight = outputWeight
    self.cachedWeight = cachedWeight
    self.burst = burst
    self.answers = answers
  }

  /// The meter of utilisation as a quota of the deployment's own.
  func quota(named name: String) -> QuotaPlan {
    let rate = Rate(
      count: Int64(clamping: Int128(units) * Int128(tokensPerUnit) * 1000), per: .seconds(60))
    let size = PermitWindow.limit(rate: rate, length: max(1, burst.nanoseconds))
    return QuotaPlan(
      name: name, meters: [.init(.weighted, rate: rate, burst: max(1, size))], charge: .estimate,
      answers: answers, saysRetryAfter: true,
      weights: .init(output: Self.thousandths(outputWeight), cached: Self.thousandths(cachedWeight))
    )
  }

  private static func thousandths(_ weight: Double) -> Int64 {
    Int64(min(max(weight, 0), 1e6) * 1000 + 0.5)
  }
}
