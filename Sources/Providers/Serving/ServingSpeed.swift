/// How fast one replica computes: the law of an iteration.
///
///     prefill of P uncached prompt tokens   = straight lines through measured points, level before the first
///     decode step of B answers with K tokens of context in all = a + b·B + c·K
///
/// A decode step reads the weights once (a), does B rows of arithmetic (b) and reads the keys and
/// values of every context (c·K). Source of form and numbers: Patel et al., "Splitwise" (ISCA 2024),
/// whose measurements `ServingPresets` is fitted to.
/// - Complexity: O(log points) per prefill, O(1) per step.
public struct ServingSpeed: Sendable, Hashable {
  /// A measured prefill.
  public struct Point: BitwiseCopyable, Sendable, Hashable {
    /// Prompt tokens of the whole batch.
    public var tokens: Int64
    /// Nanoseconds until the first tokens.
    public var nanoseconds: Double

    /// Makes a point.
    public init(tokens: Int64, nanoseconds: Double) {
      self.tokens = tokens
      self.nanoseconds = nanoseconds
    }
  }

  /// The measured prefills: tokens increase strictly, times do not decrease; at least one.
  public let prefill: [Point]
  /// Nanoseconds of a decode step whatever the batch (a).
  public let step: Double
  /// Nanoseconds that each answer in the batch adds to a step (b).
  public let perAnswer: Double
  /// Nanoseconds that each token of context in the batch adds to a step (c).
  public let perContextToken: Double

  /// Makes a law; points out of order are put in order, falling times are raised.
  public init(prefill: [Point], step: Double, perAnswer: Double = 0, perContextToken: Double = 0) {
    var sorted = prefill.sorted { $0.tokens < $1.tokens }
    if sorted.isEmpty { sorted = [Point(tokens: 1, nanoseconds: 0)] }
    for place in sorted.indices.dropFirst() {
      sorted[place].nanoseconds = max(sorted[place].nanoseconds, sorted[place - 1].nanoseconds)
    }
    self.prefill = sorted
    self.step = step
    self.perAnswer = perAnswer
    self.perContextToken = perContextToken
  }

  /// A prefill of `base` and so much per token: no measured points.
  public static func linear(
    prefill base: Double, perToken: Double, step: Double, perAnswer: Double = 0,
    perContextToken: Double = 0
  ) -> ServingSpeed {
    ServingSpeed(
      prefill: [
        Point(tokens: 0, nanoseconds: base),
        Point(tokens: 1_000_000, nanoseconds: base + 1_000_000 * perToken),
      ], step: step, perAnswer: perAnswer, perContextToken: perContextToken)
  }
}
