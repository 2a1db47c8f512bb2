import Chance

/// How fast a kind of model answers over the public network when nothing is wrong.
///
/// The time to the first token is lognormal around a median, so is the time per output token; a
/// prompt adds its tokens' time. Built from LLMPerf (2023-12-19), thefastest.ai (2024-04/05) and the
/// Splitwise measurements; assumed for any one model of today.
public enum LatencyClass: String, Sendable, Hashable, CaseIterable {
  /// Open weights on hardware made for speed.
  case fastOpen
  /// Open weights of about 70 billion parameters at an ordinary host.
  case open
  /// The small models of the large vendors.
  case small
  /// The large models of the large vendors.
  case large
  /// Models that think before the first token.
  case reasoning

  /// Milliseconds: median and log-deviation to the first token, per output token, per input token.
  var figures: (first: Double, spread: Double, perToken: Double, pace: Double, perInput: Double) {
    switch self {
    case .fastOpen: (250, 0.25, 3.5, 0.15, 0.01)
    case .open: (450, 0.25, 22, 0.15, 0.09)
    case .small: (550, 0.3, 9, 0.15, 0.02)
    case .large: (900, 0.35, 20, 0.2, 0.05)
    case .reasoning: (4000, 0.6, 14, 0.2, 0.05)
    }
  }

  /// What it stands for.
  public var summary: String {
    switch self {
    case .fastOpen: "open weights on hardware made for speed"
    case .open: "open weights of about 70 billion parameters at an ordinary host"
    case .small: "the small models of the large vendors"
    case .large: "the large models of the large vendors"
    case .reasoning: "models that think before the first token"
    }
  }

  /// The median of the time to the first token in milliseconds.
  public var firstTokenMilliseconds: Double { figures.first }
  /// The 95 % quantile of the time to the first token in milliseconds.
  public var firstTokenTail: Double {
    figures.first * Elementary.exp(1.6448536269514722 * figures.spread)
  }
  /// The median of the time per output token in milliseconds.
  public var perTokenMilliseconds: Double { figures.perToken }
  /// Milliseconds that a thousand input tokens add before the first token.
  public var perThousandInputMilliseconds: Double { figures.perInput * 1000 }

  /// The law.
  var plan: LatencyPlan {
    let it = figures
    return LatencyPlan(
      timeToFirstToken: .lognormal(mu: Elementary.log(it.first * 1e6), sigma: it.spread),
      timePerOutputToken: .lognormal(mu: Elementary.log(it.perToken * 1e6), sigma: it.pace),
      perInputToken: it.perInput * 1e6)
  }
}
