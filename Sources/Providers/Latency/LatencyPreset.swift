import Chance
import Vocabulary

/// A latency by name: what a class of endpoints, or an endpoint that was measured, looks like.
///
/// A file names it as `latency: "frontier-large"`, or changes parts of it: `latency: { like:
/// "frontier-large", drift: … }`; `faults: "frontier-large"` takes its base rates of faults.
public struct LatencyPreset: Sendable {
  /// The name.
  public let name: String
  /// What it stands for, in a few words.
  public let summary: String
  /// Where the numbers come from.
  public let source: String
  /// The date of the source.
  public let date: String
  /// Whether the numbers are assumed, built from measured rows near them.
  public let isAssumed: Bool
  /// The latency.
  public let latency: LatencyPlan
  /// The base rates of faults; empty if none are known.
  public let faults: [Fault]

  /// All presets: classes, then measured endpoints.
  public static let all = classes + measured

  /// The names in order.
  public static let names = all.map(\.name)

  /// What a preset is called in messages.
  static let kind = "latency class"

  /// The preset of a name.
  public static subscript(name: String) -> LatencyPreset? { all.first { $0.name == name } }

  /// The share of attempts that fail by themselves.
  public var faultShare: Double { faults.reduce(0) { $0 + $1.share.value } }
}

extension LatencyPlan {
  /// A lognormal body, a lognormal tail, and a lognormal pace; times in seconds.
  init(
    first: (median: Double, sigma: Double), tail: SlowTail, gap: (median: Double, p95: Double),
    correlation: Double = 0
  ) {
    self.init(
      timeToFirstToken: .lognormal(median: first.median * 1e9, sigma: first.sigma),
      timePerOutputToken: .lognormal(median: gap.median * 1e9, p95: gap.p95 * 1e9))
    self.tail = tail
    self.correlation = correlation
  }
}
