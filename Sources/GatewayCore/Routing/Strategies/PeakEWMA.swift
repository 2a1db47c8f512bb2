import Chance
import Settings
import Vocabulary

/// Chooses by a moving average of latency that jumps to peaks at once, times the load.
///
/// cost(i) = ewmaᵢ × (inFlightᵢ + 1). A sample above the average replaces it; otherwise
/// ewma′ = ewma·e^(−dt/decay) + sample·(1 − e^(−dt/decay)), and every reading decays the average
/// by e^(−dt/decay) too, so that an idle child is tried again. Failures count as samples of their
/// elapsed time and at least `failurePenalty`. Source: Twitter Finagle `PeakEwma`; tower
/// `load/peak_ewma.rs` (decay 10 s in Finagle, 30 s in Helicone); the initial estimate 250 ms is
/// Helicone's. `samples` 2 draws two candidates, 0 scans all.
/// - Complexity: O(1) with two samples, O(candidates) with a scan; one `exp` per candidate read.
public struct PeakEWMA: Strategy {
  private let decay: Double
  private let initial: Double
  private let penalty: Double
  private let samples: Int
  private let signal: Int
  private var children: [Child] = []

  private struct Child: BitwiseCopyable, Sendable {
    var average: Double
    var stamp: Int64
    var inFlight: Int
  }

  /// Reads decay, initial estimate, failure penalty, samples and signal.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    decay = Double(
      try s.duration(
        "decay", default: .seconds(10), in: .milliseconds(1) ... .seconds(86_400),
        "time constant of the average"
      ).nanoseconds)
    initial = Double(
      try s.duration(
        "initial", default: .milliseconds(250), in: .milliseconds(1) ... .seconds(3600),
        "estimate for a child that has not answered yet"
      ).nanoseconds)
    penalty = Double(
      try s.duration(
        "failurePenalty", default: .zero, in: .zero ... .seconds(3600),
        "a failed attempt counts as at least this latency"
      ).nanoseconds)
    samples = try s.integer(
      "samples", default: 2, in: 0...2, "2 draws two candidates, 0 scans all of them")
    signal = try s.name(
      "signal", default: "firstToken", among: ["firstToken", "endToEnd"], kind: "signal",
      "which latency is averaged")
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    self.children = children.map { _ in Child(average: initial, stamp: 0, inFlight: 0) }
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    if samples == 2 {
      let (one, other) = CandidatePair.draw(from: candidates, draws)
      return cost(of: other, at: now) < cost(of: one, at: now) ? other : one
    }
    var best = candidates.first
    var bestCost = Double.infinity
    var set = candidates.bits
    while set != 0 {
      let child = set.trailingZeroBitCount
      let cost = cost(of: child, at: now)
      if cost < bestCost {
        bestCost = cost
        best = child
      }
      set &= set &- 1
    }
    return best
  }

  /// What the rule compares; lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    Int64(min(cost(of: child, at: now), 9e18))
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    children[child].inFlight += 1
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    children[child].inFlight -= 1
    if observation.outcome.kind == .cancelled { return }
    var sample = Double(signal == 0 ? observation.untilFirstToken : observation.elapsed)
    if !observation.outcome.isSuccess { sample = max(sample, penalty) }
    let kept = weight(since: children[child].stamp, at: now)
    let average = children[child].average
    children[child].average = sample > average ? sample : average * kept + sample * (1 - kept)
    children[child].stamp = now.nanoseconds
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) {
    children[child].inFlight += change
  }

  /// Begins anew with the initial estimate.
  public mutating func reset(_ child: Int) {
    children[child].average = initial
    children[child].stamp = 0
  }

  private func cost(of child: Int, at now: Instant) -> Double {
    let state = children[child]
    return state.average * weight(since: state.stamp, at: now) * Double(state.inFlight + 1)
  }

  private func weight(since stamp: Int64, at now: Instant) -> Double {
    let elapsed = Double(max(0, now.nanoseconds - stamp))
    return Elementary.exp(-elapsed / decay)
  }
}
