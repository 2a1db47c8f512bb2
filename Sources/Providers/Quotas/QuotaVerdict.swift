import Vocabulary

/// What a quota says to an attempt.
enum QuotaVerdict: Equatable {
  /// It may start and has been charged.
  case admitted
  /// It may not; the provider says when to come back, or does not say.
  case refused(RetryAfter)
  /// It may not, because the money of the period is spent; the provider says that, and not when.
  case spent
}

/// What an attempt asks of a quota, in the provider's own tokens.
struct QuotaDemand: BitwiseCopyable {
  var inputTokens: UInt32
  var outputTokens: UInt32
  var cachedInputTokens: UInt32

  init(inputTokens: UInt32, outputTokens: UInt32, cachedInputTokens: UInt32 = 0) {
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.cachedInputTokens = min(cachedInputTokens, inputTokens)
  }

  /// What an answer used.
  init(_ usage: Usage) {
    self.init(
      inputTokens: usage.inputTokens, outputTokens: usage.outputTokens,
      cachedInputTokens: usage.cachedInputTokens)
  }

  /// What of it is charged at the start.
  @inline(__always)
  func atStart(_ charge: QuotaPlan.Charge) -> QuotaDemand {
    var demand = self
    if charge == .produced { demand.outputTokens = 0 }
    return demand
  }

  private func input(_ weights: QuotaPlan.Weights) -> Int64 {
    Int64(weights.countsCached ? inputTokens : inputTokens - cachedInputTokens)
  }

  /// How much of it a meter counts.
  func permits(of unit: QuotaPlan.Unit, _ weights: QuotaPlan.Weights) -> Int64 {
    switch unit {
    case .requests: 1
    case .tokens: input(weights) + Int64(outputTokens)
    case .inputTokens: input(weights)
    case .outputTokens: Int64(outputTokens)
    case .weighted:
      Int64(inputTokens - cachedInputTokens) * 1000 + Int64(cachedInputTokens) * weights.cached
        + Int64(outputTokens) * weights.output
    }
  }
}
