public import Chance
public import Vocabulary

/// How fast a deployment answers when nothing is wrong.
///
///     first token = ((TTFT or its tail) + perInputToken × uncached input tokens) × slow-downs
///                   + network + cold start + hidden tokens × TPOT
///     whole answer = first made token + TPOT × (output tokens − 1)
///
/// TTFT and TPOT are one draw each per attempt: token gaps of one request share its pace (within a
/// request the mean gap of stable providers has a log-deviation of 0.03–0.22; LLMPerf 2023-12-19).
/// Everything but the two laws is optional: what a file does not say costs nothing and draws nothing.
public struct LatencyPlan: Sendable {
  /// The law of the time to the first token, in nanoseconds.
  public var timeToFirstToken: Sampler
  /// The law of the time per output token after the first, in nanoseconds.
  public var timePerOutputToken: Sampler
  /// Nanoseconds for each input token that the provider has not cached.
  public var perInputToken: Double
  /// The slow part of the attempts.
  public var tail: SlowTail?
  /// The correlation of an attempt's TTFT and TPOT, each as a normal score (Gaussian copula).
  public var correlation = 0.0
  /// The law of the way to the region and back, in nanoseconds; nothing slows it down.
  public var network: Sampler?
  /// The part of the output that nobody sees.
  public var reasoning: Reasoning?
  /// What an idle deployment takes to start.
  public var coldStart: ColdStart?
  /// How its speed wanders.
  public var drift: Drift?
  /// A factor on all times for each hour of the day; empty for none.
  public var hours: [Double] = []
  /// How its speed follows its load.
  public var load: LoadPlan?
  /// The zero of the file on the run's clock: where values over time begin.
  public var zero = Instant.start
  /// The calendar of `hours`; `nil` means that the run begins at midnight.
  public var calendar: Calendar?

  /// Makes a plan; times in nanoseconds.
  public init(
    timeToFirstToken: Sampler, timePerOutputToken: Sampler, perInputToken: Double = 0
  ) {
    self.timeToFirstToken = timeToFirstToken
    self.timePerOutputToken = timePerOutputToken
    self.perInputToken = perInputToken
  }

  /// Whether TTFT, TPOT and input tokens are all that there is.
  var isPlain: Bool {
    tail == nil && correlation == 0 && network == nil && reasoning == nil && isSteady
  }

  /// Whether time, load and earlier attempts do not matter.
  var isSteady: Bool { coldStart == nil && drift == nil && hours.isEmpty && load == nil }

  /// Whether it needs to know the hour of the day.
  var followsHours: Bool { !hours.isEmpty || !(load?.hours.isEmpty ?? true) }
}
