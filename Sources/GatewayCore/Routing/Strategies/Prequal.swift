import Settings
import Vocabulary

/// Avoids the children with the most attempts in flight, and takes the fastest of the rest.
///
/// Of the candidates (or of `probes` drawn ones) those are *hot* whose attempts in flight exceed
/// the `quantile` of the attempts in flight over all children; the rest are *cold*. Among cold ones
/// the lowest latency wins, if all are hot the fewest in flight. Prequal's servers answer probes
/// with their own counters; providers answer none, so here the "probe" is what this gateway has
/// observed: its own attempts in flight, and the median of a child's latest samples. A child without
/// samples is taken to be as fast as can be. Source: B. Wydrowski, R. Kleinberg, S. Rumble, A. Archer,
/// "Load is not what you should balance: Introducing Prequal", NSDI 2024; quantile 2^−0.25 ≈ 0.84.
/// - Complexity: O(children²) moves at worst, a few hundred ns for 64; after an attempt O(samples) once.
public struct Prequal: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private let quantile: Double
  private let probes: Int
  private let signal: LatencySignal
  private var samples: SampleRing
  private var inFlight: [Int] = []
  private var ordered: [Int] = []

  /// Reads the quantile, the number of probes and the latency signal.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    quantile = try s.share(
      "quantile", default: Probability(0.84),
      "hot: more in flight than this quantile over all children"
    ).value
    probes = try s.integer(
      "probes", default: 0, in: 0...64, "how many candidates are drawn; 0 looks at all")
    signal = try LatencySignal(reading: &s)
    samples = try SampleRing(reading: &s, samples: 16, median: true)
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    samples.prepare(children.count)
    inFlight = children.map { _ in 0 }
    ordered = inFlight
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var probed = candidates
    if probes > 0, probes < candidates.count {
      var sample = CandidateSample(candidates)
      probed = CandidateSet(bits: 0)
      for number in 0..<probes { probed.insert(sample.next(draws.uniform(UInt32(number)))) }
    }
    samples.expire(at: now)
    let threshold = threshold()
    var best = -1
    var bestLatency = Double.infinity
    var rest = probed.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      rest &= rest &- 1
      if inFlight[child] > threshold { continue }
      let latency = samples.statistic(of: child, at: now) ?? 0
      if best < 0 || latency < bestLatency {
        best = child
        bestLatency = latency
      }
    }
    return best >= 0 ? best : probed.lowest { Double(inFlight[$0]) }
  }

  /// The quantile of the attempts in flight over all children, by nearest rank.
  private mutating func threshold() -> Int {
    let count = inFlight.count
    for child in 0..<count {
      // Insertion into the part that is sorted already.
      let value = inFlight[child]
      var place = child
      while place > 0, ordered[place - 1] > value {
        ordered[place] = ordered[place - 1]
        place -= 1
      }
      ordered[place] = value
    }
    let exact = quantile * Double(count)
    let whole = Int(exact)
    let rank = Double(whole) < exact ? whole + 1 : whole
    return ordered[max(1, min(count, rank)) - 1]
  }

  /// A time.
  public var scoreUnit: ScoreUnit { .nanoseconds }
  /// The median latency of late.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    wholeScore(samples.look(child, at: now) ?? 0)
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
    if observation.outcome.isSuccess {
      samples.add(signal.value(of: observation), to: child, at: now)
    }
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) { inFlight[child] += change }
  /// Forgets a child's samples.
  public mutating func reset(_ child: Int, at now: Instant) { samples.reset(child) }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    samples = other.samples
  }
}
