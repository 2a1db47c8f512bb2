import Vocabulary

/// How a deployment's own tokeniser counts what the gateway has counted.
///
/// Tokens × factor, rounded half up; at least one token of something that had one.
struct TokenFactors: Sendable {
  private let input: Double
  private let output: Double
  private let isPlain: Bool

  init(input: Double, output: Double) {
    self.input = input
    self.output = output
    isPlain = input == 1 && output == 1
  }

  /// The usage of the whole answer.
  @inline(__always)
  func usage(of attempt: AttemptStart) -> Usage {
    let cached = min(attempt.cachedInputTokens, attempt.inputTokens)
    if isPlain {
      return Usage(
        inputTokens: attempt.inputTokens, cachedInputTokens: cached,
        cacheWriteTokens: attempt.cacheWriteTokens, outputTokens: attempt.outputTokens)
    }
    return Usage(
      inputTokens: Self.scale(attempt.inputTokens, input),
      cachedInputTokens: Self.scale(cached, input),
      cacheWriteTokens: Self.scale(attempt.cacheWriteTokens, input),
      outputTokens: Self.scale(attempt.outputTokens, output))
  }

  /// The most output tokens that it may make, in its own tokens.
  func cap(of attempt: AttemptStart) -> UInt32 {
    attempt.outputCap == .max ? .max : Self.scale(attempt.outputCap, output)
  }

  /// What a quota is asked for: the input and the output cap, or the true output without a cap.
  func demand(of attempt: AttemptStart, _ whole: Usage) -> QuotaDemand {
    let cap = attempt.outputCap == .max ? whole.outputTokens : Self.scale(attempt.outputCap, output)
    return QuotaDemand(
      inputTokens: whole.inputTokens, outputTokens: max(cap, whole.outputTokens),
      cachedInputTokens: whole.cachedInputTokens)
  }

  private static func scale(_ tokens: UInt32, _ factor: Double) -> UInt32 {
    if factor == 1 || tokens == 0 { return tokens }
    let scaled = Double(tokens) * factor + 0.5
    return scaled < 4_294_967_295 ? max(1, UInt32(scaled)) : .max
  }
}
