import Chance
import Settings
import Vocabulary

/// Takes the child whose reward could plausibly be the best: mean plus a bonus for what is unknown.
///
/// index(i) = meanᵢ + c·√(2·ln N / nᵢ), where nᵢ counts the child's rewards and its attempts in
/// flight and N all of them; a child with nᵢ = 0 comes first, of equals the first in the file. c is
/// the scale of the rewards (1 if they lie in [0, 1]). With `memory` counts fade and an idle child's
/// bonus grows (discounted UCB). Sources: P. Auer, N. Cesa-Bianchi, P. Fischer, "Finite-time analysis
/// of the multiarmed bandit problem", Machine Learning 47, 2002; A. Garivier, E. Moulines, ALT 2011.
/// - Complexity: O(candidates), one square root each, one logarithm.
public struct UCB1: Strategy {
  /// Whose attempts it learns from.
  public var scope: StateScope { book.scope }
  private let scale: Double
  private var book: RewardBook

  /// Reads the scale, the reward and its memory.
  public init(reading s: inout SettingsReader) throws(SettingError) {
    scale = try s.number(
      "scale", default: 1, in: 0...1_000_000, "the bonus is multiplied by this")
    book = try RewardBook(reading: &s)
  }

  /// Learns the children.
  public mutating func prepare(for children: [RouteChild]) { book.prepare(children.count) }

  /// Chooses a candidate by the rule above.
  public mutating func choose(
    among candidates: CandidateSet, for request: borrowing Request, at now: Instant,
    draws: RoutingDraws
  ) -> Int {
    let (plays, mean) = totals(candidates, at: now)
    let bonus = 2 * Elementary.log(max(1, plays))
    return candidates.lowest { -index($0, bonus: bonus, mean: mean, at: now) }
  }

  @inline(__always)
  private func index(_ child: Int, bonus: Double, mean: Double, at now: Instant) -> Double {
    let reading = book.read(child, at: now)
    let plays = reading.count + Double(reading.inFlight)
    guard plays > 1e-6 else { return 1e300 }
    return (reading.count > 0 ? reading.mean : mean) + scale * (bonus / plays).squareRoot()
  }

  private func totals(_ candidates: CandidateSet, at now: Instant) -> (Double, Double) {
    var plays = 0.0
    var sum = 0.0
    var count = 0.0
    candidates.forEach { child in
      let reading = book.read(child, at: now)
      plays += reading.count + Double(reading.inFlight)
      sum += reading.mean * reading.count
      count += reading.count
    }
    return (plays, count > 0 ? sum / count : 0)
  }

  /// A mean reward.
  public var scoreUnit: ScoreUnit { .reward }
  /// The mean reward without the bonus, turned round so that lower is better.
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
