import Chance
import Settings
import Vocabulary

/// Chooses by a plain moving average of latency per weight, whatever the load.
///
/// score(i) = ewmaᵢ / wᵢ with ewma′ = ewma·w + sample·(1 − w), w = e^(−dt/decay), decay 10 s; a
/// reading decays the average too, and a new child starts at the mean of the others. Unlike
/// `peak-ewma` a slow answer moves the average only by its share, and attempts in flight do not
/// count. Failed attempts count with their elapsed time. Source: Kong core `latency` balancer
/// (runloop/balancer/latency.lua); Kong samples two addresses or scans all by version: `samples`.
/// - Complexity: O(candidates), one `exp` each; O(1) with two samples.
public struct EWMA: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private let scan: SampleOrScan
  private let signal: LatencySignal
  private var averages: MovingAverages
  private var weights: [Double] = []

  /// Reads decay, cold start, samples, signal and tie rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    averages = try MovingAverages(
      reading: &s, isPeak: false, initial: .zero, coldStart: "peers")
    signal = try LatencySignal(reading: &s, default: .endToEnd, "which latency is averaged")
    scan = try SampleOrScan(reading: &s, default: 0)
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    averages.prepare(children.count)
    weights = children.map(\.weight)
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    scan.lowest(among: candidates, draws) { cost(of: $0, at: now) }
  }

  /// A time.
  public var scoreUnit: ScoreUnit { .nanoseconds }
  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    wholeScore(cost(of: child, at: now))
  }

  @inline(__always)
  private func cost(of child: Int, at now: Instant) -> Double {
    weights[child] > 0 ? averages.value(of: child, at: now) / weights[child] : .infinity
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Learns from an attempt that has ended below a child.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    if observation.outcome.kind == .cancelled { return }
    averages.add(signal.value(of: observation), to: child, at: now)
  }
  /// Begins anew with the cold-start estimate.
  public mutating func reset(_ child: Int, at now: Instant) { averages.reset(child, at: now) }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    averages = other.averages
  }
}
