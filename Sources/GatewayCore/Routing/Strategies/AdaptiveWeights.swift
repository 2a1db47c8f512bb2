import Chance
import Settings
import Vocabulary

/// Draws by weights that are computed anew every few seconds from errors and latency.
///
/// Every `every` (5 s) from what ended in `window`: weightᵢ = wᵢ · max(floor, eᵢ·lᵢ), where
/// eᵢ = max(0, 1 − error rate / `worst`) and lᵢ = min(1, the peers' mean latency / its own) to the
/// power `latencyPower`. A child with fewer than `minimum` attempts has its full weight, so a new
/// one starts warm; the floor keeps a trickle going to a bad one, by which it is seen to recover.
/// Between two computations nothing changes. Source: Bifrost "adaptive load balancing" (every 5 s;
/// errors first, then latency against peers; floor weight; full weight at cold start). The formula
/// is ours: Bifrost's is not published.
/// Replicas that tell each other what they see (`state`) compute each at its own first request of an
/// interval, so within one their weights may differ a little.
/// - Complexity: O(candidates) additions, one draw; every 5 s O(children).
public struct AdaptiveWeights: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private let every: Int64
  private let floor: Double
  private let worst: Double
  private let latencyPower: Double
  private let minimum: Int64
  private let signal: LatencySignal
  private let failures: OutcomeSet
  /// Lanes: ended, failed, succeeded, nanoseconds of successes.
  private var counts: SlicedSums
  private var given: [Double] = []
  private var weights: [Double] = []
  private var latencies: [Double] = []
  private var next = Int64.min

  /// Reads the interval, the window, the floor and how errors and latency weigh.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    every =
      try s.duration(
        "every", default: .seconds(5), in: .milliseconds(1) ... .seconds(86_400),
        "how often the weights are computed"
      ).nanoseconds
    let window = try s.duration(
      "window", default: .seconds(60), in: .milliseconds(100) ... .seconds(86_400),
      "how long an attempt counts")
    floor = try s.share(
      "floor", default: Probability(0.05), "least share of its weight that a child keeps"
    ).value
    worst = max(
      1e-9,
      try s.share(
        "worst", default: Probability(0.2), "error rate at which only the floor is left"
      ).value)
    latencyPower = try s.number(
      "latencyPower", default: 1, in: 0...16, "how much latency against the peers' mean weighs")
    minimum = Int64(
      try s.integer(
        "minimum", default: 10, in: 1...1_000_000, "attempts without which a weight is full"))
    signal = try LatencySignal(reading: &s)
    failures = try OutcomeSet(
      reading: &s, "on", default: .transient, "429, 5xx, timeout, connection, broken, malformed",
      "outcomes that count as errors.")
    counts = SlicedSums(window: window.nanoseconds, lanes: 4)
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    counts.prepare(children.count)
    given = children.map(\.weight)
    weights = given
    latencies = given
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    if now.nanoseconds >= next {
      weigh(at: now)
      next = (now.nanoseconds / every + 1) * every
    }
    var sum = 0.0
    candidates.forEach { sum += weights[$0] }
    let uniform = draws.uniform()
    guard sum > 0 else { return candidates.drawn(uniform) }
    var left = uniform * sum
    var last = candidates.first
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      if weights[child] > 0 {
        if left < weights[child] { return child }
        left -= weights[child]
        last = child
      }
      rest &= rest &- 1
    }
    return last
  }

  private mutating func weigh(at now: Instant) {
    var sum = 0.0
    var known = 0.0
    for child in given.indices {
      let ended = counts.total(child, at: now)
      let successes = counts.total(child, lane: 2, at: now)
      latencies[child] =
        ended >= minimum && successes > 0
        ? Double(counts.total(child, lane: 3, at: now)) / Double(successes) : 0
      if latencies[child] > 0 {
        sum += latencies[child]
        known += 1
      }
    }
    for child in given.indices {
      let ended = counts.total(child, at: now)
      guard ended >= minimum else {
        weights[child] = given[child]
        continue
      }
      let errors = Double(counts.total(child, lane: 1, at: now)) / Double(ended)
      var factor = max(0, 1 - errors / worst)
      if latencies[child] > 0, known > 1, latencyPower > 0 {
        let peers = (sum - latencies[child]) / (known - 1)
        let ratio = min(1, peers / latencies[child])
        factor *= latencyPower == 1 ? ratio : Elementary.pow(ratio, latencyPower)
      }
      weights[child] = given[child] * max(floor, factor)
    }
  }

  /// A weight.
  public var scoreUnit: ScoreUnit { .inverseWeight }
  /// The inverse of the weight, in millionths.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    weights[child] > 0 ? wholeScore(1e6 / weights[child]) : Int64(9e18)
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Learns from an attempt that has ended below a child.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    if observation.outcome.kind == .cancelled { return }
    counts.add(1, to: child, at: now)
    if failures.contains(observation.outcome) { counts.add(1, to: child, lane: 1, at: now) }
    if observation.outcome.isSuccess {
      counts.add(1, to: child, lane: 2, at: now)
      counts.add(Int64(min(1e15, signal.value(of: observation))), to: child, lane: 3, at: now)
    }
  }
  /// Forgets a child's attempts: it has its full weight again.
  public mutating func reset(_ child: Int, at now: Instant) {
    counts.reset(child)
    weights[child] = given[child]
  }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    counts = other.counts
    (weights, next) = (other.weights, .min)
  }
}
