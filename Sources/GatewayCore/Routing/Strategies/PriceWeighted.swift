import Chance
import Settings
import Vocabulary

/// Draws a child with probability ∝ weight / priceᵖ, those with a recent outage last.
///
/// The exponent p is 2 by default: at a third of the price a child is nine times as likely. Children
/// with an outage (at least `minimum` failed attempts in `window`, and `share` of those that ended
/// in it) are drawn only if no other is left. Only children within `within` × the lowest price take
/// part. Where children are free nothing else is drawn, and by weight alone. Source: OpenRouter, "Provider
/// routing: price-based load balancing": 1/price², no significant outage in the last 30 s. It does
/// not document the price blend, the breadth of "lowest-cost candidates" nor the threshold of an
/// outage: they are parameters here.
/// - Complexity: O(candidates), one draw; one `log` and `exp` each if the exponent is neither 1 nor 2.
public struct PriceWeighted: Strategy {
  /// Whose attempts it learns from.
  public let scope: StateScope
  private var expected: ExpectedPrice
  private let exponent: Double
  private let within: Double
  private let outageShare: Double
  private let minimum: Int64
  private let failures: OutcomeSet
  private let demotes: Bool
  private var recent: SlicedSums
  private var weights: [Double] = []
  private var shares: [Double] = []

  /// Reads the exponent, the price, and what an outage is.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    exponent = try s.number(
      "exponent", default: 2, in: 0...16, "weight = 1 / price to this power")
    within =
      try s.optionalNumber(
        "within", in: 1...1_000_000, "only children within this factor of the lowest price")
      ?? .infinity
    let window = try s.duration(
      "window", default: .seconds(30), in: .zero ... .seconds(86_400),
      "how long an outage is remembered; 0s never demotes")
    outageShare = try s.share(
      "share", default: Probability(0.5), "failed share of the attempts that is an outage"
    ).value
    minimum = Int64(
      try s.integer(
        "minimum", default: 2, in: 1...1_000_000, "failed attempts without which it is none"))
    failures = try OutcomeSet(
      reading: &s, "on", default: .serverFailures, "5xx, timeout, connection, broken, malformed",
      "outcomes that count as failed.")
    expected = try ExpectedPrice(reading: &s)
    demotes = window > .zero
    recent = SlicedSums(window: window.nanoseconds, lanes: 2)
    scope = try StateScope(learntBy: &s)
    try s.require(
      scope == .local || demotes || expected.learns, "state",
      expected: "\"local\": with window: \"0s\" and expect: \"assumed\" it learns nothing",
      next: "leave \"state\" out, or let it remember outages (window) or expect: \"observed\"")
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) {
    expected.prepare(for: children)
    recent.prepare(children.count)
    weights = children.map(\.weight)
    shares = weights
  }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    var stable = candidates
    if demotes {
      var rest = candidates.bits
      while rest != 0 {
        let child = rest.trailingZeroBitCount
        if isOut(child, at: now) { stable.remove(child) }
        rest &= rest &- 1
      }
      if stable.isEmpty { stable = candidates }
    }
    return draw(among: stable, for: request, at: now, draws)
  }

  private mutating func draw(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    _ draws: RoutingDraws
  ) -> Int {
    var lowest = Double.infinity
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      let price = expected.price(of: child, for: request, at: now).map { Double($0) } ?? .infinity
      shares[child] = price
      lowest = min(lowest, price)
      rest &= rest &- 1
    }
    let uniform = draws.uniform()
    // Free ones, or none with a price: of those only the weights tell.
    let isAlike = lowest <= 0 || lowest == .infinity
    var sum = 0.0
    rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      let ratio = isAlike ? (shares[child] == lowest ? 1 : .infinity) : shares[child] / lowest
      let share = ratio <= within ? weights[child] * inverse(ratio) : 0
      shares[child] = share
      sum += share
      rest &= rest &- 1
    }
    guard sum > 0 else { return candidates.drawn(uniform) }
    var left = uniform * sum
    var last = candidates.first
    rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      if shares[child] > 0 {
        if left < shares[child] { return child }
        left -= shares[child]
        last = child
      }
      rest &= rest &- 1
    }
    return last
  }

  // These only ask, yet are mutating: a method that borrows a large value copies it.

  @inline(__always)
  private mutating func inverse(_ ratio: Double) -> Double {
    if ratio == .infinity { return 0 }
    if exponent == 2 { return 1 / (ratio * ratio) }
    if exponent == 1 { return 1 / ratio }
    return Elementary.exp(-exponent * Elementary.log(ratio))
  }

  @inline(__always)
  private mutating func isOut(_ child: Int, at now: Instant) -> Bool {
    let ended = recent.total(child, at: now)
    let failed = recent.total(child, lane: 1, at: now)
    return failed >= minimum && Double(failed) >= outageShare * Double(ended)
  }

  /// A price.
  public var scoreUnit: ScoreUnit { .picodollars }
  /// The price; with an outage the largest there is.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    guard let price = expected.price(of: child, for: request, at: now) else { return nil }
    var copy = self
    return demotes && copy.isOut(child, at: now) ? Int64(9e18) : price
  }

  /// Wants to be told of attempts if an outage demotes, or if it learns what answers consume.
  public var observes: Bool { demotes || expected.learns }
  /// Learns from an attempt that has ended below a child.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    expected.learn(child, observation)
    if !demotes || observation.outcome.kind == .cancelled { return }
    recent.add(1, to: child, at: now)
    if failures.contains(observation.outcome) { recent.add(1, to: child, lane: 1, at: now) }
  }
  /// Forgets a child's outages.
  public mutating func reset(_ child: Int, at now: Instant) { recent.reset(child) }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    guard let other = other as? Self else { return }
    expected.takeOver(other.expected)
    recent = other.recent
  }
}
