import Chance
import Settings
import Vocabulary

/// Takes the child with the best mean reward, and with probability ε any child.
///
/// A child that has neither a reward nor an attempt in flight is tried first; one that only has
/// attempts in flight is judged by the mean over all. Of equals one is drawn. With `memory` old
/// rewards fade, so that what has become good is found again by exploring. Source: R. Sutton,
/// A. Barto, "Reinforcement Learning", 2nd ed., §2.2; H. Robbins, 1952.
/// - Complexity: O(candidates), two draws.
public struct EpsilonGreedy: Strategy {
  /// Whose attempts it learns from.
  public var scope: StateScope { book.scope }
  private let epsilon: Double
  private var book: RewardBook

  /// Reads ε, the reward and its memory.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    epsilon = try s.share(
      "epsilon", default: Probability(0.1), "share of the requests that explore"
    ).value
    book = try RewardBook(reading: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) { book.prepare(children.count) }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    if draws.uniform(0) < epsilon { return candidates.drawn(draws.uniform(1)) }
    let mean = book.overallMean(of: candidates, at: now)
    var best = -Double.infinity
    var equals = CandidateSet(bits: 0)
    var rest = candidates.bits
    while rest != 0 {
      let child = rest.trailingZeroBitCount
      rest &= rest &- 1
      let reading = book.read(child, at: now)
      let value: Double =
        reading.count > 0 ? reading.mean : (reading.inFlight > 0 ? mean : .infinity)
      if value > best {
        best = value
        equals = CandidateSet(bits: 0)
      }
      if value == best { equals.insert(child) }
    }
    return equals.drawn(draws.uniform(1))
  }

  /// A mean reward.
  public var scoreUnit: ScoreUnit { .reward }
  /// The mean reward, turned round so that lower is better.
  public func score(of child: Int, for request: borrowing Request, at now: Instant) -> Int64? {
    let reading = book.read(child, at: now)
    return reading.count > 0 ? scoreOfReward(reading.mean) : nil
  }

  /// Wants to be told of attempts.
  public var observes: Bool { true }
  /// Counts an attempt that has started below a child.
  public mutating func started(_ child: Int, for request: borrowing Request, at now: Instant) {
    book.started(child)
  }
  /// Learns from an attempt that has ended below a child.
  public mutating func ended(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    book.ended(child)
    learn(child, observation, at: now)
  }
  /// Learns from an attempt that has ended below a child, here or elsewhere.
  public mutating func learn(_ child: Int, _ observation: AttemptObservation, at now: Instant) {
    book.learn(child, observation, at: now)
  }
  /// Takes in what another replica has published.
  public mutating func remoteChanged(_ child: Int, by change: Int) {
    book.remoteChanged(child, by: change)
  }
  /// Takes over what another has learnt.
  public mutating func takeOver(_ other: any Strategy) {
    if let other = other as? Self { book.takeOver(other.book) }
  }
  /// Forgets a child's rewards.
  public mutating func reset(_ child: Int, at now: Instant) { book.reset(child) }
}
