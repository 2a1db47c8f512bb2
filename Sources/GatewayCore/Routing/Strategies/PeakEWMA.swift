import Chance
import Settings
import Vocabulary

/// Chooses by a moving average of latency that jumps to peaks at once, times the load.
///
/// cost(i) = ewmaᵢ × (inFlightᵢ + 1). A sample above the average replaces it; otherwise
/// ewma′ = ewma·e^(−dt/decay) + sample·(1 − e^(−dt/decay)), and every reading decays the average
/// by e^(−dt/decay) too, unless `readDecay` is off, so that an idle child is tried again. What a
/// reading has left is what later samples meet: of a child that is read often, samples are nearly
/// always peaks. Readings are a replica's own; they are not told to others. Failures
/// count as samples of their elapsed time and at least `failurePenalty`. Source: Twitter Finagle
/// `PeakEwma`; tower `load/peak_ewma.rs`, whose `load()` stores the decayed estimate (decay 10 s in
/// Finagle, 30 s in Helicone); the initial
/// estimate 250 ms is Helicone's. `samples` 2 draws two candidates, of equals the first drawn; 0
/// scans all (Helicone `model-latency`), of equals the first in the file or a random one.
/// - Complexity: O(1) with two samples, O(candidates) with a scan; one `exp` per candidate read.
public struct PeakEWMA: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private let penalty: Double
  private let scan: SampleOrScan
  private let signal: LatencySignal
  private var averages: MovingAverages
  private var inFlight: [Int] = []

  /// Reads decay, cold start, failure penalty, samples, signal and tie rule.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    averages = try MovingAverages(
      reading: &s, isPeak: true, initial: .milliseconds(250), coldStart: "initial")
    penalty = Double(
      try s.duration(
        "failurePenalty", default: .zero, in: .zero ... .seconds(3600),
        "a failed attempt counts as at least this latency"
      ).nanoseconds)
    signal = try LatencySignal(reading: &s, "which latency is averaged")
    scan = try SampleOrScan(reading: &s, default: 2)
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    averages.prepare(children.count)
    inFlight = children.map { _ in 0 }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    let scan = scan
    return scan.lowest(among: candidates, draws) {
      averages.read($0, at: now) * Double(max(0, inFlight[$0]) + 1)
    }
  }

  /// A time.
  public var scoreUnit: ScoreUnit { .nanoseconds }
  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    wholeScore(cost(of: child, at: now))
  }

  @inline(__always)
  private func cost(of child: Int, at now: Instant) -> Double {
    averages.value(of: child, at: now) * Double(max(0, inFlight[child]) + 1)
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    inFlight[child] += 1
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    inFlight[child] -= 1
    learn(child, observation, at: now)
  }
  /// Learns from an attempt that has ended below a child, here or elsewhere.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    if observation.outcome.kind == .cancelled { return }
    var sample = signal.value(of: observation)
    if !observation.outcome.isSuccess { sample = max(sample, penalty) }
    averages.add(sample, to: child, at: now)
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) { inFlight[child] += change }
  /// Begins anew with the cold-start estimate.
  public mutating func reset(_ child: Int, at now: Instant) { averages.reset(child, at: now) }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    averages = other.averages
  }
}
