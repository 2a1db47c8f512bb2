import Chance
import Settings
import Vocabulary

/// The cheapest child that meets an objective, by what the gateway has observed of it.
///
/// The objective: P(signal ≤ `within`) ≥ `share`, over the attempts that ended in `window`; a failed
/// attempt misses it. p̂ᵢ is the observed share, or with `confidence: z` the lower end of its Wilson
/// interval, (p̂ + z²/2n − z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n). A child with fewer than `minimum`
/// attempts meets it, misses it, or is judged by all children together (`coldStart`). Among those
/// that meet it the lowest price for this request wins; if none does the most likely child is taken,
/// of equals the cheaper. Nobody is excluded: OpenRouter's `preferred_max_latency` and
/// `preferred_min_throughput` too put those that miss a cutoff over 5 minutes last. A throughput of
/// at least 40 tokens a second is `{signal: "perOutputToken", within: "25ms"}`. Interval:
/// E. B. Wilson, JASA 22, 1927.
/// - Complexity: O(candidates), a square root each with a confidence.
public struct CheapestWithin: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private enum ColdStart: Int { case meets, misses, peers }

  private let signal: LatencySignal
  private let within: Double
  private let share: Double
  private let z: Double
  private let minimum: Int64
  private let coldStart: ColdStart
  private var expected: ExpectedPrice
  private var counts: SlicedSums

  /// Reads the objective, the window, the confidence and what to expect of a price.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    signal = try LatencySignal(reading: &s)
    within = Double(
      try s.duration(
        "within", default: .seconds(2), in: .nanoseconds(1) ... .seconds(86_400),
        "what the signal must not exceed"
      ).nanoseconds)
    share = try s.share(
      "share", default: Probability(0.95), "share of the attempts that must keep it"
    ).value
    let window = try s.duration(
      "window", default: .seconds(300), in: .milliseconds(100) ... .seconds(86_400 * 30),
      "how long an attempt counts")
    z = try s.number(
      "confidence", default: 0, in: 0...10,
      "judge by the lower end of an interval of so many standard errors")
    minimum = Int64(
      try s.integer(
        "minimum", default: 20, in: 1...1_000_000, "attempts without which a child is unknown"))
    coldStart =
      ColdStart(
        rawValue: try s.name(
          "coldStart", default: "meets", among: ["meets", "misses", "peers"], kind: "cold start",
          "an unknown child meets the objective, misses it, or is judged by all together"))
      ?? .meets
    expected = try ExpectedPrice(reading: &s)
    counts = SlicedSums(window: window.nanoseconds, lanes: 2)
    scope = try StateScope(learntBy: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    expected.prepare(for: children)
    counts.prepare(children.count)
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var all: Int64 = 0
    var kept: Int64 = 0
    if coldStart == .peers {
      candidates.forEach { child in
        all += counts.total(child, at: now)
        kept += counts.total(child, lane: 1, at: now)
      }
    }
    var cheapest = -1
    var lowest = Int64.max
    var likeliest = candidates.first
    var highest = -1.0
    var likeliestPrice = Int64.max
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      rest &= rest &- 1
      let ended = counts.total(child, at: now)
      let probability: Double
      if ended >= minimum {
        probability = likelihood(kept: counts.total(child, lane: 1, at: now), of: ended)
      } else {
        probability = cold(kept: kept, of: all)
      }
      let price = expected.price(of: child, for: request, at: now) ?? .max
      if probability >= share, cheapest < 0 || price < lowest {
        cheapest = child
        lowest = price
      }
      if probability > highest || (probability == highest && price < likeliestPrice) {
        likeliest = child
        highest = probability
        likeliestPrice = price
      }
    }
    return cheapest >= 0 ? cheapest : likeliest
  }

  // These only ask, yet are mutating: a method that borrows a large value copies it.

  private mutating func cold(kept: Int64, of all: Int64) -> Double {
    switch coldStart {
    case .meets: 1
    case .misses: 0
    case .peers: all >= minimum ? likelihood(kept: kept, of: all) : 1
    }
  }

  @inline(__always)
  private mutating func likelihood(kept: Int64, of ended: Int64) -> Double {
    let n = Double(ended)
    let p = Double(kept) / n
    if z == 0 { return p }
    let square = z * z / n
    let root = (p * (1 - p) / n + square / (4 * n)).squareRoot()
    return (p + square / 2 - z * root) / (1 + square)
  }

  /// A price.
  public var scoreUnit: ScoreUnit { .picodollars }
  /// The price for this request; with 10¹⁸ added if the objective is missed.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    guard let price = expected.price(of: child, for: request, at: now) else { return nil }
    var copy = self
    let ended = copy.counts.total(child, at: now)
    let kept = copy.counts.total(child, lane: 1, at: now)
    let misses = ended >= minimum && copy.likelihood(kept: kept, of: ended) < share
    return min(price, ScoreUnit.missed - 1) + (misses ? ScoreUnit.missed : 0)
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Learns from an attempt that has ended below a child.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    expected.learn(child, observation)
    if observation.outcome.kind == .cancelled { return }
    counts.add(1, to: child, at: now)
    if observation.outcome.isSuccess, signal.value(of: observation) <= within {
      counts.add(1, to: child, lane: 1, at: now)
    }
  }
  /// Forgets a child's attempts.
  public mutating func reset(_ child: Int, at now: Instant) { counts.reset(child) }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    expected.takeOver(other.expected)
    counts = other.counts
  }
}
